extension CommandTree {
  /// Finds what a command line, without the program's own name, comes to; never traps.
  package func outcome(
    for arguments: [String], in surroundings: Surroundings
  ) -> Outcome<Action> {
    let route = route(arguments)
    let scanner = route.scanner
    switch route.place {
    case .command(let command, let words):
      return outcome(of: command, words, surroundings)
    case .help(let words) where !scanner.wantsHelp:
      return help(about: words, width: surroundings.width)
    case .help:
      return .help(help(width: surroundings.width))
    case .group(let level, let path):
      if scanner.wantsHelp {
        return .help(
          path.isEmpty
            ? help(width: surroundings.width)
            : groupHelp(path, level, width: surroundings.width))
      }
      if scanner.wantsVersion { return .version(versionText) }
      if let failure = scanner.failure { return .usage(refusal(failure, command: path)) }
      return .usage(shortUsage(path, level))
    case .unknown(let word, let level, let path):
      if scanner.wantsHelp, word == "--" { return .help(help(width: surroundings.width)) }
      if scanner.wantsVersion { return .version(versionText) }
      if let failure = scanner.failure { return .usage(refusal(failure, command: [])) }
      let suggestions = Self.suggestions(for: word, in: level)
      return .usage(refusal(.unknownCommand(word, suggestions: suggestions), command: path))
    }
  }

  /// The program's name and version, with the line end.
  package var versionText: String { "\(program) \(version)\n" }

  private func outcome(
    of command: AnyCommand<Action>, _ words: [String], _ surroundings: Surroundings
  ) -> Outcome<Action> {
    let facts = command.facts
    do throws(ParseFailure) {
      let (scanner, operands) = scan(words, for: facts)
      if scanner.wantsHelp { return .help(help(for: facts, width: surroundings.width)) }
      if scanner.wantsVersion { return .version(versionText) }
      if let failure = scanner.failure { throw ParseFailure.usage(failure) }
      let given = try resolve(scanner.given, for: facts, in: surroundings)
      return .run(try command.action(given, operands))
    } catch {
      switch error {
      case .usage(let error): return .usage(refusal(owned(error, facts), command: facts.path))
      case .configuration(let error):
        return .configuration(
          Refusal(
            message: error.message, text: "\(program): \(error.message)\n", command: facts.path))
      }
    }
  }

  func scan(
    _ words: [String], for facts: CommandFacts
  ) -> (scanner: WordScanner, operands: [String]) {
    if facts.operands.first?.arity == .verbatim { return (WordScanner(flags: facts.flags), words) }
    var scanner = WordScanner(flags: facts.flags, trailingIndex: facts.trailingIndex)
    scanner.read(words)
    return (scanner, scanner.operands)
  }

  /// The error with other commands that have this very flag, which say more than a near name.
  private func owned(_ error: UsageError, _ facts: CommandFacts) -> UsageError {
    guard case .unknownFlag(let flag, _, _) = error, flag.utf8.starts(with: "--".utf8) else {
      return error
    }
    let name = WordScanner.split(flag).name
    var owners: [String] = []
    for place in commands where !place.entry.isHidden && owners.count < 2 {
      let other = place.make().facts
      let owner = "\(program) \(other.name)"
      guard !owners.contains(owner), WordScanner(flags: other.flags).find(name) != nil else {
        continue
      }
      owners.append(owner)
    }
    return owners.isEmpty ? error : .unknownFlag(flag, suggestions: [], owners: owners)
  }

  func refusal(_ error: UsageError, command: [String]) -> Refusal {
    let about = ([program, "help"] + command).joined(separator: " ")
    return Refusal(
      message: error.message,
      text: "\(program): \(error.message)\nTry '\(about)'.\n", command: command)
  }

  /// `help`, and what follows it: a command, a group, a topic, or nothing.
  private func help(about words: [String], width: Int) -> Outcome<Action> {
    if words.contains("-h") || words.contains("--help") { return .help(help(width: width)) }
    let topic = words.count == 1 ? topics.first { $0.answers(to: words[0]) } : nil
    if let topic, command(at: words) == nil { return .help(help(for: topic, width: width)) }
    let route = route(words)
    if let failure = route.scanner.failure { return .usage(refusal(failure, command: [])) }
    switch route.place {
    case .command(let command, words: []):
      let text = help(for: command.facts, width: width)
      return .help(text + (topic.map { "\n" + help(for: $0, width: width) } ?? ""))
    case .command(_, let words):
      return .usage(refusal(.extraOperand(words.first ?? ""), command: []))
    case .group(_, path: []), .help: return .help(help(width: width))
    case .group(let level, let path): return .help(groupHelp(path, level, width: width))
    case .unknown(let word, let level, let path):
      var near = Self.suggestions(for: word, in: level)
      if words.count == 1 {
        near += Suggestion.names(for: word, among: topics.flatMap { [$0.name] + $0.aliases })
      }
      return .usage(refusal(.unknownCommand(word, suggestions: near), command: path))
    }
  }
}

extension CommandFacts {
  /// How many operands come before a handler's argv, where the command takes one.
  var trailingIndex: Int? {
    operands.firstIndex { if case .trailing = $0.arity { true } else { false } }
  }
}
