import Jobs
import Storage
import Testing

@Suite struct MeterTests {
  @Test(
    "Meters count how long jobs waited since they were due, and how long they ran",
    arguments: Adapters.having(.minutes))
  func timed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add { $0.runAt = shop.now + .minutes(10) }
    shop.wait(.minutes(10) + .seconds(3))
    let taken = try shop.claimOne()
    shop.wait(.seconds(7))
    try shop.settle(taken, .complete(result: nil))
    let meter = try #require(try meters(shop)["emails"])
    #expect(meter.totals.succeeded == 1)
    #expect([meter.totals.waited, meter.totals.run] == [3000, 7000])
    #expect(meter.timings.waits.quantile(1)?.milliseconds == 5000)
    #expect(meter.timings.runs.quantile(1)?.milliseconds == 10_000)
  }

  @Test(
    "No meter falls when jobs are purged, minutes pruned or the store is opened anew",
    arguments: Adapters.having(.minutes))
  func lasting(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var ids: [JobID] = []
    for _ in 0..<3 {
      ids.append(try shop.add())
      try shop.settle(try shop.claimOne(), .complete(result: nil))
      shop.wait(.minutes(1))
    }
    let before = try meters(shop)
    #expect(before["emails"]?.timings.runs.count == 3)
    _ = try shop.operate(.purge, on: ids)
    #expect(try meters(shop) == before)
    shop.wait(.hours(24 * 200))
    while try shop.tidy().hasMore {}
    #expect(try meters(shop) == before)
    try shop.add()
    try shop.settle(try shop.claimOne(), .complete(result: nil))
    let after = try #require(try meters(shop)["emails"])
    #expect(after.timings.runs.count == 4)
    #expect(after.totals.enqueued == 4)
  }

  @Test("Meters take in what another store has counted", arguments: Adapters.having(.minutes))
  func restored(_ adapter: Adapter) throws {
    let (old, new) = (try Workshop(adapter), try Workshop(adapter))
    for _ in 0..<3 {
      try old.add()
      try old.settle(try old.claimOne(), .complete(result: nil))
      old.wait(.minutes(1))
    }
    let minutes = try old.minutes()
    for _ in 0..<2 { _ = try new.store.restore(minutes.map { .minute($0) }, at: new.now) }
    #expect(try meters(new) == meters(old))
  }

  @Test("A job that waited for another waits for a worker only since then", arguments: Adapters.all)
  func unblocked(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let parent = try shop.add()
    let child = try shop.add { $0.after = [parent] }
    shop.wait(.hours(2))
    try shop.settle(try shop.claimOne(), .complete(result: nil))
    #expect(try shop.job(child).state == .ready)
    #expect(try shop.job(child).runAt == shop.now)
    #expect(try shop.queue()?.oldestReady == shop.now)
  }

  private func meters(_ shop: Workshop) throws -> [String: QueueMeter] {
    Dictionary(
      uniqueKeysWithValues: try shop.store.meters().map { ($0.queue.description, $0) })
  }
}
