/// What a failure said, as jobs and attempts keep it.
package enum ErrorText {
  /// The longest text kept, in bytes.
  package static let longest = 1024

  /// The end of `text`, at most `longest` bytes.
  ///
  /// The end, because that is where programs say why they stopped. Never cuts through the bytes of
  /// a Unicode scalar.
  package static func capped(_ text: String) -> String {
    let bytes = text.utf8
    guard bytes.count > longest else { return text }
    let tail = bytes.suffix(longest).drop { $0 & 0b1100_0000 == 0b1000_0000 }
    return String(decoding: tail, as: UTF8.self)
  }
}
