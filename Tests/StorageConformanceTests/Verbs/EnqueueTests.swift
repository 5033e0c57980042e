import Jobs
import Storage
import Testing

@Suite struct EnqueueTests {
  @Test("A job is kept as it was given", arguments: Adapters.all)
  func keepsEverything(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let tags = [try Tag(name: "user_id", value: "42"), try Tag(name: "a", value: "x y=\"ä\"")]
    let bytes = (0...255).map { UInt8($0) }
    let id = try shop.add("mail.out") { job in
      job.type = try JobType("send:welcome/v2")
      job.payload = bytes
      job.priority = try Priority(2)
      job.runAt = shop.now + .hours(1)
      job.maxAttempts = 7
      job.backoff = .list([.seconds(1), TimeSpan(milliseconds: 1500), .hours(25)])
      job.timeout = TimeSpan(milliseconds: 1_234)
      job.uniqueKey = "kä"
      job.idempotencyKey = "order-1"
      job.tags = tags
    }
    let detail = try shop.detail(id)
    #expect(detail.payload == bytes)
    #expect(detail.tags == tags)
    #expect(detail.result == nil)
    #expect(detail.attempts.isEmpty)
    let job = detail.job
    #expect(job.queue.description == "mail.out")
    #expect(job.type.description == "send:welcome/v2")
    #expect(job.state == .scheduled)
    #expect(job.priority.level == 2)
    #expect(job.enqueuedAt == shop.now)
    #expect(job.runAt == shop.now + .hours(1))
    #expect(job.maxAttempts == 7)
    #expect(job.backoff == .list([.seconds(1), TimeSpan(milliseconds: 1500), .hours(25)]))
    #expect(job.timeout == TimeSpan(milliseconds: 1_234))
    #expect(job.uniqueKey == "kä" && job.holdsUniqueKey)
    #expect(job.idempotencyKey == "order-1")
    #expect(job.attempt == 0 && job.failures == 0 && job.replays == 0 && job.crashes == 0)
  }

  @Test("A plain job is ready at once, with the defaults", arguments: Adapters.all)
  func defaults(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let job = try shop.job(try shop.add())
    #expect(job.state == .ready)
    #expect(job.runAt == shop.now)
    #expect(job.type == .default)
    #expect(job.priority == .default)
    #expect(job.maxAttempts == Job.defaultMaxAttempts)
    #expect(job.backoff == nil && job.timeout == nil)
  }

  @Test("A time that has passed means now", arguments: Adapters.all)
  func pastTime(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.runAt = shop.now - .hours(1) }
    #expect(try shop.job(id).state == .ready)
    #expect(try shop.job(id).runAt == shop.now - .hours(1))
  }

  @Test(
    "Ids only rise, also when the clock steps back and jobs are purged", arguments: Adapters.all)
  func idsRise(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var last = try shop.add()
    for step in 0..<50 {
      if step == 20 { shop.wait(.hours(-2)) }
      if step == 30 { _ = try shop.operate(.purge, on: [last]) }
      let id = try shop.add()
      #expect(id > last)
      last = id
    }
  }

  @Test("The largest payload is accepted, one byte more is not", arguments: Adapters.all)
  func payloadLimit(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let largest = [UInt8](repeating: 7, count: NewJob.largestPayload)
    let id = try shop.add { $0.payload = largest }
    #expect(try shop.detail(id).payload == largest)
    let error = #expect(throws: StorageError.self) { try shop.add { $0.payload = largest + [0] } }
    guard case .invalid(let value)? = error else { return #expect(Bool(false), "\(error as Any)") }
    #expect(value.field == .payload)
  }

  @Test("What no store accepts leaves nothing behind", arguments: Adapters.all)
  func invalidChangesNothing(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(throws: StorageError.self) { try shop.add("nobody") { $0.maxAttempts = 0 } }
    #expect(throws: StorageError.self) { try shop.add("nobody") { $0.uniqueKey = "" } }
    #expect(try shop.store.queues(at: shop.now).isEmpty)
    #expect(try shop.listing().isEmpty)
  }

  @Test("A clock before 2020 makes no id and no job", arguments: Adapters.all)
  func brokenClock(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    shop.now = Instant(milliseconds: 0)
    let error = #expect(throws: StorageError.self) { try shop.add() }
    guard case .invalid(let value)? = error else { return #expect(Bool(false), "\(error as Any)") }
    #expect(value.field == .id)
    #expect(try shop.listing().isEmpty)
  }

  @Test("An enqueue writes no log record", arguments: Adapters.all)
  func noLog(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    #expect(try shop.log().isEmpty)
  }
}
