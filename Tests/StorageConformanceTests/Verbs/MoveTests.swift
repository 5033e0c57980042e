import Jobs
import Storage
import Testing

@Suite struct MoveTests {
  private static let movable: [JobState] = [.ready, .scheduled, .retrying, .dead]

  private func reports() throws -> QueueName { try QueueName("reports") }

  @Test(
    "A job that may still run goes into another queue as it is", arguments: Adapters.all, movable)
  func moves(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state) { job in
      job.tags = [try Tag(name: "user", value: "7")]
      job.payload = Array("{\"n\":1}".utf8)
    }
    var before = try shop.detail(id)
    shop.wait(.seconds(5))
    #expect(try shop.operate(.move(to: reports()), on: [id]) == [.done])
    let after = try shop.detail(id)
    var action = JobAction(.moved, at: shop.now, actor: "olga")
    action.reason = "because"
    action.fromQueue = before.job.queue
    before.job.queue = try reports()
    before.actions = [action]
    #expect(after == before)
    #expect(try shop.queue()?.counts.values.reduce(0, +) == 0)
    #expect(try shop.queue("reports")?.counts.values.reduce(0, +) == 1)
    let record = try #require(try shop.log().last)
    #expect(record.event == .moved && record.queue == after.job.queue && record.jobID == id)
    #expect(record.fromQueue == action.fromQueue && record.actor == "olga")
  }

  @Test("A moved job is claimed from its new queue only", arguments: Adapters.all)
  func claimed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    _ = try shop.operate(.move(to: reports()), on: [id])
    #expect(try shop.claim("emails").isEmpty)
    let claimed = try shop.claimOne("reports")
    #expect(try claimed.job.id == id && claimed.job.queue == reports())
    try shop.settle(claimed, .complete(result: nil))
    #expect(try shop.queue("reports")?.count(.completed) == 1)
    #expect(try shop.queue()?.count(.completed) == 0)
  }

  @Test(
    "What runs, and what is over for good, is not moved", arguments: Adapters.all,
    [JobState.active, .completed, .cancelled])
  func fixed(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state)
    let plan = try shop.plan(.move(to: reports())) { $0.ids = [id] }
    #expect(plan.items.isEmpty && plan.unfit.map(\.id) == [id])
    let item = PlanItem(try shop.job(id))
    #expect(try shop.apply(.move(to: reports()), [item]) == [.changedMeanwhile(state)])
    #expect(try shop.job(id).queue.description == "emails")
  }

  @Test("To move where it is already changes nothing", arguments: Adapters.all)
  func there(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let before = try Everything(of: shop.store, at: shop.now)
    #expect(try shop.operate(.move(to: QueueName("emails")), on: [id]) == [.alreadyDone])
    #expect(try Everything(of: shop.store, at: shop.now) == before)
  }

  @Test("A key goes with its job, and is free where it was", arguments: Adapters.all)
  func key(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.uniqueKey = "k" }
    _ = try shop.operate(.move(to: reports()), on: [id])
    #expect(try shop.add("reports") { $0.uniqueKey = "k" } == id)
    let other = try shop.add { $0.uniqueKey = "k" }
    #expect(other != id)
    // Back again it would be the second of its key.
    let conflict = KeyConflict(
      kind: .unique, key: "k", queue: try QueueName("emails"), holder: other)
    let before = try Everything(of: shop.store, at: shop.now)
    #expect(try shop.operate(.move(to: QueueName("emails")), on: [id]) == [.conflict(conflict)])
    #expect(try Everything(of: shop.store, at: shop.now) == before)
    #expect(try shop.operate(.cancel, on: [other]) == [.done])
    #expect(try shop.operate(.move(to: QueueName("emails")), on: [id]) == [.done])
    #expect(try shop.add { $0.uniqueKey = "k" } == id)
  }

  @Test("A dead job that holds no key moves past one that does", arguments: Adapters.all)
  func deadWithKey(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.dead) { $0.uniqueKey = "k" }
    try shop.add("reports") { $0.uniqueKey = "k" }
    #expect(try shop.operate(.move(to: reports()), on: [id]) == [.done])
    #expect(try !shop.job(id).holdsUniqueKey)
  }

  @Test("A replay may go into another queue, which may be new", arguments: Adapters.all)
  func replayTo(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.dead) { $0.uniqueKey = "k" }
    let held = try shop.add { $0.uniqueKey = "k" }
    #expect(try shop.operate(.replay(at: nil, to: reports()), on: [id]) == [.done])
    let detail = try shop.detail(id)
    #expect(try detail.job.queue == reports() && detail.job.state == .ready)
    #expect(detail.job.holdsUniqueKey && detail.job.replays == 1)
    #expect(detail.actions.map(\.event) == [.replayed])
    #expect(try detail.actions.first?.fromQueue == QueueName("emails"))
    #expect(try shop.claimOne("reports").job.id == id)
    #expect(try shop.job(held).holdsUniqueKey)
    #expect(try shop.queue("reports")?.count(.active) == 1)
    #expect(try shop.log().contains { $0.event == .replayed && $0.fromQueue != nil })
  }

  @Test("A replay onto a key that is taken over there changes nothing", arguments: Adapters.all)
  func replayConflict(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.dead) { $0.uniqueKey = "k" }
    let holder = try shop.add("reports") { $0.uniqueKey = "k" }
    let before = try Everything(of: shop.store, at: shop.now)
    let conflict = KeyConflict(kind: .unique, key: "k", queue: try reports(), holder: holder)
    #expect(
      try shop.operate(.replay(at: nil, to: reports()), on: [id]) == [.conflict(conflict)])
    #expect(try Everything(of: shop.store, at: shop.now) == before)
  }
}
