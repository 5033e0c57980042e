import Jobs
import Storage
import Testing

/// What becomes of a request whose unique key another job holds (design.md §7).
@Suite struct UniqueConflictTests {
  private static let waiting: [JobState] = [.ready, .scheduled, .retrying]

  @Test("Under 'fail' a taken key is a conflict and changes nothing", arguments: Adapters.all)
  func fails(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let holder = try shop.add { $0.uniqueKey = "k" }
    let before = try Everything(of: shop.store, at: shop.now)
    let expected = StorageError.keyConflict(
      KeyConflict(kind: .unique, key: "k", queue: try QueueName("emails"), holder: holder))
    #expect(throws: expected) { try enqueue(shop, .fail) }
    #expect(try Everything(of: shop.store, at: shop.now) == before)
    #expect(try enqueue(shop, .fail, key: "free").outcome == .created)
  }

  @Test(
    "Under 'replace' a waiting holder is cancelled and the new job has its key",
    arguments: Adapters.all, waiting)
  func replaces(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let old = try shop.job(state) { $0.uniqueKey = "k" }
    let before = try shop.job(old)
    let result = try enqueue(shop, .replace)
    #expect(result.outcome == .replaced(old))
    let gone = try shop.detail(old)
    #expect(gone.job.state == .cancelled)
    #expect(gone.job.runAt == before.runAt)
    #expect(!gone.job.holdsUniqueKey)
    #expect(gone.actions.map(\.reason) == ["replaced by \(result.id)"])
    #expect(gone.actions.map(\.event) == [.cancelled])
    #expect(try shop.log().last?.event == .cancelled)
    #expect(try shop.log().last?.reason == "replaced by \(result.id)")
    #expect(try shop.job(result.id).holdsUniqueKey)
    #expect(try shop.claim().map(\.job.id) == [result.id])
    #expect(try shop.queue()?.counts[.cancelled] == 1)
  }

  @Test(
    "Under 'replace' a running holder is a conflict that says so", arguments: Adapters.all,
    [UniqueScope.active, .kept])
  func running(_ adapter: Adapter, _ scope: UniqueScope) throws {
    let shop = try Workshop(adapter)
    let holder = try shop.job(.active) {
      $0.uniqueKey = "k"
      $0.uniqueScope = scope
    }
    let before = try Everything(of: shop.store, at: shop.now)
    let expected = StorageError.keyConflict(
      KeyConflict(
        kind: .unique, key: "k", queue: try QueueName("emails"), holder: holder, isRunning: true))
    #expect(throws: expected) { try enqueue(shop, .replace) }
    #expect(try Everything(of: shop.store, at: shop.now) == before)
  }

  @Test(
    "Under 'replace' one that has ended and kept its key only loses that",
    arguments: Adapters.all, [JobState.completed, .dead, .cancelled])
  func kept(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let old = try shop.job(state) {
      $0.uniqueKey = "k"
      $0.uniqueScope = .kept
    }
    var expected = try shop.detail(old)
    let result = try enqueue(shop, .replace)
    #expect(result.outcome == .replaced(old))
    expected.job.holdsUniqueKey = false
    #expect(try shop.detail(old) == expected)
    #expect(try shop.job(result.id).holdsUniqueKey)
  }

  @Test("A free key makes a plain job under every rule", arguments: Adapters.all)
  func free(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for rule in UniqueConflict.allCases {
      #expect(try enqueue(shop, rule, key: rule.rawValue).outcome == .created)
    }
  }

  @Test("A known request is given back before any rule is asked", arguments: Adapters.all)
  func requestFirst(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    func twice() throws -> EnqueueResult {
      try enqueue(shop, .replace) { $0.idempotencyKey = "i" }
    }
    let first = try twice()
    #expect(try twice() == EnqueueResult(id: first.id, created: false))
    #expect(try shop.job(first.id).state == .ready)
  }

  @Test("Lines of a bulk each have their rule", arguments: Adapters.all)
  func bulk(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let waiting = try shop.add { $0.uniqueKey = "w" }
    let other = try shop.add { $0.uniqueKey = "o" }
    let jobs = try [
      job("w", .replace), job("o", .ignore), job("n", .fail), job("n", .replace), job("n", .ignore),
    ]
    #expect(try shop.addAll(jobs) == BulkResult(created: 2, existing: 3))
    #expect(try shop.job(waiting).state == .cancelled)
    #expect(try shop.job(other).state == .ready)
    let holders = try shop.listing().filter(\.holdsUniqueKey)
    #expect(holders.compactMap(\.uniqueKey).sorted() == ["n", "o", "w"])
  }

  @Test(
    "A bulk with a conflict is refused as a whole, at its line", arguments: Adapters.all,
    [UniqueConflict.fail, .replace])
  func refused(_ adapter: Adapter, _ rule: UniqueConflict) throws {
    let shop = try Workshop(adapter)
    let waiting = try shop.add { $0.uniqueKey = "w" }
    let holder = try shop.job(.active, in: "other") { $0.uniqueKey = "k" }
    let before = try Everything(of: shop.store, at: shop.now)
    var conflicting = try job("k", rule)
    conflicting.queue = try QueueName("other")
    let expected = KeyConflict(
      kind: .unique, key: "k", queue: conflicting.queue, holder: holder,
      isRunning: rule == .replace)
    #expect(throws: BulkError.job(index: 2, .keyConflict(expected))) {
      try shop.addAll([job("w", .replace), job("x", .ignore), conflicting])
    }
    #expect(try Everything(of: shop.store, at: shop.now) == before)
    #expect(try shop.job(waiting).holdsUniqueKey)
  }

  private func job(_ key: String, _ rule: UniqueConflict) throws -> NewJob {
    var job = NewJob(queue: try QueueName("emails"))
    job.uniqueKey = key
    job.onConflict = rule
    return job
  }

  private func enqueue(
    _ shop: Workshop, _ rule: UniqueConflict, key: String = "k",
    _ edit: (inout NewJob) -> Void = { _ in }
  ) throws -> EnqueueResult {
    var new = try job(key, rule)
    edit(&new)
    return try shop.store.enqueue(new, at: shop.now)
  }
}
