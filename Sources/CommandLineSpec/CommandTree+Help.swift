extension CommandTree {
  /// The help of one command: examples first, then usage, flags, statuses and relatives.
  package func help(for facts: CommandFacts, width: Int) -> String {
    var printer = TerminalPrinter(program: program, width: width)
    printer.wrap("\(program) \(facts.name): \(facts.summary)", indent: 0)
    printer.examples(facts.examples)
    printer.line()
    let usage = "Usage: \(usage(of: facts))"
    printer.wrap(usage, indent: 0, hanging: 7)
    if !facts.prose.isEmpty {
      printer.line()
      printer.prose(facts.prose, indent: 0)
    }
    printer.operands(facts.operands)
    for (heading, flags) in facts.flagSections {
      printer.heading(heading)
      for flag in flags { printer.flag(flag) }
    }
    if !facts.exits.isEmpty {
      printer.heading("Exit status")
      for exit in facts.exits { printer.item(exit.code, exit.meaning, column: 8) }
    }
    printer.seeAlso(facts.seeAlso)
    return printer.text
  }

  /// The usage line without its label.
  func usage(of facts: CommandFacts) -> String {
    var words = [program] + facts.path
    if !facts.isVerbatim { words.append("[OPTION...]") }
    return (words + facts.operands.map(\.usage)).joined(separator: " ")
  }

  /// The top-level help: what there is, by groups.
  package func help(width: Int) -> String {
    var printer = TerminalPrinter(program: program, width: width)
    printer.wrap("\(program) \(version): \(summary)", indent: 0)
    printer.examples(examples)
    printer.line()
    printer.line("Usage: \(program) COMMAND [OPTION...] [OPERAND...]")
    for section in sections {
      let members = entries.filter { $0.section == section && !$0.isHidden }
      guard !members.isEmpty else { continue }
      printer.heading(section)
      for entry in members { printer.item(entry.listedName, entry.summary, column: 18) }
    }
    let globals = globals.filter { !$0.isHidden }
    if !globals.isEmpty {
      printer.heading("Options of every command")
      for flag in globals { printer.flag(flag) }
    }
    if !topics.isEmpty {
      printer.heading("Help topics")
      for topic in topics { printer.item(topic.name, topic.summary, column: 18) }
    }
    printer.line()
    printer.line("Try '\(program) help COMMAND' or '\(program) help TOPIC'.")
    return printer.text
  }

  /// The help of a group: the commands within it.
  func groupHelp(_ path: [String], _ level: [CommandEntry<Action>], width: Int) -> String {
    var printer = TerminalPrinter(program: program, width: width)
    let name = ([program] + path).joined(separator: " ")
    printer.line("Usage: \(name) COMMAND [OPTION...] [OPERAND...]")
    printer.heading("Commands")
    for entry in level where !entry.isHidden {
      printer.item(entry.listedName, entry.summary, column: 18)
    }
    printer.line()
    printer.line("Try '\(([program, "help"] + path).joined(separator: " ")) COMMAND'.")
    return printer.text
  }

  /// The help of a topic.
  func help(for topic: Topic, width: Int) -> String {
    var printer = TerminalPrinter(program: program, width: width)
    printer.line("\(topic.name): \(topic.summary)")
    printer.line()
    printer.prose(topic.prose, indent: 0)
    printer.seeAlso(topic.seeAlso)
    return printer.text
  }

  /// What a bare program or a bare group says on standard error.
  func shortUsage(_ path: [String], _ level: [CommandEntry<Action>]) -> Refusal {
    let error = UsageError.noCommand(within: path)
    var printer = TerminalPrinter(program: program, width: 80)
    let name = ([program] + path).joined(separator: " ")
    printer.line("Usage: \(name) COMMAND [OPTION...] [OPERAND...]")
    let names = level.filter { !$0.isHidden }.map(\.name).joined(separator: ", ")
    printer.wrap("Commands: \(names)", indent: 0, hanging: 2)
    printer.line("Try '\(([program, "help"] + path).joined(separator: " "))'.")
    return Refusal(message: error.message, text: printer.text, command: path)
  }
}

extension CommandEntry {
  /// The name, groups marked as such.
  fileprivate var listedName: String {
    if case .group = content { "\(name) ..." } else { name }
  }
}

extension TerminalPrinter {
  fileprivate mutating func examples(_ examples: [Example]) {
    guard !examples.isEmpty else { return }
    heading("Examples")
    for example in examples {
      line("  \(example.line)")
      wrap(example.explanation, indent: 6)
    }
  }

  fileprivate mutating func seeAlso(_ paths: [String]) {
    guard !paths.isEmpty else { return }
    heading("See also")
    wrap(paths.map { "\(program) \($0)" }.joined(separator: ", "), indent: 2)
  }

  fileprivate mutating func operands(_ operands: [OperandEntry]) {
    guard !operands.isEmpty else { return }
    heading("Operands")
    for operand in operands { item(operand.name, operand.summary) }
  }

  fileprivate mutating func flag(_ entry: FlagEntry) {
    let short = entry.short.map { "-\($0), " } ?? "    "
    let value = entry.valuePart.map { $0.joint + $0.name + $0.end } ?? ""
    item("\(short)--\(entry.longName)\(value)", entry.summary + entry.notes)
    guard !entry.prose.isEmpty else { return }
    prose(entry.prose, indent: 26)
  }
}
