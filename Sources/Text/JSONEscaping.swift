/// The escapes we write: those RFC 8259 demands, and those a terminal needs (conventions §9).
enum JSONEscaping {
  /// Appends `text` with quotes around it; bytes that are not UTF-8 become U+FFFD.
  static func appendQuoted(_ text: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "\""))
    appendEscaped(text, to: &out)
    out.append(UInt8(ascii: "\""))
  }

  private static func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer) {
    let end = text.count
    var copied = 0
    var position = 0
    while position < end {
      if let eight = EightBytes(text, at: position, end: end) {
        position += eight.writtenPlainInJSON
        if eight.writtenPlainInJSON == 8 { continue }
      }
      let byte = text[position]
      if byte < 0x80 {
        if byte >= 0x20, byte != 0x22, byte != 0x5C, byte != 0x7F {
          position += 1
          continue
        }
        out.append(copying: text, from: copied, to: position)
        appendEscape(byte, to: &out)
        position += 1
        copied = position
        continue
      }
      let length = UTF8Sequence.length(in: text, at: position, end: end)
      let hazard = UTF8Sequence.hazard(in: text, at: position, length: length)
      guard length == 0 || hazard != nil else {
        position += length
        continue
      }
      out.append(copying: text, from: copied, to: position)
      if let hazard { appendUnit(hazard, to: &out) } else { out.append("\u{FFFD}") }
      position += max(1, length)
      copied = position
    }
    out.append(copying: text, from: copied, to: end)
  }

  private static func appendEscape(_ byte: UInt8, to out: inout ByteBuffer) {
    let letter: UInt8
    switch byte {
    case 0x22, 0x5C: letter = byte
    case 0x08: letter = UInt8(ascii: "b")
    case 0x0C: letter = UInt8(ascii: "f")
    case 0x0A: letter = UInt8(ascii: "n")
    case 0x0D: letter = UInt8(ascii: "r")
    case 0x09: letter = UInt8(ascii: "t")
    default:
      appendUnit(UInt16(byte), to: &out)
      return
    }
    out.append(UInt8(ascii: "\\"))
    out.append(letter)
  }

  /// Appends `\uXXXX`.
  static func appendUnit(_ unit: UInt16, to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "\\"))
    out.append(UInt8(ascii: "u"))
    out.append(Hexadecimal.digit(UInt8(truncatingIfNeeded: unit >> 12)))
    out.append(Hexadecimal.digit(UInt8(truncatingIfNeeded: unit >> 8)))
    out.append(Hexadecimal.digit(UInt8(truncatingIfNeeded: unit >> 4)))
    out.append(Hexadecimal.digit(UInt8(truncatingIfNeeded: unit)))
  }

  /// Appends valid JSON text as written, but for what a terminal may act on, which can only stand
  /// in its strings, and line ends between tokens, which become spaces: a record stays one line.
  static func appendRaw(_ text: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer) {
    let end = text.count
    var copied = 0
    var position = 0
    while position < end {
      if let eight = EightBytes(text, at: position, end: end) {
        position += eight.printable
        if eight.printable == 8 { continue }
      }
      let byte = text[position]
      if 0x20...0x7E ~= byte {
        position += 1
        continue
      }
      let length = UTF8Sequence.length(in: text, at: position, end: end)
      guard length == 0 || isHazard(byte, in: text, at: position, length: length) else {
        position += length
        continue
      }
      out.append(copying: text, from: copied, to: position)
      if let unit = UTF8Sequence.hazard(in: text, at: position, length: length) {
        appendUnit(unit, to: &out)
      } else if length == 0 {
        out.append("\u{FFFD}")
      } else if byte == 0x0A || byte == 0x0D || byte == 0x09 {
        out.append(UInt8(ascii: " "))
      } else {
        appendUnit(UInt16(byte), to: &out)
      }
      position += max(1, length)
      copied = position
    }
    out.append(copying: text, from: copied, to: end)
  }

  private static func isHazard(
    _ byte: UInt8, in text: UnsafeBufferPointer<UInt8>, at position: Int, length: Int
  ) -> Bool {
    guard byte >= 0x80 else { return byte == 0x7F || byte < 0x20 && byte != 0x09 }
    return UTF8Sequence.hazard(in: text, at: position, length: length) != nil
  }
}
