import Jobs
import Storage
import TestSupport
import Testing

/// Trap 5: over random histories no transition ever fails because of a key, no key has two holders, and
/// a key that nobody holds is free.
@Suite struct UniqueHistoryTests {
  @Test("Keys never stand in anybody's way", arguments: Adapters.all)
  func histories(_ adapter: Adapter) throws {
    for seed in Self.seeds { try history(adapter, seed) }
  }

  private static var seeds: [UInt64] {
    TestSeed.chosen(7)
  }

  private func history(_ adapter: Adapter, _ seed: UInt64) throws {
    let note: Comment = "seed \(seed)"
    let shop = try Workshop(adapter)
    var generator = OperationGenerator(seed: seed)
    for step in 0..<250 {
      let operation = generator.next()
      let now = generator.now
      let observation = operation.perform(on: shop.store, at: now)
      #expect(!observation.fails, "seed \(seed), step \(step): \(operation) gave \(observation)")
      generator.learn(operation, observation)
      guard step % 10 == 9 else { continue }
      let jobs = try Everything.jobs(
        of: shop.store, JobFilter(), .oldestFirst, size: 100, at: now)
      expectOneHolderEach(jobs, note)
    }
    try expectFree(shop, at: generator.now, note)
  }

  private func expectOneHolderEach(_ jobs: [Job], _ note: Comment) {
    var holders: [Key: JobID] = [:]
    for job in jobs where job.holdsUniqueKey {
      #expect(job.mayHoldUniqueKey, note)
      guard let key = Key(job) else {
        Issue.record("\(note): \(job.id) holds a key and has none")
        continue
      }
      #expect(holders.updateValue(job.id, forKey: key) == nil, note)
    }
  }

  /// What a new request gets for each key says who has it.
  private func expectFree(_ shop: Workshop, at now: Instant, _ note: Comment) throws {
    let jobs = try Everything.jobs(of: shop.store, JobFilter(), .oldestFirst, size: 100, at: now)
    let holders = jobs.filter(\.holdsUniqueKey)
    for queue in OperationGenerator.queues {
      _ = try shop.store.configure(
        ConfigureRequest(queue, [.maxDepth(nil)], actor: "olga", now: now))
      for number in 1...4 {
        var new = NewJob(queue: queue)
        new.uniqueKey = "k\(number)"
        let holder = holders.first { $0.queue == queue && $0.uniqueKey == new.uniqueKey }
        let result = try shop.store.enqueue(new, at: now)
        #expect(result.created == (holder == nil), note)
        if let holder { #expect(result.id == holder.id, note) }
      }
    }
  }

  private struct Key: Hashable {
    let queue: QueueName
    let key: String

    init?(_ job: Job) {
      guard let key = job.uniqueKey else { return nil }
      (queue, self.key) = (job.queue, key)
    }
  }
}

extension Observation {
  /// Whether a call that changes jobs failed, but for requests that are refused for what they say.
  fileprivate var fails: Bool {
    switch self {
    case .bulk(.failure(.storage(.queueFull))): false
    case .claimed(.failure), .settled(.failure), .leases(.failure), .applied(.failure),
      .rescued(.failure), .tidied(.failure), .bulk(.failure(.storage)):
      true
    case .enqueued(.failure(let error)), .bulk(.failure(.job(_, let error))):
      switch error {
      case .invalid, .keyConflict, .unknownParent, .queueFull: false
      default: true
      }
    default: false
    }
  }
}
