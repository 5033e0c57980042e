import Jobs
import Storage
import Testing

@Suite struct UniqueKeyTests {
  private static let live: [JobState] = [.ready, .scheduled, .active, .retrying]
  private static let ended: [JobState] = [.completed, .dead, .cancelled]

  @Test("A live job keeps its key in every state", arguments: Adapters.all, live)
  func held(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let holder = try shop.job(state) { $0.uniqueKey = "k" }
    #expect(try shop.add { $0.uniqueKey = "k" } == holder)
    #expect(try shop.listing().count == 1)
    #expect(try shop.job(holder).holdsUniqueKey)
  }

  @Test("A job that ends gives its key up", arguments: Adapters.all, ended)
  func freed(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let first = try shop.job(state) { $0.uniqueKey = "k" }
    #expect(try !shop.job(first).holdsUniqueKey)
    let second = try shop.add { $0.uniqueKey = "k" }
    #expect(second != first)
    #expect(try shop.job(second).holdsUniqueKey)
  }

  @Test("A purge frees the key", arguments: Adapters.all)
  func purged(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try shop.add { $0.uniqueKey = "k" }
    #expect(try shop.operate(.purge, on: [first]) == [.done])
    #expect(try shop.add { $0.uniqueKey = "k" } != first)
  }

  @Test("Keys of another queue, and other keys, do not matter", arguments: Adapters.all)
  func separate(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add { $0.uniqueKey = "k" }
    try shop.add { $0.uniqueKey = "K" }
    try shop.add("reports") { $0.uniqueKey = "k" }
    try shop.add()
    try shop.add()
    #expect(try shop.listing().count == 5)
  }

  @Test("A job that comes back retakes a free key", arguments: Adapters.all, ended)
  func retakes(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state) { $0.uniqueKey = "k" }
    #expect(try shop.operate(.retry(at: nil), on: [id]) == [.done])
    #expect(try shop.job(id).holdsUniqueKey)
    #expect(try shop.add { $0.uniqueKey = "k" } == id)
  }

  // traps.md 5: a replay onto a taken key has its own status and leaves the row as it was.
  @Test("A replay onto a taken key changes nothing", arguments: Adapters.all, ended)
  func conflict(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state) { $0.uniqueKey = "k" }
    let holder = try shop.add { $0.uniqueKey = "k" }
    let before = try Everything(of: shop.store, at: shop.now)
    let conflict = KeyConflict(
      kind: .unique, key: "k", queue: try QueueName("emails"), holder: holder)
    #expect(try shop.operate(.retry(at: nil), on: [id]) == [.conflict(conflict)])
    #expect(try Everything(of: shop.store, at: shop.now) == before)
  }

  @Test("Of two dead twins in one batch the first takes the key", arguments: Adapters.all)
  func twins(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try shop.job(.dead) { $0.uniqueKey = "k" }
    let second = try shop.job(.dead) { $0.uniqueKey = "k" }
    let lonely = try shop.job(.dead)
    let outcomes = try shop.operate(.replay(at: nil), on: [first, second, lonely])
    let conflict = KeyConflict(
      kind: .unique, key: "k", queue: try QueueName("emails"), holder: first)
    #expect(outcomes == [.done, .conflict(conflict), .done])
    #expect(try shop.job(second).state == .dead)
  }
}
