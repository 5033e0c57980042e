import Jobs

/// Reads the name of a job's file from its beginning: a folder may hold a hundred thousand of them.
///
/// Each call takes what it reads, or says that it isn't there and takes nothing that counts any more.
struct NameReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var next = 0

  /// - Parameter bytes: the text, which must outlive the reader.
  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { next == bytes.count }

  /// Takes one byte.
  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard next < bytes.count, bytes[next] == UInt8(ascii: scalar) else { return false }
    next += 1
    return true
  }

  /// Takes two bytes or none.
  mutating func skip(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
    guard next + 1 < bytes.count, bytes[next] == UInt8(ascii: first),
      bytes[next + 1] == UInt8(ascii: second)
    else { return false }
    next += 2
    return true
  }

  /// `20261121T132011.123Z`.
  mutating func stamp() -> Instant? {
    guard bytes.count - next >= NameStamp.length else { return nil }
    defer { next += NameStamp.length }
    return NameStamp.read(UnsafeBufferPointer(rebasing: bytes[next..<next + NameStamp.length]))
  }

  /// The thirteen characters of an id, as they are written and in no other spelling.
  mutating func id() -> JobID? {
    guard bytes.count - next >= JobID.textLength else { return nil }
    defer { next += JobID.textLength }
    return JobID(canonical: UnsafeBufferPointer(rebasing: bytes[next..<next + JobID.textLength]))
  }

  /// A number of at most eighteen digits without leading zeros.
  mutating func number() -> Int64? {
    var (value, digits): (Int64, Int) = (0, 0)
    while next < bytes.count, bytes[next] != UInt8(ascii: "-") {
      let byte = bytes[next]
      guard 48...57 ~= byte, digits < 18, digits == 0 || value > 0 else { return nil }
      value = value * 10 + Int64(byte - 48)
      digits += 1
      next += 1
    }
    return digits > 0 ? value : nil
  }

  /// Sixteen digits.
  mutating func hexadecimal() -> UInt64? {
    guard bytes.count - next >= 16 else { return nil }
    var value: UInt64 = 0
    for byte in bytes[next..<next + 16] {
      switch byte {
      case 48...57: value = value << 4 | UInt64(byte - 48)
      case 97...102: value = value << 4 | UInt64(byte - 87)
      default: return nil
      }
    }
    next += 16
    return value
  }
}
