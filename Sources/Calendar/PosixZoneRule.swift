/// A zone told by the rule of POSIX's TZ variable: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixZoneRule: Sendable {
  /// A day of the year.
  enum Day: Sendable {
    /// 1 to 365; the leap day is never counted.
    case julian(Int)
    /// 0 to 365; the leap day is counted.
    case zeroBased(Int)
    /// Week 1 to 5 of a month (5 is the last), weekday from Sunday.
    case monthly(month: Int, week: Int, weekday: Int)
  }

  /// When clocks change: a day, and seconds on the clock that is then in force.
  struct Change: Sendable {
    let day: Day
    let seconds: Int
  }

  /// Daylight saving time and when it begins and ends.
  struct Daylight: Sendable {
    let offset: ZoneOffset
    let start: Change
    let end: Change
  }

  /// An instant in seconds since 1970, and what clocks show from then on.
  struct Transition {
    let time: Int64
    let offset: ZoneOffset
  }

  let standard: ZoneOffset
  let daylight: Daylight?

  /// What clocks show at `seconds` since 1970.
  func offset(at seconds: Int64) -> ZoneOffset {
    guard daylight != nil else { return standard }
    return transitions(around: seconds).last { $0.time <= seconds }?.offset ?? standard
  }

  /// The transitions of the year of `seconds` and its neighbours, in order.
  ///
  /// Of the year before last too: a rule may end it a week into the next one, behind what began there.
  func transitions(around seconds: Int64) -> [Transition] {
    guard let daylight else { return [] }
    let year = CivilDate(days: seconds.flooredQuotient(86_400)).year
    var found: [Transition] = []
    for year in (year - 2)...(year + 1) {
      let end = Self.time(of: daylight.end, year: year) - Int64(daylight.offset.seconds)
      let start = Self.time(of: daylight.start, year: year) - Int64(standard.seconds)
      found.append(Transition(time: end, offset: standard))
      found.append(Transition(time: start, offset: daylight.offset))
    }
    // Stable: where an end and a start coincide (daylight time all year), the start counts.
    return found.enumerated().sorted { left, right in
      if left.element.time != right.element.time { return left.element.time < right.element.time }
      let isLeftEnd = left.element.offset == standard
      let isRightEnd = right.element.offset == standard
      return isLeftEnd == isRightEnd ? left.offset < right.offset : isLeftEnd
    }.map(\.element)
  }

  /// Seconds since 1970 on the clock that is in force before the change.
  private static func time(of change: Change, year: Int64) -> Int64 {
    let newYear = firstDay(year: year, month: 1)
    let days: Int64
    switch change.day {
    case .julian(let day):
      days = newYear + Int64(day - 1) + (CivilDate.isLeap(year) && day >= 60 ? 1 : 0)
    case .zeroBased(let day):
      days = newYear + Int64(day)
    case .monthly(let month, let week, let weekday):
      let first = firstDay(year: year, month: month)
      let firstWeekday = Int((first + 4) - (first + 4).flooredQuotient(7) * 7)
      var day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
      if day >= CivilDate.length(ofMonth: month, year: year) { day -= 7 }
      days = first + Int64(day)
    }
    return days * 86_400 + Int64(change.seconds)
  }

  private static func firstDay(year: Int64, month: Int) -> Int64 {
    CivilDate(year: year, month: month, day: 1)?.days ?? 0
  }
}
