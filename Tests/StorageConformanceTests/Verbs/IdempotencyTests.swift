import Jobs
import Storage
import Testing

@Suite struct IdempotencyTests {
  private func enqueue(
    _ shop: Workshop, _ edit: (inout NewJob) throws -> Void = { _ in }
  ) throws -> EnqueueResult {
    var job = NewJob(queue: try QueueName("emails"), payload: [1, 2])
    job.idempotencyKey = "order-1"
    job.tags = [try Tag(name: "u", value: "1")]
    try edit(&job)
    return try shop.store.enqueue(job, at: shop.now)
  }

  @Test("The same request sent twice gives the first job back", arguments: Adapters.all)
  func sameRequest(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try enqueue(shop)
    shop.wait(.hours(23))
    #expect(try enqueue(shop) == EnqueueResult(id: first.id, created: false))
    #expect(try shop.listing().count == 1)
  }

  @Test("Priority, time and limits are not content", arguments: Adapters.all)
  func notContent(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try enqueue(shop)
    let again = try enqueue(shop) { job in
      job.priority = try Priority(0)
      job.runAt = shop.now + .hours(1)
      job.maxAttempts = 3
    }
    #expect(again == EnqueueResult(id: first.id, created: false))
  }

  @Test("The same key with other content is a conflict", arguments: Adapters.all)
  func otherContent(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try enqueue(shop)
    let conflict = StorageError.keyConflict(
      KeyConflict(
        kind: .idempotency, key: "order-1", queue: try QueueName("emails"), holder: first.id))
    #expect(throws: conflict) { try enqueue(shop) { $0.payload = [1, 2, 3] } }
    #expect(throws: conflict) { try enqueue(shop) { $0.type = try JobType("other") } }
    #expect(throws: conflict) { try enqueue(shop) { $0.tags = [] } }
    #expect(throws: conflict) { try enqueue(shop) { $0.tags = [try Tag(name: "u", value: "2")] } }
    #expect(try shop.listing().count == 1)
  }

  @Test("Another queue has keys of its own", arguments: Adapters.all)
  func perQueue(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try enqueue(shop)
    let other = try enqueue(shop) { $0.queue = try QueueName("reports") }
    #expect(other.created && other.id != first.id)
  }

  @Test("A key outlives its job, whether it ended or was purged", arguments: Adapters.all)
  func outlivesJob(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try enqueue(shop)
    try shop.settle(shop.claimOne(), .complete(result: nil))
    #expect(try enqueue(shop) == EnqueueResult(id: first.id, created: false))
    #expect(try shop.operate(.purge, on: [first.id]) == [.done])
    #expect(try enqueue(shop) == EnqueueResult(id: first.id, created: false))
    #expect(try shop.store.job(first.id) == nil)
  }

  @Test("A key is free again after a day", arguments: Adapters.all)
  func expires(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try enqueue(shop)
    shop.wait(TimeSpan(milliseconds: TimeSpan.hours(24).milliseconds - 1))
    #expect(try !enqueue(shop).created)
    shop.wait(TimeSpan(milliseconds: 1))
    let second = try enqueue(shop) { $0.payload = [9] }
    #expect(second.created && second.id != first.id)
    #expect(throws: StorageError.self) { try enqueue(shop) }
  }

  @Test("A key is free again after the time that the request asked for", arguments: Adapters.all)
  func lifetime(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try enqueue(shop) { $0.idempotencyLifetime = .seconds(90) }
    shop.wait(.seconds(89))
    #expect(try enqueue(shop) == EnqueueResult(id: first.id, created: false))
    shop.wait(.seconds(1))
    let second = try enqueue(shop) { $0.idempotencyLifetime = .hours(48) }
    #expect(second.created)
    shop.wait(.hours(47))
    _ = try shop.tidy()
    #expect(try enqueue(shop) == EnqueueResult(id: second.id, created: false))
    shop.wait(.hours(1))
    #expect(try enqueue(shop).created)
  }

  @Test("Lines of a bulk each have their time", arguments: Adapters.all)
  func bulkLifetimes(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let spans: [TimeSpan?] = [.seconds(5), nil, .hours(48), .minutes(1)]
    let jobs = try spans.enumerated().map { number, span in
      var job = NewJob(queue: try QueueName("emails"))
      job.idempotencyKey = "i\(number)"
      job.idempotencyLifetime = span
      return job
    }
    #expect(try shop.addAll(jobs).created == 4)
    shop.wait(.minutes(1))
    #expect(try shop.addAll(jobs) == BulkResult(created: 2, existing: 2))
    shop.wait(.hours(24))
    #expect(try shop.addAll(jobs) == BulkResult(created: 3, existing: 1))
  }

  @Test("A time shorter than a second is refused", arguments: Adapters.all)
  func tooShort(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(throws: StorageError.self) {
      try enqueue(shop) { $0.idempotencyLifetime = TimeSpan(milliseconds: 999) }
    }
  }

  @Test("A request that met a unique key is not remembered", arguments: Adapters.all)
  func uniqueFirst(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let holder = try shop.add { $0.uniqueKey = "k" }
    #expect(try enqueue(shop) { $0.uniqueKey = "k" } == EnqueueResult(id: holder, created: false))
    _ = try shop.operate(.cancel, on: [holder])
    #expect(try enqueue(shop) { $0.payload = [7] }.created)
  }
}
