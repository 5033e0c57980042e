import Jobs
import Storage
import Testing

@Suite struct AgingTests {
  /// Jobs of priorities 9, 5 and 0, each half an hour younger than the one before.
  private func fill(_ shop: Workshop) throws -> [JobID] {
    try [9, 5, 0].enumerated().map { index, level in
      try shop.add { job in
        job.priority = try Priority(Int64(level))
        job.runAt = shop.now - .minutes(Int64(90 - 30 * index))
      }
    }
  }

  @Test("With aging an old job goes before a more urgent one", arguments: Adapters.all)
  func old(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.aging(.minutes(10)))
    let jobs = try fill(shop)
    // 9 and 5 are four levels apart, which is forty minutes, and half an hour in time.
    #expect(try shop.claim().map(\.job.id) == [jobs[2], jobs[1], jobs[0]])
    try shop.set(.aging(.minutes(5)), in: "reports")
    let others = try [9, 5].map { level in
      try shop.add("reports") { job in
        job.priority = try Priority(Int64(level))
        job.runAt = shop.now - .minutes(level == 9 ? 30 : 1)
      }
    }
    #expect(try shop.claim("reports").map(\.job.id) == others)
  }

  @Test("A change of aging orders anew what waits, in any state", arguments: Adapters.all)
  func changes(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let jobs = try fill(shop)
    let later = try shop.add { job in
      job.priority = try Priority(9)
      job.runAt = shop.now + .seconds(1)
    }
    try shop.set(.aging(.minutes(1)))
    shop.wait(.seconds(2))
    let oldest = try shop.queue()?.oldestReady
    #expect(oldest == shop.now - .seconds(2) - .minutes(90))
    #expect(try shop.claim(limit: 3).map(\.job.id) == jobs)
    try shop.set(.aging(nil))
    let urgent = try shop.add()
    #expect(try shop.claim().map(\.job.id) == [urgent, later])
  }

  @Test("More jobs than fit into one step get their places", arguments: Adapters.all)
  func many(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var job = NewJob(queue: try QueueName("emails"))
    job.priority = try Priority(9)
    _ = try shop.addAll(Array(repeating: job, count: 1100))
    shop.wait(.hours(1))
    let urgent = try shop.add { $0.priority = try Priority(0) }
    try shop.set(.aging(.seconds(1)))
    let all = try shop.claim(limit: 1200).map(\.job.id)
    #expect(all.count == 1101 && all.last == urgent)
  }

  @Test("A job that is moved gets its place in the other queue", arguments: Adapters.all)
  func moved(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.aging(.minutes(1)), in: "reports")
    let urgent = try shop.add("reports") { $0.priority = try Priority(0) }
    let old = try shop.add { job in
      job.priority = try Priority(9)
      job.runAt = shop.now - .hours(1)
    }
    #expect(try shop.operate(.move(to: QueueName("reports")), on: [old]) == [.done])
    #expect(try shop.claim("reports").map(\.job.id) == [old, urgent])
  }
}
