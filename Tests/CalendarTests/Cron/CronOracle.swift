import Glibc

/// What cronie's loop would do, minute by minute, on a host in some zone: written from its cron.c, with
/// the C library's clock, so that nothing of ours judges itself.
struct CronOracle {
  private struct Minute {
    let instant: Int64
    /// The minute of the clock on the wall, counted from 1970 as if it were UTC.
    let local: Int
    let fields: (minute: Int, hour: Int, day: Int, month: Int, weekday: Int)
  }

  private let minutes: [Minute]
  /// The first instant that it can be asked about, in milliseconds.
  let start: Int64

  /// All minutes around a moment in seconds; call it where the C library shows the zone's time.
  init(around second: Int, hours: Int) {
    let first = (second / 3_600 - hours) * 3_600
    start = Int64(first) * 1_000
    // Some hours earlier, so that what clocks showed before `start` is known.
    minutes = (-6 * 60..<hours * 120).map { Self.minute(at: first + $0 * 60) }
  }

  private static func minute(at second: Int) -> Minute {
    var (time, parts) = (second, tm())
    localtime_r(&time, &parts)
    var copy = parts
    return Minute(
      instant: Int64(second) * 1_000, local: timegm(&copy) / 60,
      fields: (
        Int(parts.tm_min), Int(parts.tm_hour), Int(parts.tm_mday), Int(parts.tm_mon) + 1,
        Int(parts.tm_wday)
      ))
  }

  var end: Int64 { (minutes.last?.instant ?? 0) }

  /// The instants from `start` to `end` at which the schedule comes.
  func ticks(of sample: CronSample) -> [Int64] {
    guard let first = minutes.first else { return [] }
    var found: [Int64] = []
    // The clock up to which everything was done, which stands still while time is shown again.
    var done = first.local - 1
    for minute in minutes {
      var comes = matches(sample, minute.fields)
      if !sample.followsWallClock, minute.local != done + 1 {
        if minute.local <= done, done + 1 - minute.local < 180 {
          comes = false
        } else if minute.local > done, minute.local - done - 1 < 180 {
          comes =
            comes || skipped(from: done + 1, to: minute.local).contains { matches(sample, $0) }
        }
      }
      if sample.followsWallClock || minute.local > done || done + 1 - minute.local >= 180 {
        done = minute.local
      }
      if comes, minute.instant >= start { found.append(minute.instant) }
    }
    return found
  }

  private func matches(
    _ sample: CronSample, _ fields: (minute: Int, hour: Int, day: Int, month: Int, weekday: Int)
  ) -> Bool {
    sample.matches(
      minute: fields.minute, hour: fields.hour, day: fields.day, month: fields.month,
      weekday: fields.weekday)
  }

  private func skipped(
    from first: Int, to last: Int
  ) -> [(minute: Int, hour: Int, day: Int, month: Int, weekday: Int)] {
    (first..<last).map { local in
      var (time, parts) = (local * 60, tm())
      gmtime_r(&time, &parts)
      return (
        Int(parts.tm_min), Int(parts.tm_hour), Int(parts.tm_mday), Int(parts.tm_mon) + 1,
        Int(parts.tm_wday)
      )
    }
  }

  /// The moments, in seconds, around which clocks are changed between two others; call it where the C
  /// library shows the zone's time.
  static func changes(from first: Int, to last: Int) -> [Int] {
    func offset(_ second: Int) -> Int {
      var (time, parts) = (second, tm())
      localtime_r(&time, &parts)
      return parts.tm_gmtoff
    }
    return stride(from: first, to: last, by: 3_600).filter { offset($0) != offset($0 + 3_600) }
  }
}
