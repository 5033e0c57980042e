import Jobs
import Storage
import Testing

/// traps.md 19: looking never consumes, reorders or promotes.
@Suite struct InspectionTests {
  @Test("Inspecting changes nothing", arguments: Adapters.all)
  func changesNothing(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for state in JobState.allCases where state != .blocked && state != .ready {
      _ = try shop.job(state) { $0.uniqueKey = "key-\(state.rawValue)" }
    }
    let leases = try shop.listing().compactMap { job in
      job.token.map { Lease(id: job.id, token: $0) }
    }
    #expect(leases.count == 1)
    shop.wait(.hours(3))
    let before = try Everything(of: shop.store, at: shop.now)
    try lookAtEverything(shop, leases)
    #expect(try Everything(of: shop.store, at: shop.now) == before)
    let lost = try #require(before.oldestFirst.first { $0.state == .active })
    #expect(lost.leaseUntil.map { $0 < shop.now } == true)
    #expect(before.oldestFirst.contains { $0.state == .scheduled && $0.runAt <= shop.now })
  }

  private func lookAtEverything(_ shop: Workshop, _ leases: [Lease]) throws {
    for order in [JobOrder.newestFirst, .oldestFirst, .latestFinishedFirst] {
      for state in JobState.allCases {
        var filter = JobFilter()
        filter.states.anyOf = [state]
        _ = try shop.listing(filter, order, size: 1)
      }
    }
    for verb in [OperatorVerb.retry(at: nil), .replay(at: nil), .cancel, .purge] {
      _ = try shop.plan(verb)
    }
    for job in try shop.listing() { _ = try shop.detail(job.id) }
    _ = try shop.store.queues(at: shop.now)
    _ = try shop.log()
    _ = try shop.store.status(of: leases)
    _ = try shop.store.outstanding(in: [try QueueName("emails")], at: shop.now)
    _ = try shop.store.findings()
  }
}
