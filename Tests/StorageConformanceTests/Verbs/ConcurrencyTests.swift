import Jobs
import Storage
import Testing

@Suite struct ConcurrencyTests {
  @Test("No more jobs of a queue run than its limit allows", arguments: Adapters.all)
  func limit(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrency(3))
    for _ in 0..<5 { try shop.add() }
    let first = try shop.claim(limit: 2)
    #expect(first.count == 2)
    #expect(try shop.claim(worker: "w2").count == 1)
    #expect(try shop.claim(worker: "w3").isEmpty)
    try shop.settle(first[0], .complete(result: nil))
    #expect(try shop.claim(worker: "w3").count == 1)
    #expect(try shop.queue()?.count(.active) == 3)
  }

  @Test("What is settled by the same call does not count", arguments: Adapters.all)
  func settled(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrency(1))
    let second = try (0..<2).map { _ in try shop.add() }[1]
    let claimed = try shop.claimOne()
    let result = try shop.store.settle(
      [Settlement(claimed.lease, .complete(result: nil))], thenClaim: shop.request([]),
      at: shop.now)
    #expect(result.claimed.map(\.job.id) == [second])
  }

  @Test("A job counts until its worker is known to be gone", arguments: Adapters.all)
  func orphans(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrency(1))
    for _ in 0..<2 { try shop.add() }
    let presence = PresenceID(random: 2)
    var request = try shop.request([], limit: 1)
    request.presence = presence
    let lost = try #require(try shop.store.claim(request).first)
    shop.wait(.hours(1))
    #expect(try shop.claim().isEmpty)
    let rescue = RescueRequest(
      presence: presence, started: [Execution(id: lost.job.id, attempt: 1)], isDead: true,
      now: shop.now)
    #expect(try shop.store.rescue(rescue) == 1)
    #expect(try shop.claim().map(\.job.id) == [lost.job.id])
  }

  @Test("A lease that runs out makes room in the same claim", arguments: Adapters.all)
  func overdue(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrency(1))
    for _ in 0..<2 { try shop.add() }
    _ = try shop.claim(lease: .seconds(10))
    shop.wait(.seconds(11))
    #expect(try shop.claim().count == 1)
  }

  @Test("A key at its limit does not keep others waiting", arguments: Adapters.all)
  func perKey(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrencyPerKey(1))
    let a = try (0..<3).map { _ in try shop.add { $0.concurrencyKey = "a" } }
    let b = try shop.add { $0.concurrencyKey = "b" }
    let none = try (0..<2).map { _ in try shop.add() }
    let claimed = try shop.claim()
    #expect(claimed.map(\.job.id) == [a[0], b] + none)
    #expect(try shop.claim(worker: "w2").isEmpty)
    try shop.settle(claimed[1], .complete(result: nil))
    #expect(try shop.claim(worker: "w2").isEmpty)
    try shop.settle(claimed[0], .fail(retryAfter: .hours(1)))
    #expect(try shop.claim(worker: "w2").map(\.job.id) == [a[1]])
  }

  @Test("The same key in another queue is another one", arguments: Adapters.all)
  func perQueue(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrencyPerKey(1), in: "emails")
    try shop.set(.concurrencyPerKey(1), in: "reports")
    for queue in ["emails", "reports", "emails"] { try shop.add(queue) { $0.concurrencyKey = "a" } }
    #expect(
      try shop.claim("emails", "reports").map(\.job.queue.description) == ["emails", "reports"])
  }

  @Test("Types and concurrency keys are looked at together", arguments: Adapters.all)
  func types(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrencyPerKey(1))
    let jobs = try ["t1", "t2", "t2", "t2"].enumerated().map { index, type in
      try shop.add { job in
        job.type = try JobType(type)
        job.concurrencyKey = index < 3 ? "a" : nil
      }
    }
    #expect(try shop.claim(types: ["t2"]).map(\.job.id) == [jobs[1], jobs[3]])
    #expect(try shop.claim(types: ["t1"]).isEmpty)
  }

  @Test("A queue without room leaves its share to the next ones", arguments: Adapters.all)
  func nextQueue(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrency(1), in: "reports")
    for _ in 0..<3 {
      try shop.add("reports") { $0.type = try JobType("t1") }
      try shop.add("emails") { $0.type = try JobType("t1") }
    }
    let claimed = try shop.claim("reports", "emails", types: ["t1"], limit: 4)
    #expect(claimed.map(\.job.queue.description) == ["reports", "emails", "emails", "emails"])
  }

  @Test("A limited queue gives no more than can start at once", arguments: Adapters.all)
  func noneAhead(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrency(10), in: "reports")
    for _ in 0..<3 {
      try shop.add("emails")
      try shop.add("reports")
    }
    var request = try shop.request(["reports", "emails"], limit: 4)
    request.atOnce = 1
    let claimed = try shop.store.claim(request)
    #expect(claimed.map(\.job.queue.description) == ["reports", "emails", "emails", "emails"])
    request.atOnce = 0
    #expect(try shop.store.claim(request).isEmpty)
  }

  @Test("A limit that is taken away or raised holds from then on", arguments: Adapters.all)
  func changes(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<6 { try shop.add() }
    _ = try shop.claim(limit: 2)
    try shop.set(.concurrency(1))
    #expect(try shop.claim().isEmpty)
    try shop.set(.concurrency(3))
    #expect(try shop.claim().count == 1)
    try shop.set(.concurrency(nil))
    #expect(try shop.claim().count == 3)
  }

  @Test("Many jobs of one key in front do not hide those behind", arguments: Adapters.all)
  func walk(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.concurrencyPerKey(1))
    var job = NewJob(queue: try QueueName("emails"))
    job.concurrencyKey = "a"
    _ = try shop.addAll(Array(repeating: job, count: 1200))
    let last = try shop.add()
    while let claimed = try shop.claim(limit: 1).first {
      if claimed.job.id == last { return }
    }
    Issue.record("the last job was never given")
  }
}
