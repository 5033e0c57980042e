package import Jobs
package import Storage

extension SQLiteStore {
  package func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    try Self.validate(job)
    return try withSession { session throws(StorageError) in
      try session.write(at: now) { transaction throws(StorageError) in
        try accept(job, at: now, in: &transaction)
      }
    }
  }

  package func enqueueAll(
    at now: Instant, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    var stop: BulkError?
    do throws(StorageError) {
      return try withSession { session throws(StorageError) in
        try session.write(at: now) { transaction throws(StorageError) in
          do throws(BulkError) {
            return try acceptAll(at: now, from: source, progress: progress, in: &transaction)
          } catch {
            stop = error
            if case .storage(let cause) = error { throw cause }
            throw StorageError.busy(path: path, detail: "")  // any error undoes; `stop` tells
          }
        }
      }
    } catch {
      throw stop ?? .storage(error)
    }
  }

  private func acceptAll(
    at now: Instant, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void, in transaction: inout Transaction
  ) throws(BulkError) -> BulkResult {
    var result = BulkResult()
    var index = 0
    while let job = try Self.next(source) {
      do throws(StorageError) {
        try Self.validate(job)
        let accepted = try accept(job, at: now, in: &transaction)
        if accepted.created { result.created += 1 } else { result.existing += 1 }
      } catch {
        switch error {
        case .invalid, .keyConflict: throw .job(index: index, error)
        // The store's own trouble is not that line's fault.
        default: throw .storage(error)
        }
      }
      index += 1
      if index % Self.progressStep == 0 { progress(index) }
    }
    progress(index)
    return result
  }

  private static let progressStep = 10_000

  private static func next(
    _ source: () throws(BulkSourceError) -> NewJob?
  ) throws(BulkError) -> NewJob? {
    do {
      return try source()
    } catch {
      throw .source
    }
  }

  private static func validate(_ job: NewJob) throws(StorageError) {
    do {
      try job.validate()
    } catch {
      throw .invalid(error)
    }
  }

  /// Makes the job, or finds the one that its keys name.
  private func accept(
    _ new: NewJob, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) -> EnqueueResult {
    if let key = new.idempotencyKey,
      let id = try IdempotencyRow.known(new, key: key, at: now, in: transaction)
    {
      return EnqueueResult(id: id, created: false)
    }
    if let key = new.uniqueKey, let id = try holder(of: key, in: new.queue, transaction) {
      return EnqueueResult(id: id, created: false)
    }
    let id = try nextID(at: now, in: transaction)
    let job = Job(id: id, accepting: new, now: now)
    try transaction.change { connection throws(SQLiteFailure) in
      try JobRow.insert(job, on: connection)
      try PayloadRow.insert(id, payload: new.payload, tags: new.tags, on: connection)
      if let key = new.idempotencyKey {
        try IdempotencyRow.insert(new, key: key, id: id, at: now, on: connection)
      }
    }
    transaction.count(job.queue, from: nil, to: job.state)
    transaction.tally(job.queue, .enqueued)
    return EnqueueResult(id: id, created: true)
  }

  /// The live job that holds a unique key.
  func holder(
    of key: String, in queue: QueueName, _ transaction: Transaction
  ) throws(StorageError) -> JobID? {
    try transaction.sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        "SELECT id FROM qctl_jobs WHERE queue = ?1 AND held_key = ?2 AND held_key IS NOT NULL")
      statement.bind(1, queue.description)
      statement.bind(2, key)
      defer { statement.reset() }
      return try statement.step() ? JobID(rawValue: statement.integer(0)) : nil
    }
  }

  /// Above every id that a row has, and above those that were purged.
  private func nextID(
    at now: Instant, in transaction: Transaction
  ) throws(StorageError) -> JobID {
    let last = try transaction.sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT max(coalesce((SELECT max(id) FROM qctl_jobs), 0),
          (SELECT value FROM qctl_meta WHERE key = 'id_floor'))
        """)
      defer { statement.reset() }
      return try statement.step() ? statement.integer(0) : 0
    }
    do {
      return try JobID.next(now: now, after: JobID(rawValue: last), random: random())
    } catch {
      throw .invalid(error)
    }
  }
}
