import Text

/// Why a text is no value of its flag or operand; the parser adds which flag and quotes the text.
package enum ValueError: Error, Equatable, Sendable {
  /// Not digits at all, where a whole number within the range was wanted.
  case notWhole(ClosedRange<Int>)
  /// A whole number under the range.
  case below(ClosedRange<Int>)
  /// A whole number over the range.
  case above(ClosedRange<Int>)
  /// None of the words that the flag knows.
  case notAChoice([String])
  /// Anything else; reads on from the quoted text: "is no duration such as 1h30m".
  case malformed(String)
}

extension ValueError {
  /// The sentence about a value, the value itself quoted and made visible.
  func message(about value: String) -> String {
    "'\(value.visible)' \(predicate(value))"
  }

  private func predicate(_ value: String) -> String {
    switch self {
    case .notWhole(let range): "is not a whole number (\(Self.text(range)))"
    case .below(let range): "is below \(range.lowerBound) (\(Self.text(range)))"
    case .above(let range): "is above \(range.upperBound) (\(Self.text(range)))"
    case .notAChoice(let choices):
      "is none of \(choices.joined(separator: ", "))\(Suggestion.ending(for: value, among: choices))"
    // It may quote the value once more.
    case .malformed(let reason): TerminalText.escape(reason, .line)
    }
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound == .min, range.upperBound == .max) {
    case (true, true): "any"
    case (false, true): "at least \(range.lowerBound)"
    case (true, false): "at most \(range.upperBound)"
    case (false, false): "\(range.lowerBound) to \(range.upperBound)"
    }
  }
}
