import Calendar
import Jobs
import Testing

@Suite struct DueTicksTests {
  private let start = Instant(milliseconds: 1_767_225_600_000)

  private func schedule(
    _ timing: ScheduleRule.Timing, _ catchup: ScheduleRule.Catchup = .latest
  ) -> Schedule {
    let rule = ScheduleRule(timing, catchup: catchup, job: NewJob())
    let name = ScheduleName.default
    return Schedule(
      name, rule, createdAt: start, next: rule.next(after: start, anchor: start, in: .utc))
  }

  @Test("An interval is counted from when it was added, whenever it is asked")
  func interval() {
    let schedule = schedule(.every(.minutes(10)))
    #expect(schedule.next == start + .minutes(10))
    for (minutes, next) in [(0, 10), (9, 10), (10, 20), (11, 20), (1005, 1010)] {
      let found = schedule.rule.next(
        after: start + .minutes(Int64(minutes)), anchor: start, in: .utc)
      #expect(found == start + .minutes(Int64(next)))
    }
    let early = schedule.rule.next(after: start + .hours(-5), anchor: start, in: .utc)
    #expect(early == start + .minutes(10))
  }

  @Test("Nothing is due before its time, or while it is paused")
  func notDue() {
    var schedule = schedule(.every(.minutes(10)))
    #expect(schedule.due(at: start + .minutes(9), in: .utc) == nil)
    schedule.isPaused = true
    #expect(schedule.due(at: start + .minutes(11), in: .utc) == nil)
  }

  @Test("Each policy makes up for its ticks and counts the others")
  func policies() {
    let now = start + .minutes(38)
    func due(_ catchup: ScheduleRule.Catchup) -> DueTicks? {
      schedule(.every(.minutes(10)), catchup).due(at: now, in: .utc)
    }
    let (first, last) = (start + .minutes(10), start + .minutes(30))
    #expect(due(.latest)?.ticks == [last] && due(.latest)?.missed == 2)
    #expect(due(.none)?.ticks == [] && due(.none)?.missed == 3)
    #expect(due(.all)?.ticks == [first, start + .minutes(20), last] && due(.all)?.missed == 0)
    for catchup in ScheduleRule.Catchup.allCases {
      #expect(due(catchup)?.latest == last && due(catchup)?.next == start + .minutes(40))
    }
  }

  @Test("A year of missed minutes is counted no further than need be")
  func year() throws {
    let cron = try CronExpression("* * * * *")
    let due = try #require(
      schedule(.cron(cron), .all).due(at: start + .hours(24 * 365), in: .utc))
    #expect(due.ticks.count == 64 && due.missed == DueTicks.mostCounted)
    #expect(due.ticks.last == start + .hours(24 * 365))
    #expect(due.ticks == due.ticks.sorted())
  }

  @Test(
    "A schedule survives being written", arguments: [[], [0], [0xFF, 0], Array("{\"a\": 1}".utf8)])
  func json(_ payload: [UInt8]) throws {
    var schedule = schedule(.cron(try CronExpression(" 5  4 * * sun")), .all)
    schedule.rule.zone = "Europe/Berlin"
    schedule.rule.overlap = .queue
    schedule.rule.job.payload = payload
    schedule.rule.job.uniqueKey = "k\u{1F600}\n"
    schedule.rule.job.uniqueScope = .kept
    schedule.rule.job.onConflict = .fail
    schedule.rule.job.tags = [try Tag(name: "a", value: "\"")]
    schedule.isPaused = true
    schedule.last = start
    schedule.lastJob = JobID(rawValue: 1 << 40)
    #expect(try Schedule(json: schedule.json) == schedule)
    var every = self.schedule(.every(.seconds(7)))
    every.next = nil
    #expect(try Schedule(json: every.json) == every)
  }

  @Test(
    "What no schedule looks like is refused",
    arguments: [
      "", "[]", "{}", "{\"name\":\"a\",\"every_ms\":1}",
      "{\"name\":\"a/b\",\"every_ms\":60000,\"time_zone\":\"UTC\",\"catchup\":\"all\",\"overlap\":\"skip\",\"created_at\":\"2026-01-01T00:00:00Z\",\"job\":{\"queue\":\"q\",\"type\":\"t\",\"priority\":5,\"payload\":1}}",
      "{\"name\":\"a\",\"cron\":\"* *\",\"time_zone\":\"UTC\",\"catchup\":\"all\",\"overlap\":\"skip\",\"created_at\":\"2026-01-01T00:00:00Z\",\"job\":{\"queue\":\"q\",\"type\":\"t\",\"priority\":5,\"payload\":1}}",
      "{\"name\":\"a\",\"every_ms\":60000,\"time_zone\":\"../x\",\"catchup\":\"all\",\"overlap\":\"skip\",\"created_at\":\"2026-01-01T00:00:00Z\",\"job\":{\"queue\":\"q\",\"type\":\"t\",\"priority\":5,\"payload\":1}}",
      "{\"name\":\"a\",\"every_ms\":60000,\"time_zone\":\"UTC\",\"catchup\":\"all\",\"overlap\":\"skip\",\"created_at\":\"2026-01-01T00:00:00Z\",\"job\":{\"queue\":\"q\",\"type\":\"t\",\"priority\":55,\"payload\":1}}",
    ])
  func refused(_ text: String) {
    #expect(throws: InvalidValue.self) { try Schedule(json: Array(text.utf8)) }
  }
}
