import Calendar
import Jobs

/// Moments as names of files and folders write them: in UTC, without separators, so that the order
/// of the texts is the order of time.
///
/// Moments before the year 0 or after 9999 are written as the first or the last of those years; the
/// exact one is in the file.
enum NameStamp {
  /// The length of `20261121T132011.123Z`.
  static let length = 20
  /// The length of `20261121T1320Z`.
  static let minuteLength = 14

  private static let first: Int64 = -62_167_219_200_000
  private static let last: Int64 = 253_402_300_799_999

  /// Appends `20261121T132011.123Z`.
  static func append(_ instant: Instant, to out: inout [UInt8]) {
    let time = appendMinute(instant, to: &out)
    append(time.second, digits: 2, to: &out)
    out.append(UInt8(ascii: "."))
    append(time.millisecond, digits: 3, to: &out)
    out.append(UInt8(ascii: "Z"))
  }

  /// `20261121T1320Z`, the minute of a moment.
  static func minute(_ instant: Instant) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(minuteLength)
    _ = appendMinute(instant, to: &out)
    out.append(UInt8(ascii: "Z"))
    return String(decoding: out, as: UTF8.self)
  }

  /// `20261121`, the day of a moment.
  static func day(_ instant: Instant) -> String { String(minute(instant).prefix(8)) }

  private static func appendMinute(_ instant: Instant, to out: inout [UInt8]) -> CivilDateTime {
    let time = CivilDateTime(milliseconds: min(max(instant.milliseconds, first), last))
    append(Int(time.date.year), digits: 4, to: &out)
    append(time.date.month, digits: 2, to: &out)
    append(time.date.day, digits: 2, to: &out)
    out.append(UInt8(ascii: "T"))
    append(time.hour, digits: 2, to: &out)
    append(time.minute, digits: 2, to: &out)
    return time
  }

  private static func append(_ value: Int, digits: Int, to out: inout [UInt8]) {
    if digits > 1 { append(value / 10, digits: digits - 1, to: &out) }
    out.append(UInt8(ascii: "0") + UInt8(value % 10))
  }

  /// Reads `20261121T132011.123Z` or `20261121T1320Z`; `nil` for anything else.
  static func read(_ text: Substring.UTF8View) -> Instant? {
    guard text.count == length || text.count == minuteLength else { return nil }
    return text.withContiguousStorageIfAvailable { read($0) }
      ?? Array(text).withUnsafeBufferPointer { read($0) }
  }

  /// The same, of bytes that are nothing else.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Instant? {
    guard bytes.count == length || bytes.count == minuteLength, bytes[8] == UInt8(ascii: "T"),
      bytes[bytes.count - 1] == UInt8(ascii: "Z"),
      let year = number(bytes, 0..<4), let month = number(bytes, 4..<6),
      let day = number(bytes, 6..<8), let hour = number(bytes, 9..<11),
      let minute = number(bytes, 11..<13)
    else { return nil }
    var (second, millisecond) = (0, 0)
    if bytes.count == length {
      guard let seconds = number(bytes, 13..<15), bytes[15] == UInt8(ascii: "."),
        let rest = number(bytes, 16..<19)
      else { return nil }
      (second, millisecond) = (seconds, rest)
    }
    guard let date = CivilDate(year: Int64(year), month: month, day: day),
      let time = CivilDateTime(
        date, hour: hour, minute: minute, second: second, millisecond: millisecond)
    else { return nil }
    return time.milliseconds.map { Instant(milliseconds: $0) }
  }

  private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
    var value = 0
    for byte in bytes[range] {
      guard 48...57 ~= byte else { return nil }
      value = value * 10 + Int(byte - 48)
    }
    return value
  }
}
