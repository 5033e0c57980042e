/// How a flag takes its value.
package enum FlagKind: Equatable, Sendable {
  /// `--x`, and `--no-x` where it can be negated.
  case `switch`(negatable: Bool)
  /// `--x V` or `--x=V`; the last one wins.
  case value
  /// `--x V` again and again; commas also split where asked for.
  case list(splitsCommas: Bool)
  /// `--x`, or `--x=V`: never a separate word.
  case optionalValue
}

/// What is known of a flag apart from where its value goes: enough for every reader of the table.
package struct FlagEntry: Sendable {
  /// The long name without dashes.
  package let name: String
  /// Its one-letter name, an ASCII letter or digit.
  package let short: Character?
  /// How it takes its value.
  package let kind: FlagKind
  /// What stands for the value in help, in capitals; none for a switch.
  package let valueName: String?
  /// One line, no full stop.
  package let summary: String
  /// Further long names, permanent.
  package var aliases: [String] = []
  /// The heading it is listed under in help.
  package var section: String?
  /// How the value in force is spelled when nobody gives one.
  package var defaultText: String?
  /// The environment variable that gives the value when no flag does.
  package var environment: String?
  /// Left out of help and completion.
  package var isHidden = false

  var makeProse: (@Sendable () -> Prose)?
  var makeCompletion: (@Sendable () -> CompletionKind)?
}

extension FlagEntry {
  /// Whether a value must follow.
  package var needsValue: Bool {
    switch kind {
    case .value, .list: true
    case .switch, .optionalValue: false
    }
  }

  /// Whether giving it again adds to it.
  package var repeats: Bool {
    if case .list = kind { true } else { false }
  }

  /// Whether `--no-NAME` exists.
  package var isNegatable: Bool { kind == .switch(negatable: true) }

  /// What its value may be completed with, built on request: the words of an enum take a while.
  package var completion: CompletionKind { makeCompletion?() ?? .none }

  /// The longer explanation, built on request.
  package var prose: Prose { makeProse?() ?? [] }

  /// Every long spelling with its dashes, negations included.
  package var spellings: [String] {
    let names = [name] + aliases
    return names.map { "--\($0)" } + (isNegatable ? names.map { "--no-\($0)" } : [])
  }
}
