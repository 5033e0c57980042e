/// Undoes the escapes of a string literal that has been checked.
enum JSONUnescaping {
  /// The UTF-8 that `content`, the text between the quotes, stands for.
  static func bytes(of content: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(content.count)
    var position = 0
    while position < content.count {
      let byte = content[position]
      position += 1
      guard byte == UInt8(ascii: "\\"), position < content.count else {
        out.append(byte)
        continue
      }
      let letter = content[position]
      position += 1
      if letter == UInt8(ascii: "u") {
        appendScalar(from: content, at: &position, to: &out)
      } else {
        out.append(plain(letter))
      }
    }
    return out
  }

  private static func plain(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: letter
    }
  }

  private static func appendScalar(
    from content: UnsafeBufferPointer<UInt8>, at position: inout Int, to out: inout [UInt8]
  ) {
    var value = unit(in: content, at: &position)
    if 0xD800...0xDBFF ~= value {
      position += 2
      let low = unit(in: content, at: &position)
      value = 0x10000 &+ (value & 0x3FF) << 10 &+ (low & 0x3FF)
    }
    out.append(contentsOf: String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
  }

  private static func unit(
    in content: UnsafeBufferPointer<UInt8>, at position: inout Int
  ) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 where position < content.count {
      value = value << 4 | UInt32(Hexadecimal.value(of: content[position]) ?? 0)
      position += 1
    }
    return value
  }
}
