/// What stays of an error when all is taken out that differs from job to job.
///
/// `connect to 10.0.0.7:5432 after 31 ms: "db 12" in /srv/a/b.py` becomes
/// `connect to <n>:<n> after <n> ms: <str> in <path>`. Two errors are of one group when they have one
/// shape. A change here gives all groups new names, so the tests keep shapes word for word.
package enum ErrorShape {
  /// The shape of an error; empty for one that says nothing.
  package static func fold(_ error: String) -> String {
    var folding = Folding(Array(whole(error).utf8))
    return String(decoding: folding.run(), as: UTF8.self)
  }

  /// An error without its first line where the store cut that: it would differ by where it was cut.
  private static func whole(_ error: String) -> Substring {
    // Up to three bytes less where the cut fell into a character.
    guard error.utf8.count > ErrorText.longest - 4, let end = error.firstIndex(of: "\n") else {
      return error[...]
    }
    return error[error.index(after: end)...]
  }
}

/// One pass over the bytes of an error.
private struct Folding {
  private let bytes: [UInt8]
  private var position = 0
  private var out: [UInt8] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    out.reserveCapacity(bytes.count)
  }

  mutating func run() -> [UInt8] {
    while position < bytes.count {
      let byte = bytes[position]
      if Self.isBlank(byte) {
        passBlanks()
      } else if Self.isQuote(byte), !followsWord, let end = closingQuote() {
        put("<str>", to: end)
      } else if let end = endOfPath() {
        put("<path>", to: end)
      } else if Self.isWord(byte) {
        foldWord()
      } else {
        out.append(byte)
        position += 1
      }
    }
    while out.last == 32 { out.removeLast() }
    return out
  }

  private mutating func put(_ text: StaticString, to end: Int) {
    text.withUTF8Buffer { out.append(contentsOf: $0) }
    position = end
  }

  private mutating func passBlanks() {
    position += 1
    if let last = out.last, last != 32 { out.append(32) }
  }

  private var followsWord: Bool { position > 0 && Self.isWord(bytes[position - 1]) }

  /// Behind the quote that closes the one here, on the same line and before nothing of a word.
  private func closingQuote() -> Int? {
    let quote = bytes[position]
    var index = position + 1
    while index < bytes.count, bytes[index] != 10 {
      if bytes[index] == UInt8(ascii: "\\") {
        index += 2
        continue
      }
      let isLast = index + 1 >= bytes.count || !Self.isWord(bytes[index + 1])
      if bytes[index] == quote, isLast { return index + 1 }
      index += 1
    }
    return nil
  }
}

// MARK: - Paths

extension Folding {
  /// Where the path here ends: `/a/b`, `./a`, `../a`, `~/a`, `C:\a`, and what follows the host of an
  /// address; `nil` where none begins.
  private func endOfPath() -> Int? {
    guard let start = startOfPath() else { return nil }
    var end = start
    while end < bytes.count, Self.isOfPath(bytes[end]) { end += 1 }
    // A full stop or colon behind it belongs to the sentence.
    while end > start, bytes[end - 1] == UInt8(ascii: ".") || bytes[end - 1] == UInt8(ascii: ":") {
      end -= 1
    }
    return end > start ? end : nil
  }

  /// Behind what makes a path of it.
  private func startOfPath() -> Int? {
    let rest = bytes[position...]
    if rest.starts(with: "/".utf8) {
      // One slash between two words is no path, but for the host of an address.
      guard !followsWord || isBehindHost, position + 1 < bytes.count,
        Self.isOfPath(bytes[position + 1]), bytes[position + 1] != UInt8(ascii: "/"),
        !bytes[..<position].suffix(2).elementsEqual(":/".utf8)
      else { return nil }
      return position + 1
    }
    guard !followsWord else { return nil }
    for mark in ["./", "../", "~/"] where rest.starts(with: mark.utf8) {
      return position > 0 && bytes[position - 1] == UInt8(ascii: ".")
        ? nil : position + mark.utf8.count
    }
    guard rest.count > 2, Self.isLetter(rest[position]),
      rest[position + 1] == UInt8(ascii: ":"), rest[position + 2] == UInt8(ascii: "\\")
    else { return nil }
    return position + 3
  }

  /// Whether what stands before is `scheme://host`.
  private var isBehindHost: Bool {
    var index = position
    while index > 0, !Self.isBlank(bytes[index - 1]), bytes[index - 1] != UInt8(ascii: "/") {
      index -= 1
    }
    return bytes[..<index].suffix(3).elementsEqual("://".utf8)
  }

  private static func isOfPath(_ byte: UInt8) -> Bool {
    if isWord(byte) || byte >= 0x80 { return true }
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "~"), UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "\\"),
      UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: "#"):
      return true
    default: return false
    }
  }
}

// MARK: - Words

extension Folding {
  private mutating func foldWord() {
    let start = position
    var end = start
    while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
    if let joined = endOfUUID(from: start) { return put("<id>", to: joined) }
    let word = bytes[start..<end]
    guard word.contains(where: Self.isDigit) || word.count >= 16 && word.allSatisfy(Self.isHex)
    else {
      out.append(contentsOf: word)
      return position = end
    }
    if word.allSatisfy(Self.isDigit) { return put("<n>", to: endOfNumber(from: end)) }
    if isHexNumber(word) { return put("<hex>", to: end) }
    if isIdentifier(word) { return put("<id>", to: end) }
    foldDigits(of: word)
    position = end
  }

  /// Behind `1.5`, `1,000`, `10.0.0.7`, `1e9`'s digits: more digits behind a dot or a comma.
  private func endOfNumber(from first: Int) -> Int {
    var end = first
    while end + 1 < bytes.count,
      bytes[end] == UInt8(ascii: ".") || bytes[end] == UInt8(ascii: ","),
      Self.isDigit(bytes[end + 1])
    {
      var index = end + 1
      while index < bytes.count, Self.isDigit(bytes[index]) { index += 1 }
      guard index >= bytes.count || !Self.isWord(bytes[index]) else { return end }
      end = index
    }
    return end
  }

  /// Behind a UUID: groups of 8, 4, 4, 4 and 12 hexadecimal digits.
  private func endOfUUID(from start: Int) -> Int? {
    var index = start
    for (number, length) in [8, 4, 4, 4, 12].enumerated() {
      if number > 0 {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "-") else { return nil }
        index += 1
      }
      guard index + length <= bytes.count,
        bytes[index..<(index + length)].allSatisfy(Self.isHex)
      else { return nil }
      index += length
    }
    return index < bytes.count && Self.isWord(bytes[index]) ? nil : index
  }

  private func isHexNumber(_ word: ArraySlice<UInt8>) -> Bool {
    if word.starts(with: "0x".utf8) || word.starts(with: "0X".utf8) {
      return word.count > 2 && word.dropFirst(2).allSatisfy(Self.isHex)
    }
    return word.count >= 6 && word.allSatisfy(Self.isHex)
  }

  /// Whether it is long and made of letters and digits in no order: no name that a person gave.
  private func isIdentifier(_ word: ArraySlice<UInt8>) -> Bool {
    guard word.count >= 12, !word.contains(UInt8(ascii: "_")) else { return false }
    var changes = 0
    for (left, right) in zip(word, word.dropFirst())
    where Self.isDigit(left) != Self.isDigit(right) { changes += 1 }
    return changes >= 3
  }

  /// `worker3b12` becomes `worker<n>b<n>`.
  private mutating func foldDigits(of word: ArraySlice<UInt8>) {
    var isInNumber = false
    for byte in word {
      guard Self.isDigit(byte) else {
        out.append(byte)
        isInNumber = false
        continue
      }
      if !isInNumber { out.append(contentsOf: "<n>".utf8) }
      isInNumber = true
    }
  }
}

// MARK: - Bytes

extension Folding {
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || 9...13 ~= byte }

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  private static func isLetter(_ byte: UInt8) -> Bool {
    0x41...0x5A ~= byte || 0x61...0x7A ~= byte
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    isDigit(byte) || 0x41...0x46 ~= byte || 0x61...0x66 ~= byte
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "_")
  }
}
