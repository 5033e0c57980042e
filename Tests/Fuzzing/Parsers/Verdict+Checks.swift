import Text

extension Verdict {
  /// A refusal with its message, which must be one line that a terminal can be shown.
  static func refused(saying message: String) -> Verdict {
    guard !message.isEmpty else { return .wrong("the refusal says nothing") }
    guard isClean(message) else {
      return .wrong("the refusal has a control character: \(TerminalText.escape(message))")
    }
    return .refused
  }

  /// Accepted, if `promise` holds.
  static func accepted(if promise: Bool, _ name: @autoclosure () -> String) -> Verdict {
    promise ? .accepted : .wrong(name())
  }

  /// Whether a terminal shows the text on one line and obeys nothing in it.
  static func isClean(_ text: String) -> Bool { TerminalText.escape(text, .line) == text }
}

extension String {
  /// The same code units: to Swift, strings that look the same are equal.
  func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
