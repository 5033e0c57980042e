/// Well-formed UTF-8 sequences, after table 3-7 of the Unicode Standard.
enum UTF8Sequence {
  /// The length of the well-formed sequence at `position`; 0 where there is none.
  static func length(
    in bytes: UnsafeBufferPointer<UInt8>, at position: Int, end: Int
  ) -> Int {
    guard position < end else { return 0 }
    let lead = bytes[position]
    if lead < 0x80 { return 1 }
    guard end - position >= 2 else { return 0 }
    let second = bytes[position + 1]
    switch lead {
    case 0xC2...0xDF:
      return isContinuation(second) ? 2 : 0
    case 0xE0...0xEF:
      guard end - position >= 3, allowsSecond(second, after: lead) else { return 0 }
      return isContinuation(bytes[position + 2]) ? 3 : 0
    case 0xF0...0xF4:
      guard end - position >= 4, allowsSecond(second, after: lead) else { return 0 }
      return isContinuation(bytes[position + 2]) && isContinuation(bytes[position + 3]) ? 4 : 0
    default:
      return 0
    }
  }

  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  private static func allowsSecond(_ second: UInt8, after lead: UInt8) -> Bool {
    switch lead {
    case 0xE0: 0xA0...0xBF ~= second
    case 0xED: 0x80...0x9F ~= second
    case 0xF0: 0x90...0xBF ~= second
    case 0xF4: 0x80...0x8F ~= second
    default: isContinuation(second)
    }
  }

  /// The code point of the sequence at `position` if a terminal may act on it.
  ///
  /// C1 and bidi controls (conventions §9); DEL and C0 are single bytes, which callers test
  /// themselves.
  static func hazard(
    in bytes: UnsafeBufferPointer<UInt8>, at position: Int, length: Int
  ) -> UInt16? {
    if length == 2 {
      let scalar = UInt16(bytes[position] & 0x1F) << 6 | UInt16(bytes[position + 1] & 0x3F)
      return scalar <= 0x9F || scalar == 0x061C ? scalar : nil
    }
    guard length == 3, bytes[position] == 0xE2 else { return nil }
    let tail = UInt16(bytes[position + 1] & 0x3F) << 6 | UInt16(bytes[position + 2] & 0x3F)
    let scalar = 0x2000 | tail
    switch scalar {
    case 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: return scalar
    default: return nil
    }
  }

  /// Whether `bytes` are valid UTF-8 throughout.
  static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var position = 0
    while position < bytes.count {
      if let eight = EightBytes(bytes, at: position, end: bytes.count) {
        position += eight.printable
        if eight.printable == 8 { continue }
      }
      let length = length(in: bytes, at: position, end: bytes.count)
      guard length > 0 else { return false }
      position += length
    }
    return true
  }
}
