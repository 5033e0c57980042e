/// Times as RFC 3339 writes them, from milliseconds since 1970.
package enum RFC3339 {
  /// Appends the time in UTC: `2026-01-31T08:15:30.123Z`.
  ///
  /// Years outside 0 to 9999, for which the RFC has no form, get a sign and all their digits.
  package static func append(_ milliseconds: Int64, to out: inout [UInt8]) {
    let time = CivilDateTime(milliseconds: milliseconds)
    append(time, to: &out)
    out.append(UInt8(ascii: "."))
    append(time.millisecond, digits: 3, to: &out)
    out.append(UInt8(ascii: "Z"))
  }

  /// The time in UTC: `2026-01-31T08:15:30.123Z`.
  package static func text(_ milliseconds: Int64) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(24)
    append(milliseconds, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Appends the time in a zone, to the second: `2026-01-31T09:15:30+01:00`.
  ///
  /// An offset with seconds (local mean times of the 19th century) is shortened to minutes, and
  /// the clock shown with it, so that the text still names the instant.
  package static func append(
    _ milliseconds: Int64, offsetSeconds: Int, to out: inout [UInt8]
  ) {
    let minutes = offsetSeconds / 60
    let (shifted, isOver) = milliseconds.addingReportingOverflow(Int64(minutes) &* 60_000)
    guard !isOver else { return append(milliseconds, to: &out) }
    append(CivilDateTime(milliseconds: shifted), to: &out)
    out.append(minutes < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    let magnitude = Int(minutes.magnitude)
    append(magnitude / 60, digits: 2, to: &out)
    out.append(UInt8(ascii: ":"))
    append(magnitude % 60, digits: 2, to: &out)
  }

  /// The time in a zone, to the second: `2026-01-31T09:15:30+01:00`.
  package static func text(_ milliseconds: Int64, in zone: TimeZoneRules) -> String {
    var out: [UInt8] = []
    append(milliseconds, offsetSeconds: zone.offset(at: milliseconds).seconds, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  private static func append(_ time: CivilDateTime, to out: inout [UInt8]) {
    let year = time.date.year
    if !(0...9999 ~= year) { out.append(year < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")) }
    append(Int(year.magnitude), digits: 4, to: &out)
    out.append(UInt8(ascii: "-"))
    append(time.date.month, digits: 2, to: &out)
    out.append(UInt8(ascii: "-"))
    append(time.date.day, digits: 2, to: &out)
    out.append(UInt8(ascii: "T"))
    append(time.hour, digits: 2, to: &out)
    out.append(UInt8(ascii: ":"))
    append(time.minute, digits: 2, to: &out)
    out.append(UInt8(ascii: ":"))
    append(time.second, digits: 2, to: &out)
  }

  /// Appends a number that is not negative, with at least `digits` digits.
  private static func append(_ value: Int, digits: Int, to out: inout [UInt8]) {
    if digits > 1 || value >= 10 { append(value / 10, digits: digits - 1, to: &out) }
    out.append(UInt8(ascii: "0") + UInt8(value % 10))
  }
}
