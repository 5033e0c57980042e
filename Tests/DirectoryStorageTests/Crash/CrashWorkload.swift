import DirectoryStorage
import Jobs
import Storage
import Synchronization
import TestSupport

/// Random calls of a store on simulated files, and what everybody could see after each.
struct CrashWorkload {
  /// What a store holds.
  typealias Snapshot = [JobID: JobDetail]

  /// A request with a key, and the call that made it.
  struct Request {
    let call: Int
    let job: NewJob
    let at: Instant
    let id: JobID
  }

  let tree = SimulatedTree()
  private(set) var snapshots: [Snapshot] = [[:]]
  private(set) var requests: [Request] = []
  private(set) var now = Instant(milliseconds: 1_790_000_000_000)
  private(set) var calls: [String] = ["nothing"]

  /// How many events belong to the making of the store, which is another's to try.
  let made: Int

  private let store: DirectoryStore
  private var generator: SeededGenerator
  private var leases: [Lease] = []
  private let queues: [QueueName]
  /// Queues into which jobs are moved; one that nothing is enqueued for.
  private let targets: [QueueName]
  private let worker = PresenceID(random: 42)

  init(seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    queues = [try QueueName("emails"), try QueueName("reports")]
    targets = queues + [try QueueName("later")]
    for folder in ["tmp", "log", "keys", "bulks", "workers", "queues"] {
      try tree.makeFolder(folder)
    }
    try tree.syncFolder("")
    made = tree.events.count
    store = Self.open(tree, seed: seed)
  }

  /// A store on simulated files.
  static func open(_ tree: SimulatedTree, seed: UInt64) -> DirectoryStore {
    let tape = RandomWords(seed: seed)
    return DirectoryStore(
      tree, root: "/simulated", counter: IDCounter(path: nil), random: { tape.next() })
  }

  /// Everything that a store shows.
  static func snapshot(of store: DirectoryStore, at now: Instant) throws -> Snapshot {
    var found: Snapshot = [:]
    var cursor: JobCursor?
    repeat {
      let page = try store.page(
        JobPageRequest(JobFilter(), order: .oldestFirst, after: cursor, size: 200, now: now))
      for job in page.jobs { found[job.id] = try store.job(job.id) }
      cursor = page.next
    } while cursor != nil
    return found
  }

  /// Makes so many calls.
  mutating func run(calls count: Int) throws {
    for _ in 0..<count {
      now = now + TimeSpan(milliseconds: Int64.random(in: 1...60_000, using: &generator))
      calls.append(try call())
      tree.acknowledge(calls.count - 1)
      snapshots.append(try Self.snapshot(of: store, at: now))
    }
  }

  private mutating func call() throws -> String {
    switch Int.random(in: 0..<100, using: &generator) {
    case 0..<22: return try enqueue()
    case 22..<30: return try bulk()
    case 30..<50: return try claim()
    case 50..<70: return try settle()
    case 70..<74: return try rescue()
    case 74..<92: return try operate()
    case 92..<96: return try pause()
    default: return try tidy()
    }
  }

  private mutating func newJob() throws -> NewJob {
    var job = NewJob(queue: queues.randomElement(using: &generator) ?? .default)
    job.payload = Array(
      "{\"n\":\(Int.random(in: 0..<100, using: &generator))}\nmore\0".utf8)
    job.priority = try Priority(Int64.random(in: 4...6, using: &generator))
    if Int.random(in: 0..<5, using: &generator) == 0 {
      job.runAt = now + TimeSpan(milliseconds: Int64.random(in: 1...600_000, using: &generator))
    }
    job.maxAttempts = Int64.random(in: 1...3, using: &generator)
    if Int.random(in: 0..<4, using: &generator) == 0 {
      job.uniqueKey = "u\(Int.random(in: 0..<3, using: &generator))"
      job.uniqueScope = UniqueScope.allCases.randomElement(using: &generator) ?? .active
      let rules: [UniqueConflict] = [.ignore, .replace, .replace, .fail]
      job.onConflict = rules.randomElement(using: &generator) ?? .ignore
    }
    return job
  }

  private mutating func enqueue() throws -> String {
    var job = try newJob()
    if Int.random(in: 0..<3, using: &generator) == 0 {
      job.idempotencyKey = "i\(calls.count)"
    }
    let result: EnqueueResult
    do throws(StorageError) { result = try store.enqueue(job, at: now) } catch {
      return try refused("enqueue", error)
    }
    if job.idempotencyKey != nil, result.created {
      requests.append(Request(call: calls.count, job: job, at: now, id: result.id))
    }
    return "enqueue \(job.uniqueKey ?? "") \(job.idempotencyKey ?? "") -> \(result)"
  }

  private mutating func bulk() throws -> String {
    var jobs: [NewJob] = []
    for _ in 0..<Int.random(in: 1...6, using: &generator) { jobs.append(try newJob()) }
    var rest = jobs[...]
    let result: BulkResult
    do throws(BulkError) {
      result = try store.enqueueAll(at: now) { () throws(BulkSourceError) in
        rest.popFirst()
      } progress: { _ in
      }
    } catch {
      guard case .job(_, let reason) = error else { throw error }
      return try refused("bulk", reason)
    }
    return "bulk of \(jobs.count) -> \(result)"
  }

  private func refused(_ call: String, _ error: StorageError) throws(StorageError) -> String {
    guard case .keyConflict(let conflict) = error else { throw error }
    return "\(call) -> \(conflict)"
  }

  private mutating func claim() throws -> String {
    let byTime = Int.random(in: 0..<3, using: &generator) == 0
    let claimed = try store.claim(
      ClaimRequest(
        queues: queues.shuffled(using: &generator), limit: Int.random(in: 1...3, using: &generator),
        worker: "w/1", lease: .hours(1_000), presence: byTime ? nil : worker, now: now))
    leases += claimed.map(\.lease)
    return "claim -> \(claimed.map { $0.job.id.description })"
  }

  private mutating func settle() throws -> String {
    var settlements: [Settlement] = []
    for _ in 0..<Int.random(in: 1...2, using: &generator) where !leases.isEmpty {
      let lease = leases.remove(at: Int.random(in: 0..<leases.count, using: &generator))
      let verdicts: [Settlement.Verdict] = [
        .complete(result: Array("\"done\"".utf8)), .complete(result: nil), .fail(retryAfter: nil),
        .reject, .release(reason: "drain"), .snooze(until: now + .minutes(5)), .cancel,
      ]
      var settlement = Settlement(lease, verdicts.randomElement(using: &generator) ?? .putBack)
      settlement.error = "boom"
      settlement.output = Array("said\nthis".utf8)
      settlements.append(settlement)
    }
    let result = try store.settle(settlements, thenClaim: nil, at: now)
    return "settle \(settlements.map { "\($0.lease.id) \($0.verdict)" }) -> \(result.outcomes)"
  }

  private mutating func rescue() throws -> String {
    let count = try store.rescue(RescueRequest(presence: worker, started: nil, now: now))
    return "rescue -> \(count)"
  }

  private mutating func operate() throws -> String {
    let queue = targets.randomElement(using: &generator) ?? .default
    var verb =
      [
        OperatorVerb.retry(at: nil), .replay(at: nil), .cancel, .purge, .replay(at: nil, to: queue),
        .move(to: queue), .move(to: queue), .edit(.set([])), .edit(.set([])),
      ]
      .randomElement(using: &generator) ?? .cancel
    var filter = JobFilter()
    filter.limit = Int.random(in: 1...2, using: &generator)
    if Bool.random(using: &generator) {
      filter.queues = Selection(anyOf: [queues.randomElement(using: &generator) ?? .default])
    }
    let plan = try store.plan(PlanRequest(verb, filter, now: now))
    if case .edit = verb, let id = plan.items.first?.id, let old = try store.job(id)?.payload {
      verb = .edit(.replace(with: newPayload(), of: old))
    }
    let outcomes = try store.apply(
      ApplyRequest(verb, plan.items, actor: "olga", reason: "why", now: now))
    return "\(verb) \(plan.items.map { $0.id.description }) -> \(outcomes)"
  }

  /// Now and then one that is not read with the beginning of its file.
  private mutating func newPayload() -> [UInt8] {
    let count = Int.random(in: 0..<5, using: &generator) == 0 ? 10_000 : 3
    return Array("edited in call \(calls.count)\n".utf8) + Array(repeating: 255, count: count)
  }

  private mutating func pause() throws -> String {
    guard let queue = try store.queues(at: now).randomElement(using: &generator) else { return "-" }
    let request = PauseRequest(
      [queue.queue], paused: !queue.paused, actor: "olga", reason: nil, now: now)
    return "pause \(queue.queue) -> \(try store.setPaused(request))"
  }

  private mutating func tidy() throws -> String {
    "tidy -> \(try store.tidy(TidyRequest(now: now)))"
  }
}

/// Random words in a fixed order.
private final class RandomWords: Sendable {
  private let generator: Mutex<SeededGenerator>

  init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

  func next() -> UInt64 { generator.withLock { $0.next() } }
}
