import Jobs
import Storage
import Testing

/// What is told in one call where jobs are tied to others, and in which order; and what a full queue says.
@Suite struct TieTests {
  private func events(_ shop: Workshop, after count: Int) throws -> [String] {
    try shop.log().dropFirst(count).map { "\($0.event.rawValue) \($0.jobID?.description ?? "")" }
  }

  private func told(_ event: LogRecord.Event, _ id: JobID) -> String { "\(event.rawValue) \(id)" }

  private func replacement(_ key: String = "k") throws -> NewJob {
    var job = NewJob(queue: try QueueName("emails"))
    (job.uniqueKey, job.onConflict) = (key, .replace)
    return job
  }

  @Test("Whichever parent ends first, the lowest id is told first", arguments: Adapters.all)
  func lowestFirst(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let parents = try (0..<3).map { _ in try shop.add() }
    let children = try parents.reversed().map { parent in
      try shop.add("reports") { ($0.after, $0.onParentFailure) = ([parent], .cancel) }
    }
    let grandchild = try shop.add("reports") {
      ($0.after, $0.onParentFailure) = ([children[2]], .run)
    }
    let count = try shop.log().count
    #expect(try shop.operate(.cancel, on: parents.reversed()) == [.done, .done, .done])
    let expected =
      parents.reversed().map { told(.cancelled, $0) }
      + children.reversed().map { told(.abandoned, $0) }
      + [told(.unblocked, grandchild)]
    #expect(try events(shop, after: count) == expected)
  }

  @Test(
    "A bulk is told of what gave way to it before what follows from it", arguments: Adapters.all)
  func givesWayFirst(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let dead = try shop.job(.dead)
    let old = try (shop.add { $0.uniqueKey = "a" }, shop.add { $0.uniqueKey = "b" })
    let hearer = try shop.add("reports") { ($0.after, $0.onParentFailure) = ([old.0], .run) }
    let count = try shop.log().count
    var abandoned = NewJob(queue: try QueueName("reports"))
    (abandoned.after, abandoned.onParentFailure, abandoned.label) = ([dead], .cancel, 1)
    let result = try shop.addAll([abandoned, replacement("b"), replacement("a")])
    let id = try #require(result.labelled[1])
    #expect(
      try events(shop, after: count) == [
        told(.cancelled, old.1), told(.cancelled, old.0), told(.abandoned, id),
        told(.unblocked, hearer),
      ])
  }

  @Test("A bulk's line waits for one that gives way to another line", arguments: Adapters.all)
  func waitsForYielding(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let old = try shop.add { $0.uniqueKey = "k" }
    var hearer = NewJob(queue: try QueueName("reports"))
    (hearer.after, hearer.onParentFailure, hearer.label) = ([old], .run, 1)
    let count = try shop.log().count
    let result = try shop.addAll([replacement(), hearer])
    let id = try #require(result.labelled[1])
    #expect(try events(shop, after: count) == [told(.cancelled, old), told(.unblocked, id)])
    #expect(try shop.job(id).state == .ready)
  }

  @Test("In a full queue, a bulk's job may take another's place", arguments: Adapters.all)
  func replacedInFull(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let old = try shop.add { $0.uniqueKey = "k" }
    try shop.set(.maxDepth(1))
    #expect(try shop.addAll([replacement()]).created == 1)
    #expect(try shop.job(old).state == .cancelled)
    let full = BulkError.storage(.queueFull(try QueueName("emails"), limit: 1))
    #expect(throws: full) { try shop.addAll([replacement(), replacement("other")]) }
    #expect(try shop.queue()?.count(.ready) == 1)
  }

  @Test("A full queue gives back the one that follows already", arguments: Adapters.all)
  func followerInFull(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add { $0.uniqueKey = "k" }
    _ = try shop.claimOne()
    let follower = try shop.add { ($0.uniqueKey, $0.onConflict) = ("k", .after) }
    try shop.set(.maxDepth(1))
    #expect(try shop.add { ($0.uniqueKey, $0.onConflict) = ("k", .after) } == follower)
  }

  @Test("The job that waits for a batch needs room too", arguments: Adapters.all)
  func batchInFull(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.maxDepth(2))
    let job = NewJob(queue: try QueueName("emails"))
    let batch = NewBatch(name: "nightly", follower: job)
    func accept(_ count: Int) throws -> BulkResult {
      var rest = Array(repeating: job, count: count)[...]
      return try shop.store.enqueueAll(at: shop.now, as: batch) { () throws(BulkSourceError) in
        rest.popFirst()
      } progress: { _ in
      }
    }
    let full = BulkError.storage(.queueFull(job.queue, limit: 2))
    #expect(throws: full) { try accept(2) }
    #expect(try shop.listing().isEmpty)
    #expect(try accept(1).batch?.follower != nil)
  }

  @Test("An unknown parent is said before a full queue", arguments: Adapters.all)
  func unknownInFull(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add { $0.uniqueKey = "k" }
    try shop.set(.maxDepth(1))
    let nobody = try #require(JobID(rawValue: 42))
    for key in [nil, "k", "other"] {
      #expect(throws: StorageError.unknownParent(nobody)) {
        try shop.add { ($0.uniqueKey, $0.onConflict, $0.after) = (key, .replace, [nobody]) }
      }
    }
  }
}
