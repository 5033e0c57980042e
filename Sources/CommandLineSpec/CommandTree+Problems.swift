extension CommandTree {
  /// What is wrong with the table itself: for a test, which should find nothing.
  package func problems() -> [String] {
    var problems = Self.nameProblems(entries, under: program)
    let documented = documented
    for entry in entries where !entry.isHidden && !sections.contains(entry.section) {
      problems.append("\(entry.name): in no section of the help")
    }
    for place in commands {
      let (path, entry, facts) = (place.path, place.entry, place.make().facts)
      let name = path.joined(separator: " ")
      if command(at: path)?.facts.path != facts.path {
        problems.append("\(name): unreachable, an earlier name hides it")
      }
      if command(at: facts.path)?.facts.path != facts.path {
        problems.append("\(name): its own path '\(facts.name)' does not lead to it")
      }
      if entry.summary != facts.summary {
        problems.append("\(name): the tree and the command sum it up differently")
      }
    }
    for facts in documented {
      problems += facts.flagProblems + facts.operandProblems
      problems += summaryProblems(facts.summary, facts.name) + exampleProblems(facts)
      problems += referenceProblems(facts)
    }
    return problems + topics.flatMap(topicProblems)
  }

  private func topicProblems(_ topic: Topic) -> [String] {
    let place = "help \(topic.name)"
    let related = topic.seeAlso.filter { !leadsSomewhere($0) }
    return summaryProblems(topic.summary, place)
      + topic.prose.flatMap { references($0, nil, place) + callProblems($0, place) }
      + related.map { "\(place): see also names no command '\($0)'" }
  }

  /// What is shown as code must parse where it is a call; sessions are run.
  private func callProblems(_ block: Block, _ place: String) -> [String] {
    guard case .code(let code) = block else { return [] }
    return code.split(separator: "\n").flatMap { line in
      calls(in: String(line)).compactMap { words in
        guard case .usage(let refusal) = outcome(for: words, in: .bare) else { return nil }
        return "\(place): \(refusal.message): \(line)"
      }
    }
  }

  private static func nameProblems(
    _ level: [CommandEntry<Action>], under path: String
  ) -> [String] {
    var seen: Set<String> = []
    var problems: [String] = []
    for entry in level {
      for name in [entry.name] + entry.aliases where !seen.insert(name).inserted {
        problems.append("\(path): '\(name)' names two things")
      }
      problems += summaryProblems(entry.summary, "\(path) \(entry.name)")
      if case .group(let inner) = entry.content {
        problems += nameProblems(inner, under: "\(path) \(entry.name)")
      }
      problems += nameProblems(entry.further, under: "\(path) \(entry.name)")
    }
    return problems
  }

  /// At least one example is a call of the command, and all that are must parse.
  private func exampleProblems(_ facts: CommandFacts) -> [String] {
    var problems: [String] = []
    var isCalled = false
    for example in facts.examples {
      for words in calls(in: example.line) {
        guard case .command(let command, _) = route(words).place else {
          problems.append("\(facts.name): example names no command: \(example.line)")
          continue
        }
        isCalled = isCalled || command.facts.path == facts.path
        if case .usage(let refusal) = outcome(for: words, in: .bare) {
          problems.append("\(facts.name): example: \(refusal.message): \(example.line)")
        }
      }
    }
    if !isCalled { problems.append("\(facts.name): no example calls it") }
    return problems
  }

  /// The argument lists of this program's calls within a line of shell.
  private func calls(in line: String) -> [[String]] {
    guard let words = try? WordSplitter.split(line[...]) else { return [] }
    var calls: [[String]] = []
    var isCall = false
    for word in words {
      if word == program || word.hasSuffix("$(\(program)") {
        calls.append([])
        isCall = true
      } else if ["|", "||", "&&", ";", ">", ">>", "<", "&", "2>"].contains(word) {
        isCall = false
      } else if isCall, let last = calls.indices.last {
        let closes = word.hasSuffix(")") || word.hasSuffix(";")
        calls[last].append(closes ? String(word.dropLast()) : word)
        isCall = !closes
      }
    }
    return calls
  }

  private func referenceProblems(_ facts: CommandFacts) -> [String] {
    let prose = facts.prose + facts.flags.flatMap(\.prose) + facts.sections.flatMap(\.prose)
    let related = facts.seeAlso.filter { !leadsSomewhere($0) }
    return prose.flatMap { references($0, facts, facts.name) }
      + related.map { "\(facts.name): see also names no command '\($0)'" }
  }

  private func references(
    _ block: Block, _ facts: CommandFacts?, _ place: String
  ) -> [String] {
    block.sentences.flatMap(\.pieces).compactMap { piece in
      switch piece {
      case .text, .literal, .placeholder: nil
      case .command(let path):
        leadsSomewhere(path) ? nil : "\(place): refers to no command '\(path)'"
      case .flag(let name, let other):
        has(name, other.map(words).map { command(at: $0)?.facts } ?? facts)
          ? nil : "\(place): refers to no flag '--\(name)'"
      }
    }
  }

  /// Without a command in hand, a flag of every command is meant.
  private func has(_ flag: String, _ facts: CommandFacts?) -> Bool {
    WordScanner(flags: (facts?.flags ?? globals) + [.help]).find(flag) != nil
  }

  private func words(_ path: String) -> [String] { path.split(separator: " ").map(String.init) }

  private func leadsSomewhere(_ path: String) -> Bool {
    let words = words(path)
    if words.first == "help" {
      return words.count == 1 || topics.contains { $0.answers(to: words[1]) }
    }
    switch route(words).place {
    case .command(_, words: []), .group: return true
    case .command, .help, .unknown: return false
    }
  }
}

extension Surroundings {
  /// Nothing is set.
  fileprivate static var bare: Self { Self(environment: { _ in nil }, files: { [] }) }
}

/// A summary must fit a line of help and read as a title.
private func summaryProblems(_ summary: String, _ place: String) -> [String] {
  var problems: [String] = []
  if summary.isEmpty { problems.append("\(place): no summary") }
  if summary.unicodeScalars.count > 72 { problems.append("\(place): summary over 72 columns") }
  if summary.hasSuffix(".") { problems.append("\(place): summary ends with a full stop") }
  return problems
}

extension CommandFacts {
  fileprivate var flagProblems: [String] {
    var problems: [String] = []
    var seen: Set<String> = ["--help", "-h"]
    for flag in flags {
      let place = "\(name): --\(flag.name)"
      for spelling in flag.spellings + (flag.short.map { ["-\($0)"] } ?? [])
      where !seen.insert(spelling).inserted {
        problems.append("\(place): '\(spelling)' names two flags")
      }
      problems += summaryProblems(flag.summary, place) + flag.shapeProblems(place)
    }
    return problems
  }

  fileprivate var operandProblems: [String] {
    var problems: [String] = []
    for (index, operand) in operands.enumerated() {
      problems += summaryProblems(operand.summary, "\(name): \(operand.name)")
      if operand.arity != .one, index < operands.count - 1 {
        problems.append("\(name): \(operand.name) leaves nothing for the operands after it")
      }
    }
    if isVerbatim, !flags.isEmpty { problems.append("\(name): verbatim, so no flag can be met") }
    return problems
  }
}

extension FlagEntry {
  /// A value needs a name and a switch no choices; every word must be safe in a shell.
  fileprivate func shapeProblems(_ place: String) -> [String] {
    var problems: [String] = []
    let isSwitch = if case .switch = kind { true } else { false }
    if isSwitch != (valueName == nil) { problems.append("\(place): value name missing or idle") }
    if isSwitch, completion != .none { problems.append("\(place): a switch with values") }
    if case .choices(let words) = completion {
      for word in words where !word.isShellSafe {
        problems.append("\(place): choice '\(word)' is not safe in a shell")
      }
    }
    for spelling in [name] + aliases where !spelling.isShellSafe || spelling.hasPrefix("-") {
      problems.append("\(place): '\(spelling)' is no good name")
    }
    if let short, short.asciiValue.map({ String(UnicodeScalar($0)).isShellSafe }) != true {
      problems.append("\(place): '-\(short)' is no letter")
    }
    return problems
  }
}

extension String {
  /// Not empty, and nothing but letters, digits and `._-:+`.
  fileprivate var isShellSafe: Bool {
    !isEmpty
      && utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "._-:+".utf8.contains($0)
        }
      }
  }
}
