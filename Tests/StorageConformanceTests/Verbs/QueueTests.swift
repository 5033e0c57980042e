import Jobs
import Storage
import Testing

@Suite struct QueueTests {
  @Test("Queues are told by name, with the jobs in each state", arguments: Adapters.all)
  func counts(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(try shop.store.queues(at: shop.now).isEmpty)
    for state in [JobState.dead, .dead, .completed, .cancelled, .retrying, .scheduled] {
      _ = try shop.job(state)
    }
    _ = try shop.job(.active)
    _ = try shop.job(.ready)
    try shop.add("billing")
    let names = try shop.store.queues(at: shop.now).map(\.queue.description)
    #expect(names == ["billing", "emails"])
    let queue = try #require(try shop.queue())
    #expect(
      queue.counts.filter { $0.value != 0 } == [
        .dead: 2, .completed: 1, .cancelled: 1, .retrying: 1, .scheduled: 1, .active: 1, .ready: 1,
      ])
  }

  @Test("Those of a beginning are found without the others", arguments: Adapters.all)
  func beginnings(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for name in ["emails", "errors", "e", "E", "emails-2", "f", "d"] { try shop.add(name) }
    func names(_ prefix: String, _ most: Int) throws -> [String] {
      try shop.store.queues(at: shop.now, beginningWith: prefix, most: most)
        .map(\.queue.description)
    }
    #expect(try names("", 9) == ["E", "d", "e", "emails", "emails-2", "errors", "f"])
    #expect(try names("", 2) == ["E", "d"])
    #expect(try names("e", 9) == ["e", "emails", "emails-2", "errors"])
    #expect(try names("emails", 9) == ["emails", "emails-2"])
    #expect(try names("em", 1) == ["emails"])
    #expect(try names("emails-3", 9) == [])
    #expect(try names("\u{0}", 9) == [])
    #expect(try names("e%", 9) == [])
    let summary = try shop.store.queues(at: shop.now, beginningWith: "f", most: 1).first
    #expect(summary?.count(.ready) == 1)
  }

  @Test("Due is ready, whether or not it was promoted", arguments: Adapters.all)
  func due(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    _ = try shop.job(.retrying)
    _ = try shop.job(.scheduled)
    try shop.add { $0.runAt = shop.now + .hours(3) }
    shop.wait(.hours(1))
    let queue = try #require(try shop.queue())
    #expect(queue.count(.ready) == 2 && queue.count(.scheduled) == 1 && queue.count(.retrying) == 0)
    #expect(queue.oldestReady == shop.now)
  }

  @Test("The oldest ready job is the longest due, of any urgency", arguments: Adapters.all)
  func oldest(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(try shop.queue()?.oldestReady == nil)
    let start = shop.now
    try shop.add { $0.priority = try Priority(9) }
    shop.wait(.minutes(1))
    try shop.add { $0.priority = try Priority(0) }
    _ = try shop.job(.scheduled)
    #expect(try shop.queue()?.oldestReady == start)
    shop.wait(.minutes(1))
    #expect(try shop.claim(limit: 1).first?.job.priority.level == 0)
    #expect(try shop.queue()?.oldestReady == start)
    _ = try shop.claim(limit: 1)
    #expect(try shop.queue()?.oldestReady == nil)
  }
}
