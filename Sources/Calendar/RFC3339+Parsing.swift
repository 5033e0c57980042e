/// Why a text is not a time of RFC 3339.
package enum RFC3339Error: Error, Equatable, Sendable {
  /// It does not look like `2026-01-31T08:15:30Z`.
  case malformed
  /// It looks right, but there is no such day, time or offset.
  case outOfRange
}

extension RFC3339 {
  /// Reads a date and time with its offset; a fraction is cut to milliseconds.
  ///
  /// `T` may be a space or in lower case, `z` too, as the RFC allows. A leap second, which only
  /// ends a day in UTC, is the first moment of the next.
  package static func parse(_ text: String) throws(RFC3339Error) -> Int64 {
    var reader = CivilReader(text)
    guard let date = reader.date(), reader.skipOne(of: "Tt "), let clock = reader.clock(),
      let offsetMinutes = reader.offset(), reader.isAtEnd, clock.hasSeconds
    else { throw .malformed }
    guard let day = CivilDate(year: Int64(date.year), month: date.month, day: date.day),
      let offset = offsetMinutes.minutes,
      let time = CivilDateTime(
        day, hour: clock.hour, minute: clock.minute, second: min(clock.second, 59),
        millisecond: clock.millisecond),
      let local = time.milliseconds
    else { throw .outOfRange }
    let instant = local - Int64(offset) * 60_000
    guard clock.second > 59 else { return instant }
    let utc = CivilDateTime(milliseconds: instant)
    guard clock.second == 60, utc.hour == 23, utc.minute == 59 else { throw .outOfRange }
    return instant - Int64(clock.millisecond) + 1_000
  }
}
