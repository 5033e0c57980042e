import Jobs
import Storage
import Testing

@Suite struct DepthTests {
  private static let emails = try? QueueName("emails")

  private func expectFull(_ limit: Int64, _ body: () throws -> Void) throws {
    let queue = try #require(Self.emails)
    #expect(throws: StorageError.queueFull(queue, limit: limit)) { try body() }
  }

  @Test("A full queue refuses a job, and nothing has changed", arguments: Adapters.all)
  func full(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.maxDepth(2))
    let first = try shop.add { $0.runAt = shop.now + .hours(1) }
    try shop.add()
    let before = try Everything(of: shop.store, at: shop.now)
    try expectFull(2) { try shop.add { $0.uniqueKey = "k" } }
    try expectFull(2) { try shop.add { $0.idempotencyKey = "k" } }
    #expect(try Everything(of: shop.store, at: shop.now) == before)
    try shop.add("reports")
    _ = try shop.operate(.cancel, on: [first])
    try shop.add { $0.idempotencyKey = "k" }
  }

  @Test("What runs does not wait", arguments: Adapters.all)
  func active(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.maxDepth(1))
    try shop.add()
    _ = try shop.claimOne()
    try shop.add()
    try expectFull(1) { try shop.add() }
  }

  @Test("A request that is known is answered though the queue is full", arguments: Adapters.all)
  func known(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.maxDepth(1))
    let id = try shop.add { job in
      job.idempotencyKey = "i"
      job.uniqueKey = "u"
    }
    #expect(try shop.add { $0.idempotencyKey = "i" } == id)
    #expect(try shop.add { $0.uniqueKey = "u" } == id)
  }

  @Test("A bulk that does not fit leaves nothing behind", arguments: Adapters.all)
  func bulk(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.maxDepth(3))
    try shop.add()
    let job = NewJob(queue: try QueueName("emails"))
    let other = NewJob(queue: try QueueName("reports"))
    let before = try Everything(of: shop.store, at: shop.now)
    let full = BulkError.storage(.queueFull(job.queue, limit: 3))
    #expect(throws: full) { try shop.addAll([other, job, job, job]) }
    #expect(
      try Everything(of: shop.store, at: shop.now).queues.filter { $0.queue == job.queue }
        == before.queues)
    #expect(try shop.listing().count == 1)
    #expect(try shop.addAll([other, job, job]).created == 3)
  }

  @Test("Jobs that come back are never refused", arguments: Adapters.all)
  func comesBack(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let dead = try shop.job(.dead)
    let claimed = try {
      try shop.add(); return try shop.claimOne()
    }()
    try shop.set(.maxDepth(1))
    try shop.add()
    try shop.settle(claimed, .fail(retryAfter: .hours(1)))
    #expect(try shop.operate(.replay(at: nil), on: [dead]) == [.done])
    #expect(try shop.queue()?.count(.ready) == 2)
    try expectFull(1) { try shop.add() }
  }
}
