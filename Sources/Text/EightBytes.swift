/// Eight bytes looked at in one step, so that plain text is passed over without a test per byte.
///
/// The tests are the well-known "a zero byte in a word" formulas
/// (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord); as questions about *any* byte
/// they are exact, and so is the lowest byte they mark: a false mark only follows a true one.
struct EightBytes {
  private let word: UInt64

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// Loads the bytes from `position`; nil where fewer than eight are left before `end`.
  @inline(__always)
  init?(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int, end: Int) {
    guard end &- position >= 8, let base = bytes.baseAddress else { return nil }
    word = UInt64(
      littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
  }

  @inline(__always)
  private func has(_ byte: UInt8) -> UInt64 {
    let zeroed = word ^ (Self.ones &* UInt64(byte))
    return (zeroed &- Self.ones) & ~zeroed & Self.highs
  }

  @inline(__always)
  private var controls: UInt64 { (word &- Self.ones &* 0x20) & ~word & Self.highs }

  /// How many bytes stand before the first that is marked; 8 where none is.
  @inline(__always)
  private func unmarked(_ marks: UInt64) -> Int { marks.trailingZeroBitCount >> 3 }

  /// How many bytes, from the first, are ASCII and neither a control character nor DEL.
  @inline(__always)
  var printable: Int { unmarked((word & Self.highs) | controls | has(0x7F)) }

  /// How many bytes, from the first, may stand in a JSON string literal as they are.
  @inline(__always)
  var plainInJSON: Int { unmarked((word & Self.highs) | controls | has(0x22) | has(0x5C)) }

  /// As `plainInJSON`, and none is DEL, which we escape when writing.
  @inline(__always)
  var writtenPlainInJSON: Int {
    unmarked((word & Self.highs) | controls | has(0x22) | has(0x5C) | has(0x7F))
  }
}
