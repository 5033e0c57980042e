import Jobs
import Storage
import Testing

@Suite struct RuleTests {
  private func rule(_ shop: Workshop, _ changes: QueueSettings.Change...) throws -> Bool {
    try shop.store.configure(ConfigureRequest(nil, changes, actor: "olga", now: shop.now))
  }

  @Test("A rule for all queues holds where a queue has none of its own", arguments: Adapters.all)
  func jobs(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(try shop.store.rules() == Retention())
    #expect(try rule(shop, .keep(.completed, .span(.hours(1))), .keep(.dead, .forever)))
    #expect(try !rule(shop, .keep(.dead, .forever)))
    #expect(try shop.store.rules() == Retention(completed: .span(.hours(1)), dead: .forever))
    #expect(try shop.log().last?.event == .configured && shop.log().last?.queue == nil)
    let gone = try shop.job(.completed)
    let own = try shop.job(.completed, in: "slow")
    let dead = try shop.job(.dead, in: "other")
    try shop.set(.keep(.completed, .span(.hours(24 * 400))), in: "slow")
    shop.wait(.hours(24 * 200))
    _ = try shop.tidy()
    #expect(try shop.store.job(gone) == nil)
    #expect(try shop.store.job(own) != nil && shop.store.job(dead) != nil)
    #expect(try rule(shop, .keep(.dead, nil)))
    while try shop.tidy().hasMore {}
    #expect(try shop.store.job(dead) == nil)
  }

  @Test("A rule of health is kept, changed and removed by its name", arguments: Adapters.all)
  func health(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    #expect(try shop.store.healthRules().isEmpty)
    var rule = StoredHealthRule(
      try QueueName("slow"), check: "duration-p99", queues: [try QueueName("b"), .default],
      critical: "~:2m", span: .minutes(30))
    func change(_ name: String, to rule: StoredHealthRule?) throws -> Bool {
      try shop.store.changeHealthRule(
        HealthRuleRequest(
          try QueueName(name), rule, actor: "olga", reason: "why", words: "health set \(name)",
          now: shop.now))
    }
    #expect(try change("slow", to: rule))
    #expect(try !change("slow", to: rule), "it says so already")
    #expect(try shop.log().map(\.event) == [.configured])
    let record = try shop.log().first
    #expect(record?.verb == "health set slow" && record?.actor == "olga")
    let first = StoredHealthRule(try QueueName("age"), check: "oldest-age")
    #expect(try change("age", to: first))
    rule.critical = "~:3m"
    #expect(try change("slow", to: rule))
    #expect(try shop.store.healthRules() == [first, rule], "by name, as they are now")
    #expect(try change("age", to: nil))
    #expect(try !change("age", to: nil))
    let left = try shop.store.healthRules()
    #expect(left == [rule], "\(left) \(rule)")
    rule.warning = String(repeating: "1", count: StoredHealthRule.longestJSON)
    #expect(throws: StorageError.self) { try change("slow", to: rule) }
    #expect(try shop.store.healthRules().first?.warning == nil)
    #expect(try shop.log().count == 4)
  }

  @Test("Idempotency keys go by the rule for all queues too", arguments: Adapters.all)
  func keys(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    _ = try rule(shop, .keepKeys(.span(.hours(1))))
    let first = try shop.add { $0.idempotencyKey = "i" }
    shop.wait(.minutes(59))
    #expect(try shop.add { $0.idempotencyKey = "i" } == first)
    shop.wait(.minutes(1))
    #expect(try shop.add { $0.idempotencyKey = "i" } != first)
  }

  @Test("The log is kept for as long as the rule says", arguments: Adapters.all)
  func log(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    _ = try shop.job(.completed)
    _ = try rule(shop, .keepLog(.span(.hours(24 * 200))))
    shop.wait(.hours(24 * 100))
    _ = try shop.job(.completed)
    while try shop.tidy().hasMore {}
    #expect(try shop.log().contains { $0.timestamp < shop.now - .hours(24 * 99) })
    _ = try rule(shop, .keepLog(.span(.hours(24 * 2))))
    while try shop.tidy().hasMore {}
    #expect(try !shop.log().contains { $0.timestamp < shop.now - .hours(24 * 99) })
  }

  @Test("Attempts are kept as each queue says", arguments: Adapters.having(.attemptRetention))
  func attempts(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.keepAttempts(.span(.hours(48))), .keep(.completed, .forever), in: "short")
    try shop.set(.keepAttempts(.forever), .keep(.completed, .forever), in: "long")
    let jobs = try ["short", "long"].map { try shop.job(.completed, in: $0) }
    shop.wait(.hours(24 * 5))
    while try shop.tidy().hasMore {}
    #expect(try jobs.map { try shop.detail($0).attempts.count } == [0, 1])
    shop.wait(.hours(24 * 500))
    while try shop.tidy().hasMore {}
    #expect(try jobs.map { try shop.detail($0).attempts.count } == [0, 1])
  }

  @Test("Minutes are kept for as long as the rule says", arguments: Adapters.having(.minutes))
  func minutes(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    _ = try shop.job(.completed)
    _ = try rule(shop, .keepMinutes(.forever))
    shop.wait(.hours(24 * 300))
    _ = try shop.job(.completed)
    while try shop.tidy().hasMore {}
    #expect(try !shop.minutes().isEmpty)
    _ = try rule(shop, .keepMinutes(.span(.hours(24))))
    while try shop.tidy().hasMore {}
    #expect(try shop.minutes().allSatisfy { $0.minute > (shop.now - .hours(25)).minute })
  }
}
