extension CronExpression {
  /// The first whole minute at or after `start` that the fields name, both in milliseconds as a clock
  /// in UTC would count them; nil where none comes before `end`.
  ///
  /// Goes from month to month and from day to day, never from minute to minute.
  func firstMinute(from start: Int64, before end: Int64) -> Int64? {
    let minute = (start + 59_999).flooredQuotient(60_000)
    var day = minute.flooredQuotient(1_440)
    if isNamed(CivilDate(days: day)),
      let ofDay = minuteOfDay(from: Int(minute - day * 1_440))
    {
      return earlier(day * 1_440 + Int64(ofDay), end)
    }
    guard let first = minuteOfDay(from: 0) else { return nil }
    day += 1
    while day < (end + 86_399_999).flooredQuotient(86_400_000) {
      let date = CivilDate(days: day)
      if let found = dayOfMonth(from: date) {
        return earlier((day + Int64(found - date.day)) * 1_440 + Int64(first), end)
      }
      day += Int64(CivilDate.length(ofMonth: date.month, year: date.year) - date.day + 1)
    }
    return nil
  }

  private func earlier(_ minute: Int64, _ end: Int64) -> Int64? {
    minute * 60_000 < end ? minute * 60_000 : nil
  }

  /// The first minute of a day, from one on, at which the schedule comes.
  private func minuteOfDay(from start: Int) -> Int? {
    let (hour, minute) = (start / 60, start % 60)
    if hours & 1 << UInt64(hour) != 0, let found = Self.firstBit(minutes, from: minute) {
      return hour * 60 + found
    }
    guard let later = Self.firstBit(hours, from: hour + 1) else { return nil }
    return later * 60 + minutes.trailingZeroBitCount
  }

  private static func firstBit(_ mask: UInt64, from place: Int) -> Int? {
    let rest = mask & (UInt64.max << UInt64(place))
    return rest == 0 ? nil : rest.trailingZeroBitCount
  }

  private func isNamed(_ date: CivilDate) -> Bool {
    daysNamed(of: date) & 1 << UInt64(date.day) != 0
  }

  private func dayOfMonth(from date: CivilDate) -> Int? {
    Self.firstBit(daysNamed(of: date), from: date.day)
  }

  /// The days of a date's month on which the schedule comes, as bits.
  private func daysNamed(of date: CivilDate) -> UInt64 {
    guard months & 1 << UInt64(date.month) != 0 else { return 0 }
    let byWeekday = daysByWeekday(firstIs: (date.weekday - (date.day - 1) % 7 + 7) % 7)
    let named = needsBothDays ? days & byWeekday : days | byWeekday
    return named & Self.bits(ofMonth: date.month, year: date.year)
  }

  /// The days of the month that fall on the weekdays named, where the first falls on `first`.
  private func daysByWeekday(firstIs first: Int) -> UInt64 {
    let week = (weekdays >> UInt64(first) | weekdays << UInt64(7 - first)) & 0x7F
    return (week | week << 7 | week << 14 | week << 21 | week << 28) << 1
  }
}
