import DirectoryStorage
import Jobs
import Storage
import TestSupport

/// Random calls about jobs that wait for others and about batches, on simulated files, and what everybody
/// could see after each.
struct TieWorkload {
  /// What a store holds.
  struct Snapshot {
    var jobs: [JobID: JobDetail] = [:]
    var batches: [JobID: BatchSummary] = [:]

    /// How a job or a batch stands for those that wait for it.
    func stand(of parent: JobID) -> ParentStand {
      if let job = jobs[parent] { return ParentStand(job.job.state) }
      return batches[parent]?.stand ?? .removed
    }
  }

  let tree = SimulatedTree()
  private(set) var snapshots = [Snapshot()]
  private(set) var now = Instant(milliseconds: 1_790_000_000_000)
  private(set) var calls = ["nothing"]
  /// Jobs and batches that tidying removed, which does not wait for the disk.
  private(set) var tidied: Set<JobID> = []
  /// How many events belong to the making of the store.
  let made: Int

  private let store: DirectoryStore
  private var generator: SeededGenerator
  private var leases: [Lease] = []
  private let queues: [QueueName]
  private let worker = PresenceID(random: 42)

  init(seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    // The names decide in which order folders are synced.
    queues = [try QueueName("zebra"), try QueueName("ape")]
    for folder in ["tmp", "log", "keys", "bulks", "workers", "queues"] {
      try tree.makeFolder(folder)
    }
    try tree.syncFolder("")
    made = tree.events.count
    store = CrashWorkload.open(tree, seed: seed)
  }

  /// Everything that a store shows.
  static func snapshot(of store: DirectoryStore, at now: Instant) throws -> Snapshot {
    var found = Snapshot()
    let page = try store.page(
      JobPageRequest(JobFilter(), order: .oldestFirst, after: nil, size: 1000, now: now))
    for job in try store.jobs(page.jobs.map(\.id)) { found.jobs[job.job.id] = job }
    for batch in try store.batches(BatchPageRequest(size: 1000)) { found.batches[batch.id] = batch }
    return found
  }

  /// Makes so many calls.
  mutating func run(calls count: Int) throws {
    for _ in 0..<count {
      now = now + TimeSpan(milliseconds: Int64.random(in: 1...60_000, using: &generator))
      if Int.random(in: 0..<40, using: &generator) == 0 { now = now + .hours(24 * 8) }
      calls.append(try call())
      tree.acknowledge(calls.count - 1)
      snapshots.append(try Self.snapshot(of: store, at: now))
    }
  }

  private mutating func call() throws -> String {
    switch Int.random(in: 0..<100, using: &generator) {
    case 0..<20: return try enqueue()
    case 20..<34: return try bulk()
    case 34..<52: return try claim()
    case 52..<76: return try settle()
    case 76..<80:
      return
        "rescue -> \(try store.rescue(RescueRequest(presence: worker, started: nil, now: now)))"
    case 80..<95: return try operate()
    default: return try tidy()
    }
  }

  // MARK: - Accepting

  private mutating func pick<Element>(_ choices: [Element], else other: Element) -> Element {
    choices.randomElement(using: &generator) ?? other
  }

  private mutating func newJob() throws -> NewJob {
    var job = NewJob(queue: pick(queues, else: .default), payload: Array("{}".utf8))
    job.maxAttempts = 1
    job.onParentFailure = pick(ParentFailure.allCases, else: .hold)
    guard Int.random(in: 0..<6, using: &generator) == 0 else { return job }
    job.uniqueKey = "u\(Int.random(in: 0..<2, using: &generator))"
    job.onConflict = pick([.after, .replace, .ignore], else: .ignore)
    return job
  }

  private mutating func enqueue() throws -> String {
    var job = try newJob()
    let known = snapshots[snapshots.count - 1]
    let parents = known.jobs.keys.sorted().suffix(8) + known.batches.keys.sorted().suffix(2)
    let count = Int.random(in: 0...2, using: &generator)
    job.after = Array(parents.shuffled(using: &generator).prefix(count))
    do throws(StorageError) {
      let result = try store.enqueue(job, at: now)
      return
        "enqueue \(job.uniqueKey ?? "") after \(job.after), \(job.onParentFailure) -> \(result)"
    } catch {
      guard case .keyConflict = error else { throw error }
      return "enqueue -> \(error)"
    }
  }

  private mutating func bulk() throws -> String {
    var jobs: [NewJob] = []
    for label in 0..<Int.random(in: 1...4, using: &generator) {
      var job = try newJob()
      if job.onConflict == .after { job.onConflict = .ignore }
      job.label = label
      if label > 0, Bool.random(using: &generator) { job.afterLabels = [label - 1] }
      jobs.append(job)
    }
    var batch: NewBatch?
    if Int.random(in: 0..<4, using: &generator) > 0 {
      var follower: NewJob?
      if Int.random(in: 0..<4, using: &generator) > 0 {
        follower = try newJob()
        follower?.uniqueKey = nil
      }
      batch = NewBatch(name: "night", follower: follower)
    }
    var rest = jobs[...]
    let result: BulkResult
    do throws(BulkError) {
      result = try store.enqueueAll(at: now, as: batch) { () throws(BulkSourceError) in
        rest.popFirst()
      } progress: { _ in
      }
    } catch {
      guard case .job(_, .keyConflict) = error else { throw error }
      return "bulk -> \(error)"
    }
    return "bulk \(jobs.map { "\($0.afterLabels) \($0.onParentFailure)" }) -> \(result)"
  }

  // MARK: - Working

  private mutating func claim() throws -> String {
    let isByTime = Int.random(in: 0..<3, using: &generator) == 0
    let claimed = try store.claim(
      ClaimRequest(
        queues: queues.shuffled(using: &generator), limit: Int.random(in: 1...3, using: &generator),
        worker: "w/1", lease: .hours(10_000), presence: isByTime ? nil : worker, now: now))
    leases += claimed.map(\.lease)
    return "claim -> \(claimed.map { $0.job.id.description })"
  }

  private mutating func settle() throws -> String {
    var settlements: [Settlement] = []
    for _ in 0..<Int.random(in: 1...2, using: &generator) where !leases.isEmpty {
      let lease = leases.remove(at: Int.random(in: 0..<leases.count, using: &generator))
      let verdicts: [Settlement.Verdict] = [
        .complete(result: nil), .complete(result: nil), .complete(result: nil), .reject, .reject,
        .fail(retryAfter: nil), .release(reason: "drain"), .cancel,
      ]
      settlements.append(Settlement(lease, pick(verdicts, else: .putBack)))
    }
    let result = try store.settle(settlements, thenClaim: nil, at: now)
    return "settle \(settlements.map { "\($0.lease.id) \($0.verdict)" }) -> \(result.outcomes)"
  }

  private mutating func operate() throws -> String {
    let verbs: [OperatorVerb] = [
      .retry(at: nil), .replay(at: nil), .replay(at: nil), .cancel, .cancel, .purge, .purge,
      .move(to: pick(queues, else: .default)),
    ]
    let verb = pick(verbs, else: .cancel)
    var filter = JobFilter()
    filter.limit = Int.random(in: 1...2, using: &generator)
    if Bool.random(using: &generator) { filter.queues = Selection(anyOf: [queues[0]]) }
    let plan = try store.plan(PlanRequest(verb, filter, now: now))
    let outcomes = try store.apply(
      ApplyRequest(verb, plan.items, actor: "olga", reason: "why", now: now))
    return "\(verb) \(plan.items.map { $0.id.description }) -> \(outcomes)"
  }

  private mutating func tidy() throws -> String {
    let result = try store.tidy(TidyRequest(now: now))
    let (before, after) = (snapshots[snapshots.count - 1], try Self.snapshot(of: store, at: now))
    tidied.formUnion(Set(before.jobs.keys).subtracting(after.jobs.keys))
    tidied.formUnion(Set(before.batches.keys).subtracting(after.batches.keys))
    return "tidy -> \(result)"
  }
}
