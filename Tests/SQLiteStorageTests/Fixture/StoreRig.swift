import Jobs
import PosixIO
import SQLiteStorage
import Storage
import TestSupport

/// A fresh store in a scratch directory, and short words for what tests do with it.
final class StoreRig {
  struct NothingThere: Error {}

  let scratch: ScratchDirectory
  let path: String
  let store: SQLiteStore
  /// The wall clock of the start: the view of the application goes by the true one.
  var now = Instant(milliseconds: SystemClock.wallMilliseconds())

  init(staging: BulkStaging = .standard) throws {
    scratch = try ScratchDirectory()
    path = scratch.path("queue.db")
    store = try Self.open(path, for: .create, staging: staging)
  }

  deinit { store.close() }

  static func open(
    _ path: String, for intent: StoreIntent, staging: BulkStaging = .standard
  ) throws(StorageError) -> SQLiteStore {
    try SQLiteStore(path, for: intent, staging: staging) { UInt64.random(in: .min ... .max) }
  }

  func application(patience: Int32 = 60_000) throws -> PlainDatabase {
    try PlainDatabase(path, patience: patience)
  }
}

extension StoreRig {
  @discardableResult
  func add(_ edit: (inout NewJob) throws -> Void = { _ in }) throws -> JobID {
    var job = NewJob(payload: Array("{}".utf8))
    try edit(&job)
    return try store.enqueue(job, at: now).id
  }

  /// Adds jobs in one commit.
  func addMany(
    _ count: Int, payload: Int = 2, _ edit: (inout NewJob) -> Void = { _ in }
  ) throws {
    var job = NewJob(payload: [UInt8](repeating: UInt8(ascii: "7"), count: payload))
    edit(&job)
    var left = count
    _ = try store.enqueueAll(
      at: now,
      from: { () throws(BulkSourceError) -> NewJob? in
        left -= 1
        return left >= 0 ? job : nil
      }, progress: { _ in })
  }

  /// Adds jobs in one commit of more than 1,000 pages, so that a checkpoint is due.
  func addLongCommit() throws { try addMany(Self.longCommit, payload: 1000) }

  static let longCommit = 5000

  func claim(_ limit: Int = 1) throws -> [ClaimedJob] {
    try store.claim(request(limit))
  }

  func request(_ limit: Int = 1) -> ClaimRequest {
    ClaimRequest(queues: [.default], limit: limit, worker: "w1", now: now)
  }

  func settle(_ claimed: [ClaimedJob], _ verdict: Settlement.Verdict) throws {
    _ = try store.settle(
      claimed.map { Settlement($0.lease, verdict) }, thenClaim: nil, at: now)
  }

  func job(_ id: JobID) throws -> JobDetail {
    guard let job = try store.job(id) else { throw NothingThere() }
    return job
  }

  func purge(_ id: JobID) throws -> [ItemOutcome] {
    var filter = JobFilter()
    filter.ids = [id]
    let plan = try store.plan(PlanRequest(.purge, filter, now: now))
    return try store.apply(
      ApplyRequest(.purge, plan.items, actor: "test", reason: nil, now: now))
  }

  /// Stored counts of the one queue, by state.
  func counts() throws -> [JobState: Int64] {
    (try store.queues(at: now).first?.counts ?? [:]).filter { $0.value != 0 }
  }

  /// What `doctor` finds wrong with the kept counts and the file.
  func problems() throws -> [Finding] {
    try store.findings().filter { $0.grade == .error }
  }
}
