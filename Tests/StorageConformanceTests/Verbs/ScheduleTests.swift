import Calendar
import Jobs
import Storage
import Testing

@Suite struct ScheduleTests {
  @Test("What was put is read back, whole and by name", arguments: Adapters.all)
  func putting(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(try shop.store.schedules().isEmpty && shop.store.nextTick() == nil)
    let rule = try shop.rule("30 2 * * mon") {
      $0.zone = "Europe/Berlin"
      $0.catchup = .all
      $0.overlap = .queue
      $0.job.payload = [0, 255, 10]
      $0.job.uniqueKey = "k\n\"ä"
      $0.job.maxAttempts = 3
      $0.job.backoff = try Backoff("fixed:10s")
      $0.job.timeout = .minutes(5)
      $0.job.concurrencyKey = "c"
    }
    #expect(try shop.schedule("b", rule) == .added)
    #expect(try shop.schedule("a", shop.rule { $0.timing = .every(.minutes(7)) }) == .added)
    let all = try shop.store.schedules()
    #expect(all.map(\.name.description) == ["a", "b"])
    #expect(all.last?.rule == rule && all.last?.createdAt == shop.now)
    #expect(try shop.seen("b") == all.last)
    #expect(try shop.store.nextTick() == shop.now + .minutes(7))
    #expect(try shop.store.schedule(ScheduleName("c")) == nil)
    let record = try #require(try shop.log().last)
    #expect(try record.event == .scheduleAdded && record.schedule == ScheduleName("a"))
    #expect(record.actor == "olga" && record.reason == "because")
  }

  @Test("A rule that no store accepts is refused", arguments: Adapters.all)
  func invalid(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(throws: StorageError.self) {
      try shop.schedule("a", shop.rule { $0.timing = .every(.zero) })
    }
    #expect(throws: StorageError.self) {
      try shop.schedule("a", shop.rule { $0.job.idempotencyKey = "k" })
    }
    #expect(try shop.store.schedules().isEmpty)
  }

  @Test("Another rule takes a name only where it is told to", arguments: Adapters.all)
  func replacing(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule()
    #expect(try shop.schedule() == .unchanged)
    let other = try shop.rule("0 5 * * *")
    #expect(try shop.schedule("report", other) == .exists)
    #expect(try shop.seen().rule != other)
    #expect(try shop.schedule("report", other, replaces: true) == .replaced)
    #expect(try shop.seen().rule == other)
    #expect(try shop.log().map(\.event) == [.scheduleAdded, .scheduleChanged])
  }

  @Test(
    "What is told anew at the same times loses no tick and begins no interval over",
    arguments: Adapters.all)
  func toldAnew(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let rule = try shop.rule { $0.timing = .every(.minutes(10)) }
    try shop.schedule("report", rule)
    let before = try shop.seen()
    shop.wait(.minutes(25))
    var other = rule
    other.job.payload = Array("[1]".utf8)
    #expect(try shop.schedule("report", other, replaces: true) == .replaced)
    let after = try shop.seen()
    #expect(after.next == before.next && after.createdAt == before.createdAt)
    #expect(after.rule.job.payload == Array("[1]".utf8))
    #expect(try shop.fire().map(\.made.count) == 1)
    #expect(try shop.seen().next == before.createdAt + .minutes(30))
    var rarer = other
    rarer.timing = .every(.minutes(20))
    try shop.schedule("report", rarer, replaces: true)
    #expect(try shop.seen().next == shop.now + .minutes(20))
  }

  @Test("Removed and paused schedules have no next tick", arguments: Adapters.all)
  func pausing(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule()
    let name = try ScheduleName("report")
    func pause(_ paused: Bool, next: Instant? = nil) throws -> Bool? {
      try shop.store.setPaused(
        PauseScheduleRequest(name, paused: paused, next: next, actor: "olga", now: shop.now))
    }
    #expect(try pause(true) == true && pause(true) == false)
    #expect(try shop.store.nextTick() == nil && shop.seen().isPaused)
    shop.wait(.hours(3))
    #expect(try shop.fire() == nil)
    #expect(try pause(false, next: shop.now + .minutes(4)) == true)
    #expect(try shop.store.nextTick() == shop.now + .minutes(4))
    #expect(try pause(false) == false)
    let names = [name, try ScheduleName("other")]
    #expect(
      try shop.store.remove(ScheduleRequest(names, actor: "olga", now: shop.now)) == [true, false])
    #expect(try shop.store.nextTick() == nil && shop.store.schedules().isEmpty)
    #expect(try pause(true) == nil)
    #expect(try shop.schedule() == .added)
    let events = try shop.log().map(\.event)
    #expect(
      events == [
        .scheduleAdded, .schedulePaused, .scheduleResumed, .scheduleRemoved, .scheduleAdded,
      ])
  }

  @Test(
    "A rule with a deep payload survives, and what is replaced stays paused",
    arguments: Adapters.all)
  func kept(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
    let rule = try shop.rule { $0.job.payload = Array(deep.utf8) }
    try shop.schedule("report", rule)
    #expect(try shop.seen().rule == rule)
    _ = try shop.store.setPaused(
      PauseScheduleRequest(ScheduleName("report"), paused: true, actor: "olga", now: shop.now))
    try shop.schedule("report", shop.rule("0 0 * * *"), replaces: true)
    #expect(try shop.seen().isPaused)
  }
}

extension FireOutcome {
  /// The jobs that were made.
  var made: [JobID] { if case .fired(let ids, _) = self { ids } else { [] } }
  /// How many ticks were skipped; -1 where nothing was done.
  var skipped: Int { if case .fired(_, let count) = self { count } else { -1 } }
}
