import Text

/// What is wrong with a command line.
package enum UsageError: Error, Equatable, Sendable {
  /// The words end before a command; the path is of the group they end in.
  case noCommand(within: [String])
  /// No such command or topic; what may have been meant, the best first.
  case unknownCommand(String, suggestions: [String])
  /// No such flag; what may have been meant, and which other commands have it.
  case unknownFlag(String, suggestions: [String], owners: [String])
  /// A flag whose value is missing, with the name that stands for the value.
  case missingValue(String, String)
  /// A value given to a switch.
  case unexpectedValue(String)
  /// A value that its flag can't take.
  case badValue(flag: String, value: String, ValueError)
  /// A word that its operand can't take.
  case badOperand(name: String, value: String, ValueError)
  /// An operand is missing.
  case missingOperand(String)
  /// One word too many.
  case extraOperand(String)
  /// Flags and operands which are right one by one but not together.
  case invalid(String)
}

extension UsageError {
  /// One line, without the program's name, safe to show on a terminal.
  package var message: String {
    switch self {
    case .noCommand(let path):
      path.isEmpty ? "no command given" : "'\(path.joined(separator: " "))' needs a command"
    case .unknownCommand(let word, let suggestions):
      "unknown command '\(word.visible)'\(Suggestion.ending(suggestions))"
    case .unknownFlag(let word, let suggestions, let owners):
      "unknown flag '\(word.visible)'\(Suggestion.ending(suggestions))\(Self.having(owners))"
    case .missingValue(let flag, let name): "\(flag): needs a value, \(flag) \(name)"
    case .unexpectedValue(let flag): "\(flag): takes no value"
    case .badValue(let flag, let value, let error): "\(flag): \(error.message(about: value))"
    case .badOperand(let name, let value, let error): "\(name): \(error.message(about: value))"
    case .missingOperand(let name): "\(name) is missing"
    case .extraOperand(let word): "unexpected operand '\(word.visible)'"
    case .invalid(let reason): TerminalText.escape(reason, .line)
    }
  }

  private static func having(_ owners: [String]) -> String {
    guard !owners.isEmpty else { return "" }
    return
      "; \(owners.map { "'\($0)'" }.joined(separator: " and ")) \(owners.count > 1 ? "have" : "has") it"
  }
}
