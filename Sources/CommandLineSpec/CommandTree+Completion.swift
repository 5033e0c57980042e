/// Gives live names, such as queues, that begin with a prefix; silent and empty on any failure.
package typealias LiveCandidates = (_ kind: CompletionKind, _ prefix: String) -> [Candidate]

extension CommandTree {
  /// What the word at the cursor may become, given the words between the program and it.
  ///
  /// - Parameters:
  ///   - words: The complete words, quotes already removed.
  ///   - current: The word at the cursor up to it, possibly empty.
  ///   - live: Asked for names in the store, and only for those.
  /// - Returns: Candidates that begin with the current word, each to replace all of it.
  package func completion(
    after words: [String], current: String, live: @escaping LiveCandidates
  ) -> Completion {
    let route = route(words)
    let source = CandidateSource(current: current, live: live)
    if let pending = route.scanner.pending {
      return source.values(of: route.scanner.flags[pending], text: current, head: "")
    }
    switch route.place {
    case .command(let command, let words): return completion(command.facts, words, source)
    case .help(let words): return helpCompletion(words, source)
    case .group(let level, let path):
      guard current.utf8.first == UInt8(ascii: "-") else { return source.names(level) }
      let own: [FlagEntry] = path.isEmpty ? [.help, .version] : [.help]
      return source.flags(globals + own, given: [])
    case .unknown: return Completion([], [.error, .noFiles])
    }
  }

  private func completion(
    _ facts: CommandFacts, _ words: [String], _ source: CandidateSource
  ) -> Completion {
    if facts.isVerbatim { return Completion([], []) }
    let scanner = scan(words, for: facts).scanner
    if let pending = scanner.pending {
      return source.values(of: facts.flags[pending], text: source.current, head: "")
    }
    if !scanner.optionsEnded, WordScanner.isOption(source.current) || source.current == "-" {
      return source.option(facts.flags + [.help], given: Set(scanner.given.map(\.index)))
    }
    guard let operand = facts.operand(at: scanner.operands.count) else {
      return Completion([], .noFiles)
    }
    if operand.completion == .commandName { return names(after: scanner.operands, source) }
    return source.values(of: operand.completion, text: source.current, head: "")
  }

  private func helpCompletion(_ words: [String], _ source: CandidateSource) -> Completion {
    let topics =
      words.isEmpty
      ? topics.filter { topic in !entries.contains { $0.answers(to: topic.name) } } : []
    var completion = names(after: words, source)
    completion.candidates += source.matching(topics.map { Candidate($0.name, $0.summary) })
    return completion
  }

  /// Names of commands that may follow these.
  private func names(after words: [String], _ source: CandidateSource) -> Completion {
    var level = entries
    for word in words {
      guard let entry = level.firstElement(where: { $0.answers(to: word) }) else {
        return Completion([], .noFiles)
      }
      switch entry.content {
      case .group(let inner): level = inner
      case .command, .help: level = entry.further
      }
    }
    return source.names(level)
  }
}

extension CommandFacts {
  /// The operand that takes the word with this many before it.
  fileprivate func operand(at index: Int) -> OperandEntry? {
    if index < operands.count { return operands[index] }
    guard let last = operands.last else { return nil }
    switch last.arity {
    case .many, .trailing, .verbatim: return last
    case .one, .optional: return nil
    }
  }
}

extension FlagEntry {
  fileprivate static let version = FlagEntry(
    name: "version", short: "V", kind: .switch(negatable: false), valueName: nil,
    summary: "Show the version and exit")
}
