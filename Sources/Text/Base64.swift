/// Base64 with the standard alphabet and padding (RFC 4648 §4).
package enum Base64 {
  /// The bytes encoded, on one line.
  package static func encode(_ bytes: some Collection<UInt8>) -> String {
    var out = ByteBuffer(capacity: (bytes.count + 2) / 3 * 4)
    append(bytes, to: &out)
    return out.text
  }

  /// Appends the bytes encoded.
  package static func append(_ bytes: some Collection<UInt8>, to out: inout ByteBuffer) {
    withContiguousBytes(bytes) { buffer in
      var position = 0
      while position < buffer.count {
        let left = buffer.count - position
        let first = UInt32(buffer[position])
        let second = left > 1 ? UInt32(buffer[position + 1]) : 0
        let third = left > 2 ? UInt32(buffer[position + 2]) : 0
        let group = first << 16 | second << 8 | third
        out.append(letter(group >> 18))
        out.append(letter(group >> 12))
        out.append(left > 1 ? letter(group >> 6) : padding)
        out.append(left > 2 ? letter(group) : padding)
        position += 3
      }
    }
  }

  /// The bytes that `text` encodes; nil where it has other letters, wrong padding, a wrong length
  /// or stray bits.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    withContiguousBytes(text) { decode($0) }
  }

  private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var end = text.count
    while end > 0, end > text.count - 2, text[end - 1] == padding { end -= 1 }
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    var held: UInt32 = 0
    for index in 0..<end {
      guard let value = value(of: text[index]) else { return nil }
      bits = bits << 6 | value
      held += 6
      guard held >= 8 else { continue }
      held -= 8
      out.append(UInt8(truncatingIfNeeded: bits >> held))
      bits &= (1 << held) - 1
    }
    return bits == 0 ? out : nil
  }

  private static let padding = UInt8(ascii: "=")

  private static func letter(_ value: UInt32) -> UInt8 {
    let six = UInt8(truncatingIfNeeded: value & 63)
    switch six {
    case 0...25: return UInt8(ascii: "A") + six
    case 26...51: return UInt8(ascii: "a") + (six - 26)
    case 52...61: return UInt8(ascii: "0") + (six - 52)
    case 62: return UInt8(ascii: "+")
    default: return UInt8(ascii: "/")
    }
  }

  private static func value(of letter: UInt8) -> UInt32? {
    switch letter {
    case 0x41...0x5A: UInt32(letter - 0x41)
    case 0x61...0x7A: UInt32(letter - 0x61) + 26
    case 0x30...0x39: UInt32(letter - 0x30) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
