import Jobs
import Storage
import Testing

@Suite struct FireTests {
  @Test(
    "A tick makes the job that it was told to, and brings the next one", arguments: Adapters.all)
  func firing(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule()
    let first = try #require(try shop.seen().next)
    #expect(try shop.fire() == nil)
    try shop.waitForTick()
    shop.wait(.seconds(3))
    let id = try #require(try shop.fire()?.made.first)
    let detail = try shop.detail(id)
    #expect(try detail.job.schedule == ScheduleName("report") && detail.job.runAt == first)
    #expect(detail.job.state == .ready && detail.job.enqueuedAt == shop.now)
    #expect(try detail.job.queue == QueueName("reports") && detail.job.priority == Priority(3))
    #expect(detail.payload == Array("{}".utf8) && detail.tags.map(\.value) == ["7"])
    let after = try shop.seen()
    #expect(after.next == first + .minutes(10) && after.last == first && after.lastJob == id)
    #expect(try shop.store.nextTick() == after.next)
    #expect(try shop.claim("reports").map(\.job.id) == [id])
  }

  @Test("Of all who have seen a tick one gets it", arguments: Adapters.all)
  func once(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule()
    let seen = try shop.seen()
    try shop.waitForTick()
    #expect(try shop.fire(seen)?.made.count == 1)
    for _ in 0..<3 { #expect(try shop.fire(seen) == .changedMeanwhile) }
    #expect(try shop.listing().count == 1)
  }

  @Test(
    "Who has seen another rule, a pause or a removal too late changes nothing",
    arguments: Adapters.all)
  func changed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule()
    let seen = try shop.seen()
    try shop.waitForTick()
    try shop.schedule("report", shop.rule { $0.job.payload = [] }, replaces: true)
    #expect(try shop.fire(seen) == .changedMeanwhile)
    let name = try ScheduleName("report")
    let changed = try shop.seen()
    _ = try shop.store.setPaused(
      PauseScheduleRequest(name, paused: true, actor: "olga", now: shop.now))
    #expect(try shop.fire(changed) == .changedMeanwhile)
    _ = try shop.store.remove(ScheduleRequest([name], actor: "olga", now: shop.now))
    #expect(try shop.fire(changed) == .changedMeanwhile)
    #expect(try shop.listing().isEmpty)
  }

  @Test(
    "Of missed ticks the latest is made up for, and the others are told", arguments: Adapters.all)
  func latest(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule()
    try shop.waitForTick()
    let first = shop.now
    shop.wait(.minutes(35))
    let id = try #require(try shop.fire()?.made.first)
    #expect(try shop.job(id).runAt == first + .minutes(30))
    #expect(try shop.seen().next == first + .minutes(40))
    let record = try #require(try shop.log().last)
    #expect(record.event == .tickMissed && record.planned == 3 && record.level == .warning)
    #expect(try record.schedule == ScheduleName("report"))
  }

  @Test("Missed ticks are gone with none, unless they came just now", arguments: Adapters.all)
  func none(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule("report", shop.rule { $0.catchup = .none })
    try shop.waitForTick()
    shop.wait(.minutes(25))
    #expect(try shop.fire() == .fired([], skipped: 0))
    #expect(try shop.log().last?.planned == 3)
    try shop.waitForTick()
    shop.wait(.minutes(1))
    #expect(try shop.fire()?.made.count == 1)
    #expect(try shop.log().count { $0.event == .tickMissed } == 1)
  }

  @Test(
    "All missed ticks are made up for in their order, the latest 64 at most",
    arguments: Adapters.all)
  func all(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule(
      "report",
      shop.rule {
        $0.catchup = .all
        $0.overlap = .allow
      })
    try shop.waitForTick()
    let first = shop.now
    shop.wait(.minutes(25))
    let made = try shop.fire()?.made ?? []
    #expect(
      try made.map { try shop.job($0).runAt } == [
        first, first + .minutes(10), first + .minutes(20),
      ])
    shop.wait(.hours(24))
    let more = try shop.fire()?.made ?? []
    #expect(more.count == 64)
    let last = try #require(more.last)
    #expect(try shop.job(last).runAt == first + .minutes(1460))
    #expect(try shop.log().last?.planned == 80)
  }

  @Test("A tick is skipped while the job of the one before lives", arguments: Adapters.all)
  func skipping(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule()
    try shop.waitForTick()
    let id = try #require(try shop.fire()?.made.first)
    let claimed = try shop.claimOne("reports")
    try shop.waitForTick()
    #expect(try shop.fire() == .fired([], skipped: 1))
    let record = try #require(try shop.log().last)
    #expect(record.event == .tickSkipped && record.jobID == id && record.planned == 1)
    #expect(try shop.seen().lastJob == id)
    try shop.settle(claimed, .complete(result: nil))
    try shop.waitForTick()
    #expect(try shop.fire()?.made.count == 1)
  }

  @Test("With allow, jobs are made beside each other", arguments: Adapters.all)
  func allowing(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule("report", shop.rule { $0.overlap = .allow })
    for _ in 0..<3 {
      try shop.waitForTick()
      #expect(try shop.fire()?.made.count == 1)
    }
    #expect(try shop.listing().count == 3)
  }

  @Test("With queue, a job waits for the one before", arguments: Adapters.all)
  func queueing(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule("report", shop.rule { $0.overlap = .queue })
    try shop.waitForTick()
    let first = try #require(try shop.fire()?.made.first)
    try shop.waitForTick()
    let second = try #require(try shop.fire()?.made.first)
    let detail = try shop.detail(second)
    #expect(detail.after == [first] && detail.job.onParentFailure == .run)
  }

  @Test(
    "What is made up for at once waits for each other, unless they may overlap",
    arguments: Adapters.all)
  func madeUpInTurn(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.schedule("report", shop.rule { $0.catchup = .all })
    try shop.waitForTick()
    shop.wait(.minutes(25))
    let made = try shop.fire()?.made ?? []
    #expect(made.count == 3)
    #expect(try made.map { try shop.detail($0).after } == [[], [made[0]], [made[1]]])
  }

  @Test("A unique key that is taken makes no second job", arguments: Adapters.all)
  func uniqueKey(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let own = try shop.add("reports") { $0.uniqueKey = "k" }
    try shop.schedule(
      "report",
      shop.rule {
        $0.job.uniqueKey = "k"
        $0.overlap = .allow
      })
    try shop.waitForTick()
    #expect(try shop.fire()?.made == [own])
    #expect(try shop.listing().count == 1)
  }
}
