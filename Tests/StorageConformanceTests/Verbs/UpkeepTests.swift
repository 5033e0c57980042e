import Jobs
import Storage
import TestSupport
import Testing

/// `repair` and `backup` over every adapter.
@Suite struct UpkeepTests {
  @Test("A sound store needs no repair, and nothing is changed", arguments: Adapters.all)
  func sound(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try fill(shop)
    let before = try Everything(of: shop.store, at: shop.now)
    for isDryRun in [true, false] {
      let request = RepairRequest(actor: "olga", isDryRun: isDryRun, now: shop.now)
      #expect(try shop.store.repair(request).isEmpty)
    }
    #expect(try Everything(of: shop.store, at: shop.now) == before)
  }

  @Test("A copy holds everything, and does not follow the store", arguments: Adapters.all)
  func copied(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try fill(shop)
    let scratch = try ScratchDirectory()
    let path = scratch.path(adapter.copyName)
    guard case .full = shop.store.capabilities[.backup] else { return }
    let before = try Everything(of: shop.store, at: shop.now)
    let report = try shop.store.backup(to: path, at: shop.now, progress: { _, _ in })
    #expect(report.jobs == Int64(before.oldestFirst.count))
    #expect(report.leftovers.isEmpty)
    try shop.add()
    let copy = try adapter.make(scratch) { 7 }
    defer { copy.close() }
    #expect(try Everything(of: copy, at: shop.now).differences(from: before).isEmpty)
    #expect(throws: StorageError.self) {
      _ = try shop.store.backup(to: path, at: shop.now, progress: { _, _ in })
    }
  }

  @Test("A store that makes no copies says why", arguments: Adapters.all)
  func refused(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    guard case .none(let reason, let remedy) = shop.store.capabilities[.backup] else { return }
    #expect(throws: StorageError.unsupported(.backup, reason: reason, remedy: remedy)) {
      _ = try shop.store.backup(to: "/nowhere", at: shop.now, progress: { _, _ in })
    }
  }

  /// Jobs in every state, with history.
  private func fill(_ shop: Workshop) throws {
    for state in JobState.allCases where state != .blocked {
      for queue in ["emails", "reports"] {
        _ = try shop.job(state, in: queue) { $0.uniqueKey = "\(state)" }
        shop.wait(.seconds(1))
      }
    }
    _ = try shop.addAll([NewJob(payload: [1]), NewJob(payload: [2])])
    _ = try shop.pause("reports")
  }
}
