import Jobs
import Storage
import Testing

@Suite struct ClaimTests {
  @Test("A claim hands over the job, its right and its parts", arguments: Adapters.all)
  func handsOver(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let tag = try Tag(name: "u", value: "1")
    let id = try shop.add { job in
      job.payload = [1, 0, 255]
      job.tags = [tag]
    }
    shop.wait(.seconds(5))
    let claimed = try #require(try shop.claim(worker: "w7", lease: .seconds(30)).first)
    #expect(claimed.job.id == id && claimed.lease.id == id)
    #expect(claimed.payload == [1, 0, 255] && claimed.tags == [tag])
    #expect(claimed.job.state == .active && claimed.job.attempt == 1)
    #expect(claimed.job.token == claimed.lease.token)
    #expect(claimed.job.worker == "w7" && claimed.job.startedAt == shop.now)
    #expect(claimed.job.leaseUntil == shop.now + .seconds(30))
    #expect(try shop.job(id) == claimed.job)
    #expect(try shop.claim().isEmpty)
    #expect(try shop.log().isEmpty)
  }

  @Test("The most urgent go first, then the longest due, then the oldest", arguments: Adapters.all)
  func order(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let late = try shop.add()
    let early = try shop.add { $0.runAt = shop.now - .minutes(1) }
    let sameTime = try shop.add { $0.runAt = shop.now - .minutes(1) }
    let idle = try shop.add { job in
      job.priority = try Priority(9)
      job.runAt = shop.now - .hours(24 * 300)
    }
    let urgent = try shop.add { $0.priority = try Priority(0) }
    #expect(try shop.claim().map(\.job.id) == [urgent, early, sameTime, late, idle])
  }

  @Test("No more than the limit are taken, across queues in their order", arguments: Adapters.all)
  func limit(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let reports = try (0..<2).map { _ in try shop.add("reports") { $0.priority = try Priority(9) } }
    let emails = try (0..<2).map { _ in try shop.add("emails") { $0.priority = try Priority(0) } }
    #expect(try shop.claim("reports", "emails", limit: 0).isEmpty)
    let claimed = try shop.claim("reports", "emails", limit: 3).map(\.job.id)
    #expect(claimed == reports + [emails[0]])
    #expect(try shop.claim("reports", "nobody", "emails").map(\.job.id) == [emails[1]])
  }

  @Test("Only wanted types are taken, and the others wait", arguments: Adapters.all)
  func types(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let other = try shop.add { $0.type = try JobType("a") }
    let second = try shop.add { $0.type = try JobType("b") }
    let third = try shop.add { $0.type = try JobType("c") }
    #expect(try shop.claim(types: ["b", "c"]).map(\.job.id) == [second, third])
    #expect(try shop.claim(types: ["x"]).isEmpty)
    #expect(try shop.job(other).state == .ready)
  }

  @Test("Each execution has another token", arguments: Adapters.all)
  func tokens(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<20 { try shop.add() }
    let claimed = try shop.claim()
    #expect(Set(claimed.map(\.lease.token)).count == 20)
    try shop.settle(claimed[0], .release(reason: "drain"))
    #expect(try shop.claimOne().lease.token != claimed[0].lease.token)
  }

  @Test("A job goes to one worker only", arguments: Adapters.all)
  func once(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<10 { try shop.add() }
    var taken: [JobID] = []
    while let claimed = try shop.claim(limit: 3).last { taken.append(claimed.job.id) }
    #expect(taken.count == 4)
    #expect(try shop.queue()?.count(.active) == 10)
  }
}
