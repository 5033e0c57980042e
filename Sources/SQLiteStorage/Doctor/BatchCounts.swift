import Jobs
import Storage

/// Batches whose counts do not fit their jobs: taken in from a part of another store, or spoilt by hand.
enum BatchCounts {
  /// A batch, and how many of its jobs are there and unfinished.
  struct Difference: Equatable {
    let batch: JobID
    let live: Int64
  }

  /// Walks all jobs.
  static func differences(on connection: Connection) throws(SQLiteFailure) -> [Difference] {
    let statement = try connection.prepare(
      """
      SELECT b.id, coalesce(t.live, 0) FROM qctl_batches b
      LEFT JOIN (
        SELECT batch, sum(state NOT IN ('completed', 'dead', 'cancelled')) AS live
        FROM qctl_jobs j WHERE batch IS NOT NULL AND \(StagedJobs.isVisible) GROUP BY batch
      ) t ON t.batch = b.id
      WHERE b.total - b.completed - b.dead - b.cancelled <> coalesce(t.live, 0)
        OR (b.finished_at IS NULL) <> (coalesce(t.live, 0) > 0)
      ORDER BY b.id LIMIT 1000
      """)
    var found: [Difference] = []
    while try statement.step() {
      guard let id = JobID(rawValue: statement.integer(0)) else { continue }
      found.append(Difference(batch: id, live: statement.integer(1)))
    }
    return found
  }

  /// Makes the counts fit: those that are not there count as cancelled, as one that is removed before its
  /// end.
  static func mend(_ batch: inout BatchSummary, live: Int64) {
    let missing = batch.unfinished &- live
    if missing > 0 { return batch.cancelled &+= missing }
    let taken = min(batch.completed, 0 &- missing)
    batch.completed &-= taken
    batch.total &+= (0 &- missing) &- taken
  }

  static func sentence(_ batch: JobID) -> String {
    "batch \(batch): its counts differ from its jobs"
  }
}

extension SQLiteStore {
  /// The first few batches whose counts are wrong; walks the jobs.
  func batches(_ session: Session) throws(StorageError) -> [Finding] {
    let wrong = try session.read { connection throws(SQLiteFailure) in
      try BatchCounts.differences(on: connection)
    }
    return wrong.prefix(10).map {
      Finding(.error, "batches", BatchCounts.sentence($0.batch), remedy: Self.mend)
    }
  }
}

extension Repairer {
  /// Sets the counts of batches right; who waits for one that has ended so is told.
  mutating func recountBatches() throws(StorageError) {
    let wrong = try read { connection throws(SQLiteFailure) in
      try BatchCounts.differences(on: connection)
    }
    for difference in wrong {
      if !request.isDryRun { try recount(difference.batch) }
      noteLogged(Repair(.mended, "batches", BatchCounts.sentence(difference.batch)))
    }
  }

  private func recount(_ id: JobID) throws(StorageError) {
    try write { transaction throws(StorageError) in
      // Asked again behind the write lock, since workers go on.
      let found = try transaction.sql { connection throws(SQLiteFailure) in
        (
          try BatchCounts.differences(on: connection).first { $0.batch == id },
          try BatchRow.batch(id, on: connection)
        )
      }
      guard let difference = found.0, var batch = found.1 else { return }
      BatchCounts.mend(&batch, live: difference.live)
      let mended = batch
      try transaction.change { connection throws(SQLiteFailure) in
        try BatchRow.save(mended, on: connection)
      }
      transaction.touchBatch(id)
      try store.tellDependants(at: request.now, in: &transaction)
      try store.log(record(BatchCounts.sentence(id) + ": set right"), in: &transaction)
    }
  }
}
