import Jobs
import PosixIO
import Storage

@testable import SQLiteStorage

/// A store that stages every bulk, and another process's view of it.
final class BulkRig {
  let rig: StoreRig
  /// Opened apart, as another process would.
  let other: SQLiteStore

  init(rows: Int = 3, promoted: Int = 4) throws {
    var staging = BulkStaging.always(rows: rows)
    staging.promoted = promoted
    rig = try StoreRig(staging: staging)
    other = try StoreRig.open(rig.path, for: .write, staging: staging)
  }

  deinit { other.close() }

  var store: SQLiteStore { rig.store }
  var now: Instant { rig.now }

  /// Enqueues so many plain jobs; `before` is called before each is given to the store.
  @discardableResult
  func watched(_ count: Int, before: (Int) throws -> Void) throws -> BulkResult {
    try bulk(count, edit: { _, _ in }, before: before)
  }

  /// Enqueues so many jobs; `before` is called before each is given to the store.
  @discardableResult
  func bulk(
    _ count: Int, edit: (Int, inout NewJob) throws -> Void = { _, _ in },
    before: (Int) throws -> Void = { _ in }
  ) throws -> BulkResult {
    var index = 0
    return try store.enqueueAll(
      at: now,
      from: { () throws(BulkSourceError) -> NewJob? in
        guard index < count else { return nil }
        defer { index += 1 }
        var job = NewJob(payload: Array("\(index)".utf8))
        do {
          try before(index)
          try edit(index, &job)
        } catch { throw BulkSourceError() }
        return job
      }, progress: { _ in })
  }

  /// The jobs that others see, oldest first.
  func listing(_ states: JobState...) throws -> [Job] {
    var filter = JobFilter()
    filter.states.anyOf = states
    return try other.page(
      JobPageRequest(filter, order: .oldestFirst, size: 1000, now: now)
    ).jobs
  }

  func claim(_ limit: Int = 1, _ queue: String = "default") throws -> [ClaimedJob] {
    try other.claim(
      ClaimRequest(queues: [try QueueName(queue)], limit: limit, worker: "w1", now: now))
  }

  func counts(_ queue: String = "default") throws -> [JobState: Int64] {
    try other.queues(at: now).first { $0.queue.description == queue }?.counts ?? [:]
  }

  /// What there is of bulks in the tables and in the folder, whoever can see it.
  func leftovers() throws -> [Int64] {
    let database = try rig.application()
    let files = try FileSystem.entries(of: rig.path + ".qctl").filter {
      $0.name.hasPrefix("bulk-")
    }
    return [
      try database.number("SELECT count(*) FROM qctl_jobs WHERE bulk IS NOT NULL"),
      try database.number("SELECT count(*) FROM qctl_bulks"), Int64(files.count),
    ]
  }

  func problems() throws -> [Finding] {
    try other.findings().filter { $0.grade == .error }
  }
}
