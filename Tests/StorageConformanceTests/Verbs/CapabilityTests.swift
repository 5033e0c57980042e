import Jobs
import Storage
import Testing

@Suite struct CapabilityTests {
  @Test("What is absent says why and what to do instead", arguments: Adapters.all)
  func reasons(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for capability in Capability.allCases {
      guard case .none(let reason, let remedy) = shop.store.capabilities[capability] else {
        continue
      }
      #expect(!reason.isEmpty && !remedy.isEmpty, "\(capability)")
    }
  }

  @Test("What tests are told that a store lacks is what it says", arguments: Adapters.all)
  func lacking(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for capability in Adapters.forgone {
      let isFull = shop.store.capabilities[capability] == .full
      #expect(isFull != adapter.lacks.contains(capability), "\(capability)")
    }
  }

  @Test("What a store can't do it refuses, and what it can it does", arguments: Adapters.all)
  func honest(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let store = shop.store
    try check(shop, .enqueue) { _ = try shop.add() }
    try check(shop, .browse) { _ = try shop.listing() }
    try check(shop, .operate) { _ = try shop.plan(.cancel) }
    try check(shop, .control) { _ = try shop.pause() }
    try check(shop, .work) { _ = try shop.claim() }
    try check(shop, .log) { _ = try shop.log() }
    try check(shop, .uniqueKeys) { try shop.add { $0.uniqueKey = "k" } }
    try check(shop, .minutes) { _ = try shop.minutes() }
    try check(shop, .rateLimits) { try shop.set(.rate(Rate(100, per: .minute))) }
    try check(shop, .rateLimits) { try shop.set(.burst(3)) }
    try check(shop, .idempotencyKeys) { try shop.add { $0.idempotencyKey = "k" } }
    #expect(store.capabilities.readEffect == .pure)
  }

  private func check(
    _ shop: Workshop, _ capability: Capability, _ body: () throws -> Void
  ) throws {
    guard case .none(let reason, let remedy) = shop.store.capabilities[capability] else {
      return try body()
    }
    #expect(throws: StorageError.unsupported(capability, reason: reason, remedy: remedy)) {
      try body()
    }
  }

  @Test("A fresh store is in good health and says what it is", arguments: Adapters.all)
  func healthy(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(adapter.name.hasPrefix(shop.store.identity.kind))
    let troubles = try shop.store.findings().filter { $0.grade == .error }
    #expect(troubles.isEmpty)
  }
}
