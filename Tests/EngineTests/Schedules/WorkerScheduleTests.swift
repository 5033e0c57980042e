import Calendar
import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import Testing

@Suite("A worker that keeps time")
struct WorkerScheduleTests {
  private func add(_ name: String, _ rule: ScheduleRule, to rig: WorkerRig) throws {
    let now = rig.now
    let schedule = Schedule(
      try ScheduleName(name), rule, createdAt: now,
      next: rule.next(after: now, anchor: now, in: .utc))
    _ = try rig.memory.put(PutScheduleRequest(schedule, actor: "olga", now: now))
  }

  private func run(
    _ rig: WorkerRig, on event: @escaping (WorkerEvent) -> Void = { _ in }
  ) -> WorkerReport {
    rig.ticker = ScheduleTicker(rig.memory) { (name) throws(TimeZoneError) in
      guard name == "UTC" else { throw .unknown(name) }
      return .utc
    }
    return rig.run(on: event)
  }

  @Test("fires what was due before it came, and runs the job")
  func overdue() throws {
    let rig = try WorkerRig.shell("true")
    try add("poll", ScheduleRule(.every(.minutes(10)), job: NewJob()), to: rig)
    rig.clock.advance(.minutes(11))
    #expect(run(rig).counts.completed == 1)
    #expect(try rig.memory.schedules().first?.last != nil)
  }

  @Test("wakes for the next tick, though its poll is an hour away")
  func wakes() throws {
    let rig = try WorkerRig.shell("true", mode: .forever)
    rig.configuration.poll = .hours(1)...(.hours(1))
    try add("poll", ScheduleRule(.every(.seconds(1)), job: NewJob()), to: rig)
    var count = 0
    let report = run(rig) { event in
      guard case .finished = event else { return }
      count += 1
      if count == 2 { rig.signals.send(.terminate) }
    }
    #expect(report.counts.completed == 2)
  }

  @Test("names a schedule once that it cannot fire, and fires the others")
  func unknownZone() throws {
    let rig = try WorkerRig.shell("true", mode: .forever)
    try add("strange", ScheduleRule(.every(.minutes(5)), zone: "No/Where", job: NewJob()), to: rig)
    try add("poll", ScheduleRule(.every(.minutes(5)), job: NewJob()), to: rig)
    rig.clock.advance(.minutes(6))
    var finished = 0
    let report = run(rig) { event in
      guard case .finished = event else { return }
      finished += 1
      rig.clock.advance(.minutes(6))
      if finished == 3 { rig.signals.send(.terminate) }
    }
    #expect(report.counts.completed >= 3)
    let warnings = rig.events.filter { event in
      if case .warning(.scheduleFailed) = event { true } else { false }
    }
    #expect(
      warnings == [
        .warning(.scheduleFailed(try ScheduleName("strange"), .zone(.unknown("No/Where"))))
      ])
  }

  @Test("leaves schedules to others where it has no ticker")
  func noTicker() throws {
    let rig = try WorkerRig.shell("true")
    try add("poll", ScheduleRule(.every(.minutes(10)), job: NewJob()), to: rig)
    rig.clock.advance(.minutes(11))
    #expect(rig.run().counts.completed == 0)
  }
}
