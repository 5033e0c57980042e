/// Makes inputs that are nearly right out of ones that are: the changes that break parsers.
package struct ByteMutator {
  private let examples: [[UInt8]]
  private let words: [[UInt8]]
  private let most: Int

  /// A mutator of `examples`, which sows `words` of their grammar; no input is longer than `most`.
  package init(examples: [[UInt8]], words: [String] = [], most: Int = 4096) {
    self.examples = examples
    self.words = words.map { Array($0.utf8) } + Self.hostile
    self.most = most
  }

  /// A new input: an example after a few changes.
  package func next(_ random: inout SeededGenerator) -> [UInt8] {
    var bytes = examples.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 1...6, using: &random) { change(&bytes, &random) }
    return Array(bytes.prefix(most))
  }

  private func change(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: flip(&bytes, &random)
    case 1: bytes.removeSubrange(range(of: bytes, &random))
    case 2: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
    case 3: splice(&bytes, &random)
    case 4: repeatPart(&bytes, &random)
    case 5: nest(&bytes, &random)
    case 6: digits(&bytes, &random)
    case 7: overwrite(&bytes, &random)
    default: sow(&bytes, words.randomElement(using: &random) ?? [], &random)
    }
  }

  private func flip(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    guard let place = bytes.indices.randomElement(using: &random) else { return }
    bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
  }

  private func overwrite(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    guard let place = bytes.indices.randomElement(using: &random) else { return }
    bytes[place] = UInt8.random(in: 0...255, using: &random)
  }

  private func sow(
    _ bytes: inout [UInt8], _ part: some Collection<UInt8>, _ random: inout SeededGenerator
  ) {
    bytes.insert(contentsOf: part, at: Int.random(in: 0...bytes.count, using: &random))
  }

  /// Puts a part of another example somewhere, in place of what is there or before it.
  private func splice(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let other = examples.randomElement(using: &random) ?? []
    let part = other[range(of: other, &random)]
    if Bool.random(using: &random) { return sow(&bytes, part, &random) }
    bytes.replaceSubrange(range(of: bytes, &random), with: part)
  }

  private func repeatPart(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let range = range(of: bytes, &random)
    guard !range.isEmpty else { return }
    let part = bytes[range]
    let count = min([2, 20, 1000].randomElement(using: &random) ?? 2, most / part.count)
    bytes.insert(
      contentsOf: Array(repeatElement(part, count: count).joined()), at: range.upperBound)
  }

  /// Wraps a part into many brackets, some of which may stay open.
  private func nest(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let pairs: [(String, String)] = [("[", "]"), ("{\"a\":", "}"), ("{", "}"), ("\"", "\"")]
    guard let (open, close) = pairs.randomElement(using: &random) else { return }
    let depth = [1, 3, 64, 600].randomElement(using: &random) ?? 1
    let range = range(of: bytes, &random)
    let closed = Bool.random(using: &random) ? depth : depth - 1
    bytes.insert(contentsOf: String(repeating: close, count: closed).utf8, at: range.upperBound)
    bytes.insert(contentsOf: String(repeating: open, count: depth).utf8, at: range.lowerBound)
  }

  /// Puts a number at the edge of some integer in the place of a digit, or anywhere.
  private func digits(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let number = Array((Self.numbers.randomElement(using: &random) ?? "0").utf8)
    let digits = bytes.indices.filter { 0x30...0x39 ~= bytes[$0] }
    guard let place = digits.randomElement(using: &random) else {
      return sow(&bytes, number, &random)
    }
    bytes.replaceSubrange(place...place, with: number)
  }

  private func range(of bytes: [UInt8], _ random: inout SeededGenerator) -> Range<Int> {
    let first = Int.random(in: 0...bytes.count, using: &random)
    let last = Int.random(in: 0...bytes.count, using: &random)
    return min(first, last)..<max(first, last)
  }

  private static let numbers = [
    "0", "00", "1", "-1", "255", "256", "1000", "65536", "2147483647", "2147483648", "4294967296",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
    "18446744073709551616", "99999999999999999999999", "0.1", "0.999999999999", "1e400", "-0",
  ]

  /// Line ends, marks, controls, letters that combine or only look like others, and bytes that are
  /// no UTF-8: cut off, overlong, surrogates, beyond the last code point.
  private static let hostile: [[UInt8]] =
    [
      "\r\n", "\n", "\r", "\t", "\0", " ", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{9b}31m",
      "\u{feff}", "\u{202e}", "\u{2028}", "\u{301}", "e\u{301}", "é", "\u{212a}", "\u{37e}",
      "\u{200d}", "\u{1f600}", "\\u0000", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\", "\"", "'",
      "-", "--", "=", ",", ":", "/", "..", "%", "$(x)", "`",
    ].map { Array($0.utf8) } + [
      [0xff], [0xc3], [0x80], [0xe2, 0x82], [0xc0, 0xaf], [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xf0, 0x9f, 0x98], [0xfe, 0xff],
    ]
}
