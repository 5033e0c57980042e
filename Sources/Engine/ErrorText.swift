import PosixIO

/// The text that a failure leaves in its job: the end of standard error, or how the handler ended
/// where it said nothing.
enum ErrorText {
  /// How many bytes of standard error are kept.
  static let limit = 1024
  /// A little more, so that the cut can be moved to a character's edge.
  static let captureLimit = limit + 3

  /// The end of what a handler said, without trailing line ends; `nil` if that is nothing.
  static func end(of stderr: ArraySlice<UInt8>) -> String? {
    var bytes = stderr
    while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
      bytes.removeLast()
    }
    let text = fitted(bytes)
    return text.isEmpty ? nil : text
  }

  /// How a handler ended, in a few words that stay the same from failure to failure.
  static func describe(_ outcome: ExitOutcome) -> String {
    switch outcome {
    case .exited(let status): "exit status \(status)"
    case .signaled(let signal, _): "killed by \(signal)"
    }
  }

  /// Cut to the limit from the front, and made text: what is no UTF-8, and NUL, which some readers
  /// of text stop at, become U+FFFD.
  private static func fitted(_ bytes: ArraySlice<UInt8>) -> String {
    var text = String(decoding: cut(bytes, to: limit), as: UTF8.self)
    if text.utf8.contains(0) {
      text = String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
    // Replacements are longer than what they replace.
    guard text.utf8.count > limit else { return text }
    return String(decoding: cut(Array(text.utf8)[...], to: limit), as: UTF8.self)
  }

  private static func cut(_ bytes: ArraySlice<UInt8>, to limit: Int) -> ArraySlice<UInt8> {
    guard bytes.count > limit else { return bytes }
    var kept = bytes.suffix(limit)
    var skipped = 0
    while skipped < 3, let first = kept.first, first & 0xC0 == 0x80 {
      kept.removeFirst()
      skipped += 1
    }
    return kept
  }
}
