import Jobs
import PosixIO
import Storage

/// Giving the jobs of published bulks their true state (StagedBulk tells the whole).
extension SQLiteStore {
  /// Promotes some jobs of published bulks, by id, before a queue's ready jobs are taken.
  ///
  /// The order of claims holds among what is promoted: an urgent job at the end of a long bulk is
  /// seen once the claims before it have promoted what stands in front.
  /// - Returns: whether there was anything to promote.
  func promoteStaged(
    _ queue: QueueName, in transaction: inout Transaction
  ) throws(StorageError) -> Bool {
    var left = staging.promoted
    while left > 0 {
      let range = try transaction.sql { connection throws(SQLiteFailure) in
        try BulkRange.first(for: queue, on: connection)
      }
      guard let range else { break }
      left -= try promote(range, upTo: left, in: &transaction)
    }
    return left < staging.promoted
  }

  /// Promotes some jobs of one published bulk.
  ///
  /// - Returns: whether all are promoted.
  func promoteSome(
    of bulk: Int64, in transaction: inout Transaction
  ) throws(StorageError) -> Bool {
    let range = try transaction.sql { connection throws(SQLiteFailure) in
      try BulkRange.first(of: bulk, published: 1, on: connection)
    }
    guard let range else { return true }
    _ = try promote(range, upTo: staging.promoted, in: &transaction)
    return false
  }

  /// Lets the jobs of published bulks take their keys, before somebody asks who has a key.
  ///
  /// Whoever published them is at it, or died: then the same bulk, enqueued again, would be there
  /// twice until claims had dropped one of the two.
  /// - Parameter patience: after so many nanoseconds it goes on with what is left as it is.
  func takePublishedKeys(at now: Instant, within patience: Int64) throws(StorageError) {
    let (sum, isOver) = SystemClock.monotonicNanoseconds().addingReportingOverflow(patience)
    let end = isOver ? Int64.max : sum
    repeat {
      let isDone = try withSession { session throws(StorageError) in
        let bulk = try session.read(BulkRange.firstKeyed)
        guard let bulk else { return true }
        _ = try session.write(durable: false, at: now) { transaction throws(StorageError) in
          _ = try promoteSome(of: bulk, in: &transaction)
          try tellDependants(at: now, in: &transaction)
        }
        return false
      }
      guard !isDone else { return }
      letOthersIn()
    } while SystemClock.monotonicNanoseconds() < end
  }

  /// Promotes one job, if it needs that, since a verb means to change it.
  func promoteOne(_ id: JobID, in transaction: inout Transaction) throws(StorageError) {
    let bulk = try transaction.sql { connection throws(SQLiteFailure) in
      try StagedJobs.publishedBulk(of: id, on: connection)
    }
    guard let bulk else { return }
    let only = BulkRange(
      firstID: id.rawValue, lastID: id.rawValue, bulk: bulk, queue: nil, oldest: nil)
    let dropped = try takeKeys(of: only, in: &transaction)
    try transaction.change { connection throws(SQLiteFailure) in
      try StagedJobs.promote(only, on: connection)
      if dropped > 0 { try BulkRange.noteDropped(dropped, of: bulk, on: connection) }
    }
  }

  /// Promotes the front of a stretch; a job with keys to look up counts as several.
  ///
  /// - Returns: how many rows were walked, at least one.
  private func promote(
    _ range: BulkRange, upTo wanted: Int, in transaction: inout Transaction
  ) throws(StorageError) -> Int {
    let weight = range.isKeyed ? Self.keyedWeight : 1
    let most = max(1, wanted / weight)
    let (count, reached) = try transaction.sql { connection throws(SQLiteFailure) in
      try StagedJobs.front(of: range, upTo: most, on: connection)
    }
    var front = range
    front.lastID = count < most ? range.lastID : reached
    let dropped = range.isKeyed ? try takeKeys(of: front, in: &transaction) : 0
    let isLast = try transaction.change { connection throws(SQLiteFailure) in
      try StagedJobs.promote(front, on: connection)
      try range.advance(past: front.lastID, dropped: dropped, on: connection)
      return try !BulkRange.exist(of: range.bulk, on: connection)
    }
    // Its owner may have died before it could clear away.
    if isLast { BulkOwner.clear(range.bulk, of: path) }
    return max(count, 1) * weight
  }

  private static let keyedWeight = 5

  /// Gives keys to the jobs that have some, and drops those whose keys were taken meanwhile.
  ///
  /// - Returns: how many were dropped.
  private func takeKeys(
    of range: BulkRange, in transaction: inout Transaction
  ) throws(StorageError) -> Int {
    let jobs = try transaction.sql { connection throws(SQLiteFailure) in
      try StagedJobs.keyed(in: range, on: connection)
    }
    var dropped = 0
    for (job, rule) in jobs {
      guard try makeFree(job, rule, in: &transaction) else {
        try transaction.change { connection throws(SQLiteFailure) in
          try Self.remove(job.id, on: connection)
        }
        transaction.count(job.queue, from: job.state, to: nil)
        try transaction.followEnd(of: job.id)
        if let batch = job.batch { transaction.dropFromBatch(batch) }
        dropped += 1
        continue
      }
      try transaction.change { connection throws(SQLiteFailure) in
        try StagedJobs.holdKeys(job, rule, on: connection)
      }
      transaction.tally(job.queue, .enqueued)
    }
    return dropped
  }

  /// Whether a job may take its keys; who gives way to it has done so then.
  private func makeFree(
    _ job: Job, _ rule: StagedRule, in transaction: inout Transaction
  ) throws(StorageError) -> Bool {
    if let key = job.idempotencyKey {
      let isTaken = try transaction.sql { connection throws(SQLiteFailure) in
        try IdempotencyRow.isTaken(key, in: job.queue, at: job.enqueuedAt, on: connection)
      }
      guard !isTaken else { return false }
    }
    guard let key = job.uniqueKey, let id = try holder(of: key, in: job.queue, transaction) else {
      return true
    }
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try Self.soundJob(id, on: connection)
    }
    guard let holder = found, rule.onConflict.resolution(against: holder) == .replace else {
      return false
    }
    try replace(holder, by: job.id, at: job.enqueuedAt, in: &transaction)
    return true
  }
}
