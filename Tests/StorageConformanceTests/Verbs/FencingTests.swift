import Jobs
import Storage
import Testing

@Suite struct FencingTests {
  // traps.md 1: a paused worker that finishes late changes nothing.
  @Test("A late worker changes nothing and is told", arguments: Adapters.all)
  func lateWorker(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let late = try shop.claimOne()
    shop.wait(.minutes(2))
    let present = try shop.claimOne()
    let before = try shop.detail(id)
    let verdicts: [Settlement.Verdict] = [
      .complete(result: [1]), .fail(retryAfter: nil), .timeOut, .reject, .release(reason: ""),
      .snooze(until: shop.now), .cancel,
    ]
    for verdict in verdicts { #expect(try shop.settle(late, verdict) == .leaseLost) }
    #expect(try shop.detail(id) == before)
    let lost = try shop.log().filter { $0.event == .leaseLost }
    #expect(lost.count == verdicts.count)
    #expect(lost.allSatisfy { $0.jobID == id && $0.queue == late.job.queue })
    #expect(lost.allSatisfy { $0.attempt == nil && $0.worker == nil && $0.level == .warning })
    #expect(try shop.settle(present, .complete(result: nil)) == .settled(.completed))
  }

  @Test("A job can be settled once only", arguments: Adapters.all)
  func once(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let claimed = try shop.claimOne()
    let twice = [
      Settlement(claimed.lease, .complete(result: [1])), Settlement(claimed.lease, .reject),
    ]
    let result = try shop.store.settle(twice, thenClaim: nil, at: shop.now)
    #expect(result.outcomes == [.settled(.completed), .leaseLost])
    #expect(try shop.detail(id).attempts.count == 1)
  }

  @Test("A lease that ran out but was not rescued still counts", arguments: Adapters.all)
  func expired(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    let claimed = try shop.claimOne()
    shop.wait(.hours(1))
    #expect(try shop.settle(claimed, .complete(result: nil)) == .settled(.completed))
  }

  @Test("A token of another job or of none opens nothing", arguments: Adapters.all)
  func forged(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    try shop.add()
    let claimed = try shop.claim()
    let forged = [
      Lease(id: claimed[0].lease.id, token: claimed[1].lease.token),
      Lease(id: try #require(JobID(rawValue: 7)), token: claimed[0].lease.token),
    ]
    let settlements = forged.map { Settlement($0, .complete(result: nil)) }
    let result = try shop.store.settle(settlements, thenClaim: nil, at: shop.now)
    #expect(result.outcomes == [.leaseLost, .leaseLost])
    #expect(
      try shop.store.renew(forged, until: shop.now + .hours(1), at: shop.now) == [.lost, .lost])
    #expect(try shop.store.status(of: forged) == [.lost, .lost])
    #expect(try shop.queue()?.count(.active) == 2)
  }

  @Test("One stale settlement does not stop the others", arguments: Adapters.all)
  func oneStale(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<3 { try shop.add() }
    let claimed = try shop.claim()
    try shop.settle(claimed[1], .complete(result: nil))
    let result = try shop.store.settle(
      claimed.map { Settlement($0.lease, .complete(result: nil)) }, thenClaim: nil, at: shop.now)
    #expect(result.outcomes == [.settled(.completed), .leaseLost, .settled(.completed)])
  }
}
