import Jobs
import Storage

// Unique keys. A key is held where `held_key` is not NULL, and the index over it sees to it that one job
// of a queue holds it at most. All that is decided here is decided inside the transaction that
// acts upon it, so whoever is killed leaves either all of it or nothing: a job that gives way
// is cancelled by the same commit that accepts the other, and a job that comes back takes its key
// by the same that makes it wait. No transition fails for a key: it is looked up before it is written.

extension SQLiteStore {
  /// The job that holds the unique key of a request, if there is one.
  ///
  /// - Throws: `keyConflict` where the request is refused for it.
  func holder(
    inTheWayOf new: NewJob, _ transaction: Transaction
  ) throws(StorageError) -> Job? {
    guard let key = new.uniqueKey, let id = try holder(of: key, in: new.queue, transaction) else {
      return nil
    }
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try Self.soundJob(id, on: connection)
    }
    // A row that can't be read, and is the holder all the same.
    guard let holder = found else {
      throw .keyConflict(KeyConflict(kind: .unique, key: key, queue: new.queue, holder: id))
    }
    switch new.onConflict.resolution(against: holder) {
    case .existing, .replace, .queueAfter: return holder
    case .conflict: throw .keyConflict(KeyConflict(new, key: key, holder: holder))
    }
  }

  /// The job that runs once more after a holder of its unique key.
  func follower(
    of holder: Job, for new: NewJob, _ transaction: Transaction
  ) throws(StorageError) -> JobID? {
    try transaction.sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT \(JobRow.joinedColumns) FROM qctl_parents p JOIN qctl_jobs j ON j.id = p.job_id
        WHERE p.parent_id = ?1 AND p.pending = 1 AND j.state = 'blocked' AND j.bulk IS NULL
        ORDER BY j.id
        """)
      statement.bind(1, holder.id.rawValue)
      defer { statement.reset() }
      while try statement.step() {
        if let job = JobRow.readIfSound(statement), job.isFollower(for: new) { return job.id }
      }
      return nil
    }
  }

  /// Takes the unique key from a job that nobody is running; one that waits is cancelled.
  func replace(
    _ holder: Job, by id: JobID, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) {
    var job = holder
    let isCancelled = (try? job.apply(.cancel, at: now)) != nil
    job.holdsUniqueKey = false
    if isCancelled {
      let request = ApplyRequest(replacementBy: id, at: now)
      try store(job, holder, .cancelled, request, in: &transaction)
    } else {
      try transaction.change { [job] connection throws(SQLiteFailure) in
        try JobRow.update(job, on: connection)
      }
    }
  }

  /// Lets a job that is waiting again take its unique key, if nobody has it; else it goes on without.
  func retakeKey(
    of job: inout Job, since before: Job, _ transaction: Transaction
  ) throws(StorageError) {
    guard job.comesBackWithoutKey(since: before), let key = job.uniqueKey,
      try holder(of: key, in: job.queue, transaction) == nil
    else { return }
    job.holdsUniqueKey = true
  }
}
