/// One subcommand: everything every reader needs, and what running it means.
///
/// `Action` is whatever the caller runs; this room never looks inside. Keep one `static let` per
/// command: many in one literal cost seconds to compile, and all would be built at once.
package struct Command<Options: Sendable, Action>: Sendable {
  /// What is known of it apart from its options.
  package let facts: CommandFacts

  private let defaults: Options
  private let flags: [Flag<Options>]
  private let operands: [Operand<Options>]
  private let validate: @Sendable (Options) throws(UsageError) -> Void
  private let run: @Sendable (Options, Invocation) -> Action

  /// Declares a command.
  ///
  /// - Parameters:
  ///   - path: The words that call it, without the program's name: `"dlq list"`.
  ///   - summary: One line, no full stop.
  ///   - defaults: The options when nobody gives a flag.
  ///   - flags: Its flags, in the order of help.
  ///   - operands: Its operands in order; all but the last take exactly one word.
  ///   - prose: The longer explanation.
  ///   - examples: Lines worth copying; at least one is a call of this command.
  ///   - exits: Its exit statuses.
  ///   - sections: Further sections of its manual page.
  ///   - seeAlso: Paths of related commands.
  ///   - validate: Refuses options that are wrong together; no input or output.
  ///   - run: Makes the action from the options and from how the command was called.
  package init(
    _ path: String, _ summary: String, defaults: Options, flags: [Flag<Options>] = [],
    operands: [Operand<Options>] = [],
    prose: @autoclosure @escaping @Sendable () -> Prose = [],
    examples: @autoclosure @escaping @Sendable () -> [Example] = [],
    exits: @autoclosure @escaping @Sendable () -> [ExitNote] = [],
    sections: @autoclosure @escaping @Sendable () -> [ManualSection] = [],
    seeAlso: [String] = [],
    validate: @escaping @Sendable (Options) throws(UsageError) -> Void = { _ in },
    run: @escaping @Sendable (Options, Invocation) -> Action
  ) {
    facts = CommandFacts(
      path: path.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) },
      summary: summary, flags: flags.converted { $0.entry },
      operands: operands.converted { $0.entry },
      seeAlso: seeAlso, makeProse: prose, makeExamples: examples, makeExits: exits,
      makeSections: sections)
    self.defaults = defaults
    self.flags = flags
    self.operands = operands
    self.validate = validate
    self.run = run
  }

  /// The same command with its options' type forgotten.
  package var erased: AnyCommand<Action> {
    AnyCommand(facts: facts) { (given, words) throws(ParseFailure) in
      try action(given, words)
    }
  }

  private func action(_ given: [Given], _ words: [String]) throws(ParseFailure) -> Action {
    var options = defaults
    try apply(given, to: &options)
    do {
      try fill(&options, with: words)
      try validate(options)
    } catch { throw .usage(error) }
    return run(options, Invocation(path: facts.path, flags: facts.flags, given: given))
  }

  private func apply(_ given: [Given], to options: inout Options) throws(ParseFailure) {
    var seen = [Bool](repeating: false, count: flags.count)
    for item in given {
      let flag = flags[item.index]
      do {
        try flag.store(&options, item.met, !seen[item.index])
        seen[item.index] = true
      } catch {
        throw Self.failure(flag.entry, item, error)
      }
    }
  }

  private static func failure(
    _ entry: FlagEntry, _ item: Given, _ error: ValueError
  ) -> ParseFailure {
    let value = if case .value(let text) = item.met { text } else { "" }
    let usage = UsageError.badValue(flag: "--\(entry.name)", value: value, error)
    switch item.origin {
    case .flag, .default: return .usage(usage)
    case .environment(let name):
      return .configuration(.environment(name: name, value: value, error))
    case .file(let path, let line):
      return .configuration(.line(path: path, number: line, .usage(usage)))
    }
  }

  private func fill(_ options: inout Options, with words: [String]) throws(UsageError) {
    var rest = words[...]
    var index = 0
    while index < operands.count {
      let operand = operands[index]
      index += 1
      let taken = try Self.share(of: operand.entry, in: rest)
      rest = rest.dropFirst(taken.count)
      for word in taken {
        do {
          try operand.store(&options, word)
        } catch {
          throw .badOperand(name: operand.entry.name, value: word, error)
        }
      }
    }
    if let extra = rest.first { throw .extraOperand(extra) }
  }

  private static func share(
    of entry: OperandEntry, in rest: ArraySlice<String>
  ) throws(UsageError) -> ArraySlice<String> {
    let (minimum, maximum) =
      switch entry.arity {
      case .one: (1, 1)
      case .optional: (0, 1)
      case .many(let minimum), .trailing(let minimum): (minimum, Int.max)
      case .verbatim: (0, Int.max)
      }
    guard rest.count >= minimum else { throw .missingOperand(entry.name) }
    return rest.prefix(maximum)
  }
}

extension Command {
  /// Declares a command whose action needs only its options.
  package init(
    _ path: String, _ summary: String, defaults: Options, flags: [Flag<Options>] = [],
    operands: [Operand<Options>] = [],
    prose: @autoclosure @escaping @Sendable () -> Prose = [],
    examples: @autoclosure @escaping @Sendable () -> [Example] = [],
    exits: @autoclosure @escaping @Sendable () -> [ExitNote] = [],
    sections: @autoclosure @escaping @Sendable () -> [ManualSection] = [],
    seeAlso: [String] = [],
    validate: @escaping @Sendable (Options) throws(UsageError) -> Void = { _ in },
    run: @escaping @Sendable (Options) -> Action
  ) {
    self.init(
      path, summary, defaults: defaults, flags: flags, operands: operands, prose: prose(),
      examples: examples(), exits: exits(), sections: sections(), seeAlso: seeAlso,
      validate: validate
    ) { options, _ in run(options) }
  }
}

/// A command whose options' type is forgotten: what the tree holds.
package struct AnyCommand<Action>: Sendable {
  /// What is known of it.
  package let facts: CommandFacts

  let action: @Sendable ([Given], [String]) throws(ParseFailure) -> Action
}
