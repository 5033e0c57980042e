/// Makes text from anywhere safe to show on a terminal (conventions §9).
///
/// C0, DEL and bytes that are not UTF-8 become `\x1b`; C1 and bidi controls become `\u{202e}`.
package enum TerminalText {
  /// Which line structure is kept.
  package enum Shape: Sendable {
    /// One line or cell: line ends and tabs are escaped too.
    case line
    /// Captured output: line feeds and tabs stay.
    case lines
  }

  /// The text escaped; the same text where nothing needs it.
  package static func escape(_ text: String, _ shape: Shape = .line) -> String {
    var text = text
    return text.withUTF8 { bytes -> String? in
      firstHazard(in: bytes, shape) == nil ? nil : escaped(bytes, shape)
    } ?? text
  }

  /// The bytes as text, escaped.
  package static func escape(bytes: some Collection<UInt8>, _ shape: Shape = .line) -> String {
    withContiguousBytes(bytes) { escaped($0, shape) }
  }

  /// Appends the text escaped.
  package static func append(
    _ text: String, to out: inout ByteBuffer, _ shape: Shape = .line
  ) {
    var text = text
    text.withUTF8 { append($0, to: &out, shape) }
  }

  /// Appends the bytes as text, escaped.
  package static func append(
    bytes: some Collection<UInt8>, to out: inout ByteBuffer, _ shape: Shape = .line
  ) {
    withContiguousBytes(bytes) { append($0, to: &out, shape) }
  }

  /// Whether every byte is printable ASCII, so that it needs no escape and is one column wide.
  static func isPrintableASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var position = 0
    while let eight = EightBytes(bytes, at: position, end: bytes.count) {
      guard eight.printable == 8 else { return false }
      position += 8
    }
    while position < bytes.count {
      guard 0x20...0x7E ~= bytes[position] else { return false }
      position += 1
    }
    return true
  }

  private static func escaped(_ bytes: UnsafeBufferPointer<UInt8>, _ shape: Shape) -> String {
    var out = ByteBuffer(capacity: bytes.count + 16)
    append(bytes, to: &out, shape)
    return out.text
  }

  private static func append(
    _ bytes: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer, _ shape: Shape
  ) {
    var copied = 0
    while let hazard = firstHazard(in: bytes, shape, from: copied) {
      out.append(copying: bytes, from: copied, to: hazard.position)
      if let scalar = hazard.scalar {
        appendScalar(scalar, to: &out)
      } else {
        appendByte(bytes[hazard.position], to: &out)
      }
      copied = hazard.position + hazard.length
    }
    out.append(copying: bytes, from: copied, to: bytes.count)
  }

  private struct Hazard {
    let position: Int
    let length: Int
    let scalar: UInt16?
  }

  private static func firstHazard(
    in bytes: UnsafeBufferPointer<UInt8>, _ shape: Shape, from start: Int = 0
  ) -> Hazard? {
    var position = start
    while position < bytes.count {
      if let eight = EightBytes(bytes, at: position, end: bytes.count) {
        position += eight.printable
        if eight.printable == 8 { continue }
      }
      let byte = bytes[position]
      let length = UTF8Sequence.length(in: bytes, at: position, end: bytes.count)
      if length == 0 || byte < 0x80 && isControl(byte, shape) {
        return Hazard(position: position, length: 1, scalar: nil)
      }
      if let scalar = UTF8Sequence.hazard(in: bytes, at: position, length: length) {
        return Hazard(position: position, length: length, scalar: scalar)
      }
      position += length
    }
    return nil
  }

  private static func isControl(_ byte: UInt8, _ shape: Shape) -> Bool {
    if byte == 0x7F { return true }
    guard byte < 0x20 else { return false }
    switch shape {
    case .line: return true
    case .lines: return byte != 0x0A && byte != 0x09
    }
  }

  private static func appendByte(_ byte: UInt8, to out: inout ByteBuffer) {
    out.append("\\x")
    out.append(Hexadecimal.digit(byte >> 4))
    out.append(Hexadecimal.digit(byte))
  }

  private static func appendScalar(_ scalar: UInt16, to out: inout ByteBuffer) {
    out.append("\\u{")
    out.append(String(scalar, radix: 16))
    out.append(UInt8(ascii: "}"))
  }
}
