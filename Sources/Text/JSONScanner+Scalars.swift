/// Where the text of a string literal stands, between its quotes.
struct JSONStringLiteral {
  let content: Range<Int>
  let hasEscapes: Bool
}

extension JSONScanner {
  /// Passes over a string literal, checking escapes, surrogates and UTF-8.
  mutating func skipString() throws(JSONError) -> JSONStringLiteral {
    try skip(UInt8(ascii: "\""))
    let first = position
    var hasEscapes = false
    while true {
      if let eight = EightBytes(bytes, at: position, end: end) {
        position += eight.plainInJSON
        if eight.plainInJSON == 8 { continue }
      }
      guard position < end else { throw failure(.endOfText) }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        try skipEscape()
      } else if byte < 0x20 {
        throw failure(.controlCharacter)
      } else if byte < 0x80 {
        position += 1
      } else {
        let length = UTF8Sequence.length(in: bytes, at: position, end: end)
        guard length > 0 else { throw failure(.invalidUTF8) }
        position += length
      }
    }
    position += 1
    return JSONStringLiteral(content: first..<(position - 1), hasEscapes: hasEscapes)
  }

  private mutating func skipEscape() throws(JSONError) {
    let start = position
    position += 1
    guard let letter = byte else { throw failure(.endOfText) }
    position += 1
    switch letter {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return
    case UInt8(ascii: "u"): break
    default: throw failure(.malformedEscape, at: start)
    }
    let unit = try skipFourDigits(from: start)
    if 0xDC00...0xDFFF ~= unit { throw failure(.loneSurrogate, at: start) }
    guard 0xD800...0xDBFF ~= unit else { return }
    guard
      end - position >= 2, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw failure(.loneSurrogate, at: start) }
    position += 2
    guard 0xDC00...0xDFFF ~= (try skipFourDigits(from: start)) else {
      throw failure(.loneSurrogate, at: start)
    }
  }

  private mutating func skipFourDigits(from start: Int) throws(JSONError) -> UInt16 {
    guard end - position >= 4 else { throw failure(.endOfText, at: end) }
    var unit: UInt16 = 0
    for index in position..<(position + 4) {
      guard let digit = Hexadecimal.value(of: bytes[index]) else {
        throw failure(.malformedEscape, at: start)
      }
      unit = unit << 4 | UInt16(digit)
    }
    position += 4
    return unit
  }

  /// Passes over a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  mutating func skipNumber() throws(JSONError) {
    let start = position
    if byte == UInt8(ascii: "-") { position += 1 }
    if byte == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits(from: start)
    }
    if byte == UInt8(ascii: ".") {
      position += 1
      try skipDigits(from: start)
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      position += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
      try skipDigits(from: start)
    }
    if let byte, 0x30...0x39 ~= byte { throw failure(.malformedNumber, at: start) }
  }

  private mutating func skipDigits(from start: Int) throws(JSONError) {
    let first = position
    while position < end, 0x30...0x39 ~= bytes[position] { position += 1 }
    guard position > first else {
      throw position < end ? failure(.malformedNumber, at: start) : failure(.endOfText)
    }
  }

  /// The text of a literal that has been passed over.
  func text(of literal: JSONStringLiteral) -> String {
    let content = UnsafeBufferPointer(rebasing: bytes[literal.content])
    guard literal.hasEscapes else { return String(decoding: content, as: UTF8.self) }
    return String(decoding: JSONUnescaping.bytes(of: content), as: UTF8.self)
  }
}
