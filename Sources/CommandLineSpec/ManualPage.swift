/// A page of the manual as a file.
package struct ManualPage: Equatable, Sendable {
  /// Its file name: `qctl-list.1`.
  package let fileName: String
  /// Its roff source.
  package let text: String
}

/// A page of the manual by its name, `qctl-list`, and its section, 1.
struct PageName: Equatable {
  let name: String
  let section: Int
}

extension CommandTree {
  /// The page of the tool and one for each visible command, group and topic that has one.
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
      + otherNames(date) + groupPages(entries, under: [], date: date)
      + topics.compactMap { page(for: $0, date: date) }
  }

  /// Every visible command once, under its own path.
  var documented: [CommandFacts] {
    var seen: Set<[String]> = []
    return commands.filter { !$0.entry.isHidden }.map { $0.make().facts }
      .filter { seen.insert($0.path).inserted }
  }

  /// Short pages for the further places of commands, as `qctl replay` is `qctl dlq replay`.
  private func otherNames(_ date: String) -> [ManualPage] {
    commands.filter { !$0.entry.isHidden }.compactMap { place in
      let facts = place.make().facts
      guard place.path != facts.path else { return nil }
      var writer = writer
      let name = ([program] + place.path).joined(separator: "-")
      writer.head(name, section: 1, facts.summary, date: date)
      writer.section(
        "DESCRIPTION", ["Another name of \(command: facts.name), and the same in all."])
      writer.seeAlso([facts.name])
      return ManualPage(fileName: "\(name).1", text: writer.roff.text)
    }
  }

  private var writer: ManualWriter {
    ManualWriter(program: program, version: version, topics: topics)
  }

  /// The page of a topic, where it is one.
  private func page(for topic: Topic, date: String) -> ManualPage? {
    guard let section = topic.section else { return nil }
    var writer = writer
    let name = "\(program)-\(topic.name)"
    writer.head(name, section: section, topic.summary, date: date)
    writer.section("DESCRIPTION", topic.prose)
    writer.seeAlso(topic.seeAlso)
    return ManualPage(fileName: "\(name).\(section)", text: writer.roff.text)
  }

  /// A page for each group of commands: what `man qctl-dlq` is asked for.
  private func groupPages(
    _ level: [CommandEntry<Action>], under path: [String], date: String
  ) -> [ManualPage] {
    level.flatMap { entry -> [ManualPage] in
      guard case .group(let inner) = entry.content, !entry.isHidden else { return [] }
      let path = path + [entry.name]
      return [page(for: entry, path, date: date)] + groupPages(inner, under: path, date: date)
    }
  }

  private func page(
    for entry: CommandEntry<Action>, _ path: [String], date: String
  ) -> ManualPage {
    var writer = writer
    let name = ([program] + path).joined(separator: "-")
    let members = documented.filter { $0.path.starts(with: path) }
    writer.head(name, section: 1, entry.summary, date: date)
    writer.synopsis(of: path)
    writer.section("DESCRIPTION", ["The commands are:"])
    writer.commands(members)
    writer.examples(members.compactMap(\.examples.first))
    writer.seeAlso(members.map(\.name))
    return ManualPage(fileName: "\(name).1", text: writer.roff.text)
  }

  private func page(for facts: CommandFacts, date: String) -> ManualPage {
    var writer = writer
    let name = ([program] + facts.path).joined(separator: "-")
    writer.head(name, section: 1, facts.summary, date: date)
    writer.synopsis(facts)
    let fallback: Prose = [.paragraph(Sentence(stringLiteral: facts.summary + "."))]
    writer.section("DESCRIPTION", facts.prose.isEmpty ? fallback : facts.prose)
    writer.operands(facts.operands)
    writer.options(facts.flagSections)
    writer.exits(facts.exits)
    writer.written(facts.sections, environment: facts.flags.filter { !$0.isHidden })
    writer.examples(facts.examples)
    writer.seeAlso(facts.seeAlso)
    return ManualPage(fileName: "\(name).1", text: writer.roff.text)
  }

  private func page(
    date: String, prose: Prose, exits: [ExitNote], sections: [ManualSection]
  ) -> ManualPage {
    var writer = writer
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
    writer.seeAlso(
      documented.map(\.name) + topics.map { "help \($0.name)" }, alsoProgram: false)
    return ManualPage(fileName: "\(program).1", text: writer.roff.text)
  }
}
