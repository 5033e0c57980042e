import Calendar
import Testing

struct CronEdgeTests {
  /// The ticks after a moment, as they are told in UTC.
  private func ticks(
    _ text: String, _ zone: String, after start: String, _ count: Int
  ) throws -> [String] {
    let (cron, rules) = (try CronExpression(text), try ZoneFiles.zone(zone))
    var instant = try RFC3339.parse(start)
    return try (0..<count).map { _ in
      instant = try #require(cron.next(after: instant, in: rules))
      return String(RFC3339.text(instant).prefix(16))
    }
  }

  @Test("A fixed time in the gap comes once, just after the jump")
  func gap() throws {
    let start = "2026-03-27T12:00:00Z"
    #expect(
      try ticks("30 2 * * *", "Europe/Berlin", after: start, 4) == [
        "2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30", "2026-03-31T00:30",
      ])
    #expect(
      try ticks("0,15,30 2 * * *", "Europe/Berlin", after: start, 5) == [
        "2026-03-28T01:00", "2026-03-28T01:15", "2026-03-28T01:30", "2026-03-29T01:00",
        "2026-03-30T00:00",
      ])
  }

  @Test("What was skipped and what falls on the jump itself are one tick")
  func gapAndItsEnd() throws {
    #expect(
      try ticks("0 2,3 * * *", "Europe/Berlin", after: "2026-03-29T00:00:00Z", 3) == [
        "2026-03-29T01:00", "2026-03-30T00:00", "2026-03-30T01:00",
      ])
  }

  @Test("A fixed time that clocks show twice comes the first time only")
  func overlap() throws {
    #expect(
      try ticks("30 2 * * *", "Europe/Berlin", after: "2026-10-24T12:00:00Z", 2) == [
        "2026-10-25T00:30", "2026-10-26T01:30",
      ])
    // Asked in the middle of the hour that is shown again.
    #expect(
      try ticks("30 2 * * *", "Europe/Berlin", after: "2026-10-25T01:10:00Z", 1) == [
        "2026-10-26T01:30"
      ])
    #expect(
      try ticks("15 1-3 * * *", "Europe/Berlin", after: "2026-10-24T23:00:00Z", 4) == [
        "2026-10-24T23:15", "2026-10-25T00:15", "2026-10-25T02:15", "2026-10-26T00:15",
      ])
  }

  @Test("One whose minute or hour begins with a star follows the clock on the wall")
  func wallClock() throws {
    #expect(
      try ticks("*/30 2 * * *", "Europe/Berlin", after: "2026-03-28T12:00:00Z", 2) == [
        "2026-03-30T00:00", "2026-03-30T00:30",
      ])
    #expect(
      try ticks("30 */2 * * *", "Europe/Berlin", after: "2026-03-28T23:00:00Z", 2) == [
        "2026-03-28T23:30", "2026-03-29T02:30",
      ])
    #expect(
      try ticks("*/30 2 * * *", "Europe/Berlin", after: "2026-10-24T12:00:00Z", 5) == [
        "2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30",
        "2026-10-26T01:00",
      ])
    #expect(
      try ticks("@hourly", "Europe/Berlin", after: "2026-03-29T00:30:00Z", 2) == [
        "2026-03-29T01:00", "2026-03-29T02:00",
      ])
  }

  @Test("Clocks that jump by half an hour, at midnight, or back into the day before")
  func oddZones() throws {
    #expect(
      try ticks("15 2 * * *", "Australia/Lord_Howe", after: "2026-10-03T00:00:00Z", 2) == [
        "2026-10-03T15:30", "2026-10-04T15:15",
      ])
    #expect(
      try ticks("@daily", "America/Sao_Paulo", after: "2018-11-03T12:00:00Z", 2) == [
        "2018-11-04T03:00", "2018-11-05T02:00",
      ])
    #expect(
      try ticks("30 23 * * *", "America/Sao_Paulo", after: "2018-02-17T12:00:00Z", 2) == [
        "2018-02-18T01:30", "2018-02-19T02:30",
      ])
  }

  @Test("A day that a zone left out is no gap but a correction")
  func dateLine() throws {
    #expect(
      try ticks("0 12 * * *", "Pacific/Apia", after: "2011-12-29T00:00:00Z", 2) == [
        "2011-12-29T22:00", "2011-12-30T22:00",
      ])
    #expect(
      try ticks("0 12 30 12 *", "Pacific/Apia", after: "2011-12-01T00:00:00Z", 1) == [
        "2012-12-29T22:00"
      ])
  }

  @Test("Either day field matches where both are told, both where one begins with a star")
  func dayRule() throws {
    let start = "2026-01-01T12:00:00Z"
    #expect(
      try ticks("0 0 13 * 5", "UTC", after: start, 4) == [
        "2026-01-02T00:00", "2026-01-09T00:00", "2026-01-13T00:00", "2026-01-16T00:00",
      ])
    #expect(
      try ticks("0 0 */2 * 5", "UTC", after: start, 3) == [
        "2026-01-09T00:00", "2026-01-23T00:00", "2026-02-13T00:00",
      ])
    #expect(
      try ticks("0 0 13 * */5", "UTC", after: start, 2) == [
        "2026-02-13T00:00", "2026-03-13T00:00",
      ])
    // The star counts only where it begins the field.
    #expect(
      try ticks("0 0 13,* * 5", "UTC", after: start, 2) == [
        "2026-01-02T00:00", "2026-01-03T00:00",
      ])
  }

  @Test("Steps begin anew in each hour")
  func steps() throws {
    #expect(
      try ticks("*/35 * * * *", "UTC", after: "2026-01-01T00:00:00Z", 3) == [
        "2026-01-01T00:35", "2026-01-01T01:00", "2026-01-01T01:35",
      ])
  }

  @Test("The next tick lies behind the moment, to the millisecond")
  func strictlyLater() throws {
    let cron = try CronExpression("* * * * *")
    #expect(cron.next(after: 59_999, in: .utc) == 60_000)
    #expect(cron.next(after: 60_000, in: .utc) == 120_000)
    #expect(cron.next(after: -1, in: .utc) == 0)
  }

  @Test("Moments at the end of time have no next tick, and trap nobody")
  func extremes() throws {
    for text in ["* * * * *", "0 0 29 2 */7", "30 2 * * *"] {
      let cron = try CronExpression(text)
      let zone = try ZoneFiles.zone("Europe/Berlin")
      for instant in [Int64.min, Int64.min + 1, Int64.max, Int64.max - 1] {
        #expect(cron.next(after: instant, in: zone) == nil)
        #expect(cron.latest(upTo: instant, after: 0, in: zone) == nil)
      }
      #expect(cron.next(after: 1 << 51, in: zone) != nil)
      #expect(cron.next(after: -(1 << 51), in: zone) != nil)
    }
  }

  @Test("The latest tick is found across years")
  func latest() throws {
    let zone = try ZoneFiles.zone("America/New_York")
    let now = try RFC3339.parse("2026-07-01T12:00:30Z")
    let old = try RFC3339.parse("1999-01-01T00:00:00Z")
    func latest(_ text: String, after: Int64 = old) throws -> String? {
      try CronExpression(text).latest(upTo: now, after: after, in: zone).map {
        String(RFC3339.text($0).prefix(16))
      }
    }
    #expect(try latest("* * * * *") == "2026-07-01T12:00")
    #expect(try latest("30 2 * * *") == "2026-07-01T06:30")
    #expect(try latest("0 0 29 2 */7") == "2004-02-29T05:00")
    #expect(try latest("0 8 1 7 *") == "2026-07-01T12:00")
    #expect(try latest("30 2 * * *", after: now - 1_000) == nil)
  }
}
