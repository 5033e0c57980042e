extension ByteBuffer {
  /// Appends an integer in decimal, without making a `String` of it.
  @inlinable
  package mutating func append(decimal value: some FixedWidthInteger & SignedInteger) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: UInt64(truncatingIfNeeded: value.magnitude))
  }

  /// Appends an integer in decimal, without making a `String` of it.
  package mutating func append(decimal value: UInt64) {
    guard value >= 10 else {
      append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value))
      return
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = value
      var first = 20
      while rest > 0 {
        first -= 1
        digits[first] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(digits)[first...]))
    }
  }

  /// Appends an integer in decimal, filled with zeros on the left up to `width` digits.
  package mutating func append(decimal value: UInt64, width: Int) {
    var digits = 1
    var rest = value
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    append(repeating: UInt8(ascii: "0"), count: width - digits)
    append(decimal: value)
  }
}
