import Jobs
import Storage
import Testing

@Suite struct PromotionTests {
  @Test("A scheduled job is taken at its time, not before", arguments: Adapters.all)
  func due(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.runAt = shop.now + .minutes(5) }
    shop.wait(TimeSpan(milliseconds: 299_999))
    #expect(try shop.claim().isEmpty)
    #expect(try shop.job(id).state == .scheduled)
    shop.wait(TimeSpan(milliseconds: 1))
    #expect(try shop.claim().map(\.job.id) == [id])
  }

  @Test("A job that waits out its backoff is taken after it", arguments: Adapters.all)
  func retrying(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.backoff = .fixed(.seconds(10)) }
    try shop.settle(shop.claimOne(), .fail(retryAfter: nil))
    #expect(try shop.job(id).state == .retrying)
    shop.wait(.seconds(9))
    #expect(try shop.claim().isEmpty)
    shop.wait(.seconds(1))
    let claimed = try shop.claimOne()
    #expect(claimed.job.attempt == 2 && claimed.job.failures == 1)
  }

  @Test("A due job takes the place of its time and urgency", arguments: Adapters.all)
  func place(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let due = try shop.add { $0.runAt = shop.now + .seconds(1) }
    shop.wait(.seconds(2))
    let ready = try shop.add()
    let urgent = try shop.add { $0.priority = try Priority(1) }
    #expect(try shop.claim().map(\.job.id) == [urgent, due, ready])
  }

  @Test("A claim promotes 500 jobs at most, the longest due first", arguments: Adapters.all)
  func bounded(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let jobs = (0..<510).map { index in
      var job = NewJob()
      job.runAt = shop.now + .seconds(Int64(1000 - index))
      return job
    }
    _ = try shop.addAll(jobs)
    shop.wait(.hours(1))
    #expect(try shop.claim("default", limit: 1).count == 1)
    let stored = try shop.listing(size: 600)
    #expect(stored.filter { $0.state == .scheduled }.map(\.id) == stored.prefix(10).map(\.id))
    #expect(try shop.queue("default")?.count(.ready) == 509)
    #expect(try shop.claim("default", limit: 600).count == 509)
  }
}
