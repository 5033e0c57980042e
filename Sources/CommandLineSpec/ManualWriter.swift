/// Writes the sections of a manual page in man(7), in the order of the Linux manual.
struct ManualWriter {
  let version: String
  var roff: RoffPrinter

  init(program: String, version: String, topics: [Topic]) {
    self.version = version
    roff = RoffPrinter(program: program, topics: topics)
  }

  /// The title, and the NAME line in the one form that `whatis` understands.
  mutating func head(_ name: String, section: Int, _ summary: String, date: String) {
    let title = RoffPrinter.literal(name.uppercased())
    let source = RoffPrinter.literal("\(roff.program) \(version)")
    let volume =
      switch section {
      case 1: "User Commands"
      case 5: "File Formats"
      default: "Miscellaneous Information"
      }
    roff.macro(".TH \(title) \(section) \(date) \"\(source)\" \"\(volume)\"")
    // A flag or a page's name that is broken at the end of a line is neither found nor copied.
    roff.macro(".nh")
    roff.macro(".SH NAME")
    roff.macro("\(RoffPrinter.literal(name)) \\- \(RoffPrinter.plain(Self.lowered(summary)))")
  }

  /// The first letter small, unless the word is an abbreviation.
  private static func lowered(_ summary: String) -> String {
    let head = summary.prefix(2)
    guard head.dropFirst().allSatisfy({ !$0.isUppercase }) else { return summary }
    return head.prefix(1).lowercased() + summary.dropFirst()
  }

  mutating func synopsis(_ facts: CommandFacts) {
    roff.macro(".SH SYNOPSIS")
    var parts = [RoffPrinter.bold("\(roff.program) \(facts.name)")]
    if !facts.isVerbatim { parts.append("[\(RoffPrinter.italic("OPTION"))...]") }
    parts += facts.operands.map { Self.usage($0) }
    roff.paragraph(parts.joined(separator: " "))
  }

  /// Of the program, or of a group of its commands.
  mutating func synopsis(of group: [String] = []) {
    roff.macro(".SH SYNOPSIS")
    let rest = ["COMMAND", "OPTION", "OPERAND"].map(RoffPrinter.italic)
    let name = RoffPrinter.bold(([roff.program] + group).joined(separator: " "))
    roff.paragraph("\(name) \(rest[0]) [\(rest[1])...] [\(rest[2])...]")
  }

  private static func usage(_ operand: OperandEntry) -> String {
    let name = RoffPrinter.italic(operand.name)
    return switch operand.arity {
    case .one: name
    case .optional: "[\(name)]"
    case .many(minimum: 0), .verbatim: "[\(name)...]"
    case .many: "\(name)..."
    case .trailing(minimum: 0): "[\(RoffPrinter.bold("--")) \(name)...]"
    case .trailing: "\(RoffPrinter.bold("--")) \(name)..."
    }
  }

  mutating func section(_ title: String, _ prose: Prose) {
    roff.macro(".SH \(title)")
    roff.prose(prose)
  }

  mutating func operands(_ operands: [OperandEntry]) {
    for operand in operands {
      roff.item(RoffPrinter.italic(operand.name), RoffPrinter.plain(operand.summary + "."))
    }
  }

  mutating func commands(_ title: String, _ commands: [CommandFacts]) {
    guard !commands.isEmpty else { return }
    roff.macro(".SS \(RoffPrinter.plain(title))")
    self.commands(commands)
  }

  mutating func commands(_ commands: [CommandFacts]) {
    for facts in commands {
      roff.item(
        roff.marked(Sentence(pieces: [.command(facts.name)])),
        RoffPrinter.plain(facts.summary + "."))
    }
  }

  mutating func options(_ sections: [(heading: String, flags: [FlagEntry])]) {
    guard !sections.isEmpty else { return }
    roff.macro(".SH OPTIONS")
    for (heading, flags) in sections {
      if sections.count > 1 { roff.macro(".SS \(RoffPrinter.plain(heading))") }
      for flag in flags { option(flag) }
    }
  }

  private mutating func option(_ flag: FlagEntry) {
    let short = flag.short.map { RoffPrinter.bold("-\($0)") + ", " } ?? ""
    let value = flag.valuePart.map { $0.joint + RoffPrinter.italic($0.name) + $0.end } ?? ""
    roff.item(
      short + RoffPrinter.bold("--\(flag.longName)") + value,
      RoffPrinter.plain("\(flag.summary)\(flag.notes)."))
    roff.prose(flag.prose, inItem: true)
  }

  mutating func exits(_ exits: [ExitNote]) {
    guard !exits.isEmpty else { return }
    roff.macro(".SH EXIT STATUS")
    for exit in exits {
      roff.item(RoffPrinter.bold(exit.code), RoffPrinter.plain(exit.meaning + "."))
    }
  }

  /// The hand-written sections in their places; ENVIRONMENT starts with the flags' variables.
  mutating func written(_ sections: [ManualSection], environment flags: [FlagEntry]) {
    for heading in ManualSection.Heading.allCases {
      let prose = sections.filter { $0.heading == heading }.flatMap(\.prose)
      let variables = heading == .environment ? flags.filter { $0.environment != nil } : []
      guard !prose.isEmpty || !variables.isEmpty else { continue }
      roff.macro(".SH \(heading.rawValue)")
      for flag in variables {
        let meaning = "Used where \(RoffPrinter.bold("--\(flag.name)")) is not given."
        roff.item(RoffPrinter.bold(flag.environment ?? ""), meaning)
      }
      if !variables.isEmpty, !prose.isEmpty { roff.macro(".PP") }
      roff.prose(prose)
    }
  }

  mutating func examples(_ examples: [Example]) {
    guard !examples.isEmpty else { return }
    roff.macro(".SH EXAMPLES")
    for (index, example) in examples.enumerated() {
      if index > 0 { roff.macro(".PP") }
      roff.paragraph(RoffPrinter.plain("\(example.explanation):"))
      roff.macro(".PP")
      roff.code(example.line)
    }
  }

  /// The pages of commands and topics; those that the manual has not are left out.
  mutating func seeAlso(_ paths: [String], alsoProgram: Bool = true) {
    let program = PageName(name: roff.program, section: 1)
    let pages = (alsoProgram ? [program] : []) + paths.compactMap { roff.page(of: $0) }
    guard !pages.isEmpty else { return }
    roff.macro(".SH SEE ALSO")
    for (index, page) in pages.enumerated() {
      let comma = index == pages.count - 1 ? "" : ","
      roff.macro(".BR \(RoffPrinter.literal(page.name)) (\(page.section))\(comma)")
    }
  }
}
