import Jobs
import Storage
import Testing

/// Jobs that a worker's sign of life keeps, whatever the clock says.
@Suite struct PresenceTests {
  private let worker = PresenceID(random: 1 << 20)

  @Test("A job kept by a sign of life outlasts any time", arguments: Adapters.all)
  func outlasts(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let claimed = try #require(try take(shop).first)
    #expect(claimed.job.presence == worker && claimed.job.leaseUntil == nil)
    shop.wait(.hours(720))
    #expect(try shop.claim().isEmpty)
    #expect(try shop.job(id).state == .active)
    #expect(try shop.store.presences() == [worker])
    #expect(try shop.settle(claimed, .complete(result: nil)) == .settled(.completed))
    #expect(try shop.store.presences().isEmpty)
  }

  @Test("What had not started is back without a trace", arguments: Adapters.all)
  func unstarted(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = [try shop.add(), try shop.add()]
    _ = try take(shop, limit: 2)
    #expect(try rescue(shop, []) == 2)
    for id in ids {
      let detail = try shop.detail(id)
      #expect(detail.job.state == .ready && !detail.job.marked && detail.job.attempt == 1)
      #expect(detail.job.failures == 0 && detail.attempts.isEmpty)
    }
    #expect(try shop.log().isEmpty)
  }

  @Test("What had started is back and marked, charged nothing", arguments: Adapters.all)
  func started(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let claimed = try #require(try take(shop).first)
    shop.wait(.seconds(3))
    #expect(try rescue(shop, [claimed]) == 1)
    let detail = try shop.detail(id)
    #expect(detail.job.state == .ready && detail.job.marked)
    #expect(detail.job.failures == 0 && detail.job.crashes == 0)
    #expect(detail.attempts.map(\.outcome) == [.lost])
    let line = try #require(try shop.log().first)
    #expect(line.event == .rescued && line.reason == "worker died" && line.jobID == id)
    #expect(line.worker == "w" && line.duration == .seconds(3))
    // Whoever had it comes too late.
    #expect(try shop.settle(claimed, .complete(result: nil)) == .leaseLost)
    #expect(try shop.job(id).state == .ready)
  }

  @Test("A marked job comes alone", arguments: Adapters.all)
  func alone(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try shop.add()
    let second = try shop.add()
    let third = try shop.add()
    let claimed = try take(shop, limit: 3)
    _ = try rescue(shop, claimed.filter { $0.job.id == second })
    #expect(try take(shop, limit: 3).map(\.job.id) == [first])
    #expect(try take(shop, limit: 3).map(\.job.id) == [second])
    #expect(try take(shop, limit: 3).map(\.job.id) == [third])
  }

  @Test("A job that kills three workers alone is dead", arguments: Adapters.all)
  func poison(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.backoff = .fixed(.seconds(5)) }
    try crash(shop)
    #expect(try shop.job(id).crashes == 0)
    for crashes in Int64(1)...2 {
      try crash(shop)
      let job = try shop.job(id)
      #expect(job.state == .retrying && job.crashes == crashes && job.failures == crashes)
      #expect(job.runAt == shop.now + .seconds(5))
      shop.wait(.seconds(5))
    }
    try crash(shop)
    let dead = try shop.detail(id)
    #expect(dead.job.state == .dead && dead.job.crashes == 3 && dead.job.failures == 3)
    #expect(dead.job.error != nil && dead.attempts.last?.error == dead.job.error)
    #expect(try shop.log().map(\.event) == [.rescued, .rescued, .rescued, .dead])
  }

  @Test("A worker that is merely silent is no crash", arguments: Adapters.all)
  func silent(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    for _ in 0..<5 {
      let claimed = try take(shop)
      #expect(try rescue(shop, claimed, isDead: false) == 1)
    }
    let job = try shop.job(id)
    #expect(job.state == .ready && job.crashes == 0 && job.failures == 0)
    #expect(try shop.log().last?.reason == "worker silent")
  }

  @Test("A worker's rescue leaves the jobs of others alone", arguments: Adapters.all)
  func others(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    _ = try take(shop)
    let other = PresenceID(random: 99)
    let request = RescueRequest(presence: other, started: nil, now: shop.now)
    #expect(try shop.store.rescue(request) == 0)
    #expect(try shop.job(id).state == .active)
  }

  @Test("Renewing changes nothing where a sign of life counts", arguments: Adapters.all)
  func renewal(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let lease = try #require(try take(shop).first).lease
    let statuses = try shop.store.renew([lease], until: shop.now + .hours(1), at: shop.now)
    #expect(statuses == [.held])
    #expect(try shop.job(id).leaseUntil == nil)
  }

  @Test("A stale renewal and a stale settlement tell whose they were", arguments: Adapters.all)
  func stale(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    let claimed = try #require(try take(shop).first)
    _ = try rescue(shop, [])
    var late = Settlement(claimed.lease, .complete(result: nil))
    late.attempt = 1
    late.worker = "zombie"
    #expect(
      try shop.store.settle([late], thenClaim: nil, at: shop.now).outcomes == [.leaseLost])
    _ = try shop.store.renew([claimed.lease], until: shop.now + .hours(1), at: shop.now)
    let log = try shop.log()
    #expect(log.map(\.event) == [.leaseLost, .leaseLost])
    #expect(log.first?.attempt == 1 && log.first?.worker == "zombie")
  }

  private func take(_ shop: Workshop, limit: Int = 1) throws -> [ClaimedJob] {
    var request = try shop.request([], limit: limit)
    request.presence = worker
    request.worker = "w"
    return try shop.store.claim(request)
  }

  private func rescue(
    _ shop: Workshop, _ started: [ClaimedJob], isDead: Bool = true
  ) throws -> Int {
    let executions = started.map { Execution(id: $0.job.id, attempt: $0.job.attempt) }
    return try shop.store.rescue(
      RescueRequest(presence: worker, started: Set(executions), isDead: isDead, now: shop.now))
  }

  private func crash(_ shop: Workshop) throws {
    let claimed = try take(shop)
    #expect(try rescue(shop, claimed) == 1)
  }
}
