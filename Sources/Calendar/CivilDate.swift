/// A day of the proleptic Gregorian calendar.
///
/// The arithmetic is Howard Hinnant's (http://howardhinnant.github.io/date_algorithms.html), which
/// counts years from March so that the leap day comes last.
package struct CivilDate: Equatable, Sendable {
  /// The year, with a year 0.
  package let year: Int64
  /// 1 to 12.
  package let month: Int
  /// 1 to 31.
  package let day: Int

  /// The day `days` after 1970-01-01; safe for any number of days that milliseconds can reach.
  package init(days: Int64) {
    let shifted = days &+ 719_468
    let era = shifted.flooredQuotient(146_097)
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
  }

  /// The day named; nil where there is no such day, or its year is past ±300,000,000, which no
  /// time in milliseconds reaches.
  package init?(year: Int64, month: Int, day: Int) {
    guard -300_000_000...300_000_000 ~= year, 1...12 ~= month, day >= 1 else { return nil }
    guard day <= Self.length(ofMonth: month, year: year) else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// Days since 1970-01-01.
  package var days: Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear.flooredQuotient(400)
    let yearOfEra = shiftedYear - era * 400
    let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// 0 for Sunday to 6 for Saturday.
  package var weekday: Int {
    let shifted = days + 4
    return Int(shifted - shifted.flooredQuotient(7) * 7)
  }

  /// Whether the year has 366 days.
  package static func isLeap(_ year: Int64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// The days of a month (1 to 12); 0 for any other number.
  package static func length(ofMonth month: Int, year: Int64) -> Int {
    switch month {
    case 1, 3, 5, 7, 8, 10, 12: 31
    case 4, 6, 9, 11: 30
    case 2: isLeap(year) ? 29 : 28
    default: 0
    }
  }
}

extension Int64 {
  /// The quotient rounded down; `divisor` is positive.
  @inline(__always)
  func flooredQuotient(_ divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
