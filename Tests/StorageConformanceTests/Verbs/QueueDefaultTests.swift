import Jobs
import Storage
import Testing

@Suite struct QueueDefaultTests {
  @Test("A job gets from its queue what its request leaves out", arguments: Adapters.all)
  func fills(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let urgent = try Priority(1)
    try shop.set(.maxAttempts(3), .timeout(.seconds(20)), .priority(urgent))
    let plain = try shop.job(try shop.add())
    #expect(plain.maxAttempts == 3 && plain.timeout == .seconds(20) && plain.priority == urgent)
    let own = try shop.job(
      try shop.add { job in
        job.maxAttempts = 7
        job.timeout = .seconds(9)
        job.priority = try Priority(9)
      })
    #expect(own.maxAttempts == 7 && own.timeout == .seconds(9) && own.priority.level == 9)
    _ = try shop.addAll([NewJob(queue: try QueueName("emails"))])
    #expect(try shop.listing().last?.maxAttempts == 3)
    #expect(try shop.job(try shop.add("reports")).maxAttempts == Job.defaultMaxAttempts)
  }

  @Test("The backoff is what the queue says when the job fails", arguments: Adapters.all)
  func backoff(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let plain = try shop.add()
    let own = try shop.add { $0.backoff = .fixed(.seconds(5)) }
    try shop.set(.backoff(.fixed(.minutes(3))))
    for claimed in try shop.claim() { try shop.settle(claimed, .fail(retryAfter: nil)) }
    #expect(try shop.job(plain).runAt == shop.now + .minutes(3))
    #expect(try shop.job(own).runAt == shop.now + .seconds(5))
    #expect(try shop.job(plain).backoff == nil)
  }

  @Test("An idempotency key lives for as long as its queue says", arguments: Adapters.all)
  func keys(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.keepKeys(.span(.hours(1))))
    try shop.set(.keepKeys(.forever), in: "reports")
    let first = try shop.add { $0.idempotencyKey = "i" }
    let other = try shop.add("reports") { $0.idempotencyKey = "i" }
    shop.wait(TimeSpan(milliseconds: TimeSpan.hours(1).milliseconds - 1))
    #expect(try shop.add { $0.idempotencyKey = "i" } == first)
    shop.wait(TimeSpan(milliseconds: 1))
    #expect(try shop.add { $0.idempotencyKey = "i" } != first)
    shop.wait(.hours(24 * 400))
    #expect(try shop.add("reports") { $0.idempotencyKey = "i" } == other)
  }
}
