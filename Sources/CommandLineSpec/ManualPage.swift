/// A page of the manual as a file.
package struct ManualPage: Equatable, Sendable {
  /// Its file name: `qctl-list.1`.
  package let fileName: String
  /// Its roff source.
  package let text: String
}

extension CommandTree {
  /// The page of the tool and one for each visible command, aliases of paths left out.
  ///
  /// - Parameters:
  ///   - date: `2026-01-31`, from the build, never from the clock.
  ///   - prose: What the tool's own page says under DESCRIPTION before the commands.
  ///   - exits: The statuses of all commands.
  ///   - sections: Hand-written sections of the tool's own page.
  /// - Returns: The pages, the tool's own first.
  package func manual(
    date: String, prose: Prose = [], exits: [ExitNote] = [], sections: [ManualSection] = []
  ) -> [ManualPage] {
    let pages = documented.map { page(for: $0, date: date) }
    return [page(date: date, prose: prose, exits: exits, sections: sections)] + pages
  }

  /// A page that is no command, such as `qctl-config.5`.
  package func page(
    named name: String, section: Int, _ summary: String, date: String, prose: Prose,
    examples: [Example] = [], sections: [ManualSection] = [], seeAlso: [String] = []
  ) -> ManualPage {
    var writer = ManualWriter(program: program, version: version)
    writer.head(name, section: section, summary, date: date)
    writer.section("DESCRIPTION", prose)
    writer.written(sections, environment: [])
    writer.examples(examples)
    writer.seeAlso(pages: [program] + seeAlso.map { writer.roff.pageName($0) })
    return ManualPage(fileName: "\(name).\(section)", text: writer.roff.text)
  }

  /// Every visible command once, under its own path.
  var documented: [CommandFacts] {
    var seen: Set<[String]> = []
    return commands.filter { !$0.entry.isHidden }.map { $0.make().facts }
      .filter { seen.insert($0.path).inserted }
  }

  private func page(for facts: CommandFacts, date: String) -> ManualPage {
    var writer = ManualWriter(program: program, version: version)
    let name = writer.roff.pageName(facts.name)
    writer.head(name, section: 1, facts.summary, date: date)
    writer.synopsis(facts)
    let fallback: Prose = [.paragraph(Sentence(stringLiteral: facts.summary + "."))]
    writer.section("DESCRIPTION", facts.prose.isEmpty ? fallback : facts.prose)
    writer.operands(facts.operands)
    writer.options(facts.flagSections)
    writer.exits(facts.exits)
    writer.written(facts.sections, environment: facts.flags.filter { !$0.isHidden })
    writer.examples(facts.examples)
    writer.seeAlso(pages: [program] + facts.seeAlso.map { writer.roff.pageName($0) })
    return ManualPage(fileName: "\(name).1", text: writer.roff.text)
  }

  private func page(
    date: String, prose: Prose, exits: [ExitNote], sections: [ManualSection]
  ) -> ManualPage {
    var writer = ManualWriter(program: program, version: version)
    writer.head(program, section: 1, summary, date: date)
    writer.synopsis()
    writer.section("DESCRIPTION", prose.isEmpty ? ["The commands are:"] : prose)
    let documented = documented
    for section in self.sections {
      let names = Set(entries.filter { $0.section == section }.map(\.name))
      writer.commands(section, documented.filter { $0.path.first.map(names.contains) ?? false })
    }
    let visible = globals.filter { !$0.isHidden }
    writer.options([("Options of every command", visible + [.help])])
    writer.exits(exits)
    writer.written(sections, environment: visible)
    writer.examples(examples)
    writer.seeAlso(pages: documented.map { writer.roff.pageName($0.name) })
    return ManualPage(fileName: "\(program).1", text: writer.roff.text)
  }
}
