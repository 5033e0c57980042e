import Jobs
import PosixIO

/// The text that a failure leaves in its job: the end of standard error, or how the handler ended
/// where it said nothing.
enum FailureText {
  /// How many bytes of standard error are looked at: a little more than is kept, so that the cut can
  /// be moved to a character's edge.
  static let captureLimit = ErrorText.longest + 3

  /// The end of what a handler said, without trailing line ends; `nil` if that is nothing.
  static func end(of stderr: ArraySlice<UInt8>) -> String? {
    var bytes = stderr
    while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
      bytes.removeLast()
    }
    if bytes.count > ErrorText.longest { bytes = afterBrokenCharacter(bytes) }
    guard !bytes.isEmpty else { return nil }
    return ErrorText.capped(text(bytes))
  }

  /// How a handler ended, in a few words that stay the same from failure to failure.
  static func describe(_ outcome: ExitOutcome) -> String {
    switch outcome {
    case .exited(let status): "exit status \(status)"
    case .signaled(let signal, _): "killed by \(signal)"
    }
  }

  private static func afterBrokenCharacter(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let kept = bytes.suffix(ErrorText.longest)
    let whole = kept.drop { $0 & 0b1100_0000 == 0b1000_0000 }
    // No character has more than three such bytes: these are no text, and not ours to mend.
    return kept.count - whole.count > 3 ? kept : whole
  }

  /// What is no UTF-8, and NUL, at which some readers of text stop, become U+FFFD.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    guard bytes.contains(0) else { return text }
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
  }
}
