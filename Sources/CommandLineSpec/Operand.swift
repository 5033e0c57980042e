/// How many words an operand takes.
package enum Arity: Equatable, Sendable {
  /// Exactly one.
  case one
  /// One or none.
  case optional
  /// All that remain, at least so many.
  case many(minimum: Int)
  /// The first operand or `--` begins an argv of at least so many words, untouched.
  case trailing(minimum: Int)
  /// Every word after the command's name, untouched, `--help` and `--` included.
  case verbatim
}

/// What is known of an operand apart from where its text goes.
package struct OperandEntry: Sendable {
  /// What stands for it in help, in capitals.
  package let name: String
  /// How many words it takes.
  package let arity: Arity
  /// One line, no full stop.
  package let summary: String
  /// What it may be completed with.
  package var completion: CompletionKind = .none
}

/// One operand of a command: what every reader needs, and where its words go, one at a time.
package struct Operand<Options: Sendable>: Sendable {
  /// What is known of it apart from the options.
  package var entry: OperandEntry

  let store: @Sendable (inout Options, String) throws(ValueError) -> Void

  init(
    entry: OperandEntry,
    store: @escaping @Sendable (inout Options, String) throws(ValueError) -> Void
  ) {
    self.entry = entry
    self.store = store
  }
}

extension Operand {
  /// Exactly one word, by the caller's conversion.
  package static func one<Value: Sendable>(
    _ name: String, _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Value>,
    _ summary: String,
    parse: @escaping @Sendable (String) throws(ValueError) -> Value
  ) -> Self {
    single(name, .one, path(), summary, parse)
  }

  /// One word or none, by the caller's conversion.
  package static func optional<Value: Sendable>(
    _ name: String, _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Value>,
    _ summary: String,
    parse: @escaping @Sendable (String) throws(ValueError) -> Value
  ) -> Self {
    single(name, .optional, path(), summary, parse)
  }

  /// All words that remain, by the caller's conversion.
  package static func many<Value: Sendable>(
    _ name: String, minimum: Int = 0,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [Value]>,
    _ summary: String, parse: @escaping @Sendable (String) throws(ValueError) -> Value
  ) -> Self {
    let entry = OperandEntry(name: name, arity: .many(minimum: minimum), summary: summary)
    return Operand(entry: entry) { (options: inout Options, text: String) throws(ValueError) in
      options[keyPath: path()].append(try parse(text))
    }
  }

  /// Exactly one word, as it is.
  package static func one(
    _ name: String, _ path: @autoclosure @escaping @Sendable () -> Slot<Options, String>,
    _ summary: String
  ) -> Self {
    single(name, .one, path(), summary) { $0 }
  }

  /// One word or none, as it is.
  package static func optional(
    _ name: String, _ path: @autoclosure @escaping @Sendable () -> Slot<Options, String?>,
    _ summary: String
  ) -> Self {
    single(name, .optional, path(), summary) { $0 }
  }

  /// All words that remain, as they are.
  package static func many(
    _ name: String, minimum: Int = 0,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [String]>,
    _ summary: String
  ) -> Self {
    words(name, .many(minimum: minimum), path(), summary)
  }

  /// A program's argv, untouched, from the first operand or after `--`.
  package static func trailing(
    _ name: String, minimum: Int = 0,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [String]>,
    _ summary: String
  ) -> Self {
    words(name, .trailing(minimum: minimum), path(), summary).completing(.command)
  }

  /// Every word after the command's name, untouched: the command has no flags, not even `--help`.
  package static func verbatim(
    _ name: String, _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [String]>,
    _ summary: String
  ) -> Self {
    words(name, .verbatim, path(), summary)
  }

  /// Says what it may be completed with.
  package func completing(_ kind: CompletionKind) -> Self {
    var copy = self
    copy.entry.completion = kind
    return copy
  }

  /// The same operand for options which hold these as a part.
  package func lifted<Whole>(
    _ part: @autoclosure @escaping @Sendable () -> Slot<Whole, Options>
  ) -> Operand<Whole> {
    let store = store
    return Operand<Whole>(entry: entry) { (whole: inout Whole, text: String) throws(ValueError) in
      try store(&whole[keyPath: part()], text)
    }
  }

  private static func single<Value: Sendable>(
    _ name: String, _ arity: Arity,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, Value>,
    _ summary: String, _ parse: @escaping @Sendable (String) throws(ValueError) -> Value
  ) -> Self {
    let entry = OperandEntry(name: name, arity: arity, summary: summary)
    return Operand(entry: entry) { (options: inout Options, text: String) throws(ValueError) in
      options[keyPath: path()] = try parse(text)
    }
  }

  private static func words(
    _ name: String, _ arity: Arity,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [String]>,
    _ summary: String
  ) -> Self {
    let entry = OperandEntry(name: name, arity: arity, summary: summary)
    return Operand(entry: entry) { options, text in options[keyPath: path()].append(text) }
  }
}

extension Array {
  /// The same operands for options which hold these as a part.
  package func lifted<Whole, Part>(
    _ part: @autoclosure @escaping @Sendable () -> Slot<Whole, Part>
  ) -> [Operand<Whole>] where Element == Operand<Part> {
    converted { $0.lifted(part()) }
  }
}
