/// A day and a time of day to the millisecond, in no particular zone.
package struct CivilDateTime: Equatable, Sendable {
  /// The day.
  package let date: CivilDate
  /// 0 to 23.
  package let hour: Int
  /// 0 to 59.
  package let minute: Int
  /// 0 to 59: this calendar has no leap seconds.
  package let second: Int
  /// 0 to 999.
  package let millisecond: Int

  private static let millisecondsPerDay: Int64 = 86_400_000

  /// What a clock in UTC shows `milliseconds` after 1970 began; any value is good.
  package init(milliseconds: Int64) {
    let days = milliseconds.flooredQuotient(Self.millisecondsPerDay)
    // Wraps only for the first day of Int64, where the difference is right again.
    let rest = Int(milliseconds &- days &* Self.millisecondsPerDay)
    date = CivilDate(days: days)
    hour = rest / 3_600_000
    minute = rest / 60_000 % 60
    second = rest / 1_000 % 60
    millisecond = rest % 1_000
  }

  /// The time named on `date`; nil where a part is out of its range.
  package init?(
    _ date: CivilDate, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0
  ) {
    guard 0...23 ~= hour, 0...59 ~= minute, 0...59 ~= second, 0...999 ~= millisecond else {
      return nil
    }
    self.date = date
    self.hour = hour
    self.minute = minute
    self.second = second
    self.millisecond = millisecond
  }

  /// Milliseconds from the start of 1970 to when a clock in UTC shows this; nil where they do not
  /// fit.
  package var milliseconds: Int64? {
    let ofDay = Int64(((hour * 60 + minute) * 60 + second) * 1_000 + millisecond)
    // Before 1970 count from the day's end, so that the first day of Int64 is reached too.
    let shift: Int64 = date.days < 0 ? 1 : 0
    let (base, isOver) = (date.days + shift).multipliedReportingOverflow(
      by: Self.millisecondsPerDay)
    let (sum, isOverSum) = base.addingReportingOverflow(ofDay - shift * Self.millisecondsPerDay)
    return isOver || isOverSum ? nil : sum
  }
}
