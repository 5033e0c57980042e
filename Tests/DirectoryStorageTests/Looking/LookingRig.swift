import DirectoryStorage
import Jobs
import PosixIO
import Storage
import Synchronization
import TestSupport

/// A directory store of a test's own, and short words for what is done with it.
final class LookingRig {
  let store: DirectoryStore
  /// What stands between the store and its disk.
  let tree: TreeDouble
  /// The folder of the store.
  let root: String
  var now = Instant(milliseconds: 1_790_000_000_000)
  private let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    root = scratch.path("spool")
    try DirectoryStore(root, for: .create, random: Self.draws(1)).close()
    tree = try TreeDouble(root: root)
    store = DirectoryStore(
      tree, root: root, counter: IDCounter(path: root + "/last-id"), random: Self.draws(2))
  }

  deinit { store.close() }

  private static func draws(_ seed: UInt64) -> @Sendable () -> UInt64 {
    let generator = Mutex(SeededGenerator(seed: seed))
    return { generator.withLock { $0.next() } }
  }

  /// The same store, as another process has it.
  func another() throws -> DirectoryStore {
    try DirectoryStore(root, for: .write, random: Self.draws(3))
  }

  func wait(_ span: TimeSpan) { now = now + span }

  @discardableResult
  func add(
    _ queue: String = "emails", _ edit: (inout NewJob) throws -> Void = { _ in }
  ) throws -> JobID {
    var job = NewJob(queue: try QueueName(queue), payload: Array("{}".utf8))
    try edit(&job)
    return try store.enqueue(job, at: now).id
  }

  func claim(_ queue: String = "emails", limit: Int = 100) throws -> [ClaimedJob] {
    try store.claim(
      ClaimRequest(
        queues: [QueueName(queue)], limit: limit, worker: "w1", lease: .seconds(60), now: now))
  }

  func settle(_ claimed: ClaimedJob, _ verdict: Settlement.Verdict) throws {
    _ = try store.settle([Settlement(claimed.lease, verdict)], thenClaim: nil, at: now)
  }

  func apply(
    _ verb: OperatorVerb, _ items: [PlanItem], on store: DirectoryStore? = nil
  ) throws -> [ItemOutcome] {
    try (store ?? self.store).apply(
      ApplyRequest(verb, items, actor: "olga", reason: nil, now: now))
  }

  /// A whole listing, page by page.
  func listing(
    _ filter: JobFilter = JobFilter(), _ order: JobOrder = .newestFirst, size: Int = 100,
    between: () throws -> Void = {}
  ) throws -> [Job] {
    var jobs: [Job] = []
    var request = JobPageRequest(filter, order: order, size: size, now: now)
    repeat {
      let page = try store.page(request)
      jobs += page.jobs
      request.after = page.next
      try between()
    } while request.after != nil
    return jobs
  }

  /// The whole log, so many records a page.
  func log(after cursor: LogCursor = .start, size: Int = 100) throws -> [LogRecord] {
    var records: [LogRecord] = []
    var cursor = cursor
    while true {
      let page = try store.log(LogPageRequest(LogFilter(), .after(cursor), size: size))
      records += page.records
      guard page.hasMore, page.next != cursor else { return records }
      cursor = page.next
    }
  }

  /// Every name in the store, with its kind, but for those of the log.
  func names(in folder: String = "") throws -> Set<String> {
    var found: Set<String> = []
    for entry in try FileSystem.entries(of: root + "/" + folder) {
      let path = folder.isEmpty ? entry.name : folder + "/" + entry.name
      found.insert("\(path) \(entry.kind)")
      if entry.kind == .directory, entry.name == String(validating: entry.bytes, as: UTF8.self) {
        found.formUnion(try names(in: path))
      }
    }
    return found
  }
}
