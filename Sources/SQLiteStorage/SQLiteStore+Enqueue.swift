package import Jobs
package import Storage

extension SQLiteStore {
  package func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    try Self.validate(job)
    if job.hasKey { try takePublishedKeys(at: now, within: staging.patience) }
    return try withSession { session throws(StorageError) in
      try session.write(at: now) { transaction throws(StorageError) in
        let result = try accept(job, at: now, in: &transaction)
        if result.created { try requireRoom(in: [job.queue], transaction) }
        return result
      }
    }
  }

  // The source is heard outside the gate and outside the store's own lock: it is the caller's code,
  // may be slow, and may itself look into the store.
  package func enqueueAll(
    at now: Instant, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    var buffer = BulkBuffer(staging)
    let isWhole = try buffer.fill(from: source)
    guard !isWhole || staging.stagesAll && !buffer.jobs.isEmpty else {
      let result = try acceptAll(buffer.jobs, at: now)
      progress(buffer.jobs.count)
      return result
    }
    return try stageAll(&buffer, isWhole, at: now, from: source, progress: progress)
  }

  private func stageAll(
    _ buffer: inout BulkBuffer, _ isWhole: Bool, at now: Instant,
    from source: () throws(BulkSourceError) -> NewJob?, progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    try? withSession { session throws(StorageError) in collectAbandoned(session) }
    if buffer.jobs.contains(where: \.hasKey) {
      do { try takePublishedKeys(at: now, within: .max) } catch { throw .storage(error) }
    }
    var bulk = StagedBulk(self, at: now)
    do throws(BulkError) {
      var isLast = isWhole
      while true {
        try bulk.add(buffer.jobs)
        progress(bulk.count)
        guard !isLast else { break }
        isLast = try buffer.fill(from: source)
      }
    } catch {
      bulk.abandon()
      throw error
    }
    do throws(StorageError) {
      try bulk.publish()
      return bulk.finish()
    } catch {
      if case .queueFull = error { bulk.abandon() }
      throw .storage(error)
    }
  }

  /// All jobs in one commit.
  private func acceptAll(_ jobs: [NewJob], at now: Instant) throws(BulkError) -> BulkResult {
    guard !jobs.isEmpty else { return BulkResult() }
    var result = BulkResult()
    var index = 0
    var first: JobID?
    do throws(StorageError) {
      if jobs.contains(where: \.hasKey) {
        try takePublishedKeys(at: now, within: staging.patience)
      }
      try withSession { session throws(StorageError) in
        try session.write(at: now) { transaction throws(StorageError) in
          var queues: Set<QueueName> = []
          for job in jobs {
            let isDrawn = result.created == 0
            let accepted = try accept(
              job, at: now, isDrawn: isDrawn, bulkFrom: first, in: &transaction)
            if accepted.created { result.created += 1 } else { result.existing += 1 }
            if accepted.created {
              if first == nil { first = accepted.id }
              queues.insert(job.queue)
            }
            if transaction.isCrowded { try transaction.finish() }
            index += 1
          }
          try requireRoom(in: queues, transaction)
        }
      }
    } catch {
      switch error {
      case .invalid, .keyConflict: throw .job(index: index, error)
      // The store's own trouble is not that line's fault.
      default: throw .storage(error)
      }
    }
    return result
  }

  static func validate(_ job: NewJob) throws(StorageError) {
    do {
      try job.validate()
    } catch {
      throw .invalid(error)
    }
  }

  /// Makes the job, or finds the one that its keys name.
  ///
  /// - Parameters:
  ///   - isDrawn: whether its id is drawn; the later ones of a bulk just follow.
  ///   - first: the first job that the same bulk made; none of these gives way to a later one.
  func accept(
    _ new: NewJob, at now: Instant, isDrawn: Bool = true, bulkFrom first: JobID? = nil,
    in transaction: inout Transaction
  ) throws(StorageError) -> EnqueueResult {
    if let id = try knownRequest(new, at: now, transaction) {
      return EnqueueResult(id: id, created: false)
    }
    let holder = try holder(inTheWayOf: new, transaction)
    let resolution = holder.map { new.onConflict.resolution(against: $0) }
    if let holder, resolution == .existing || first.map({ holder.id >= $0 }) ?? false {
      return EnqueueResult(id: holder.id, created: false)
    }
    let settings = try settings(of: new.queue, transaction)
    let new = new.filled(by: settings, try rules(for: new, transaction))
    let id = try nextID(at: now, after: latestID(transaction), isDrawn: isDrawn)
    if let holder { try replace(holder, by: id, at: now, in: &transaction) }
    let job = Job(id: id, accepting: new, now: now)
    try transaction.change { connection throws(SQLiteFailure) in
      try JobRow.insert(job, quantum: settings.quantum, on: connection)
      try PayloadRow.insert(id, payload: new.payload, tags: new.tags, on: connection)
      if let key = new.idempotencyKey {
        try IdempotencyRow.insert(new, key: key, id: id, at: now, on: connection)
      }
    }
    transaction.count(job.queue, from: nil, to: job.state)
    transaction.tally(job.queue, .enqueued)
    return EnqueueResult(id: id, outcome: holder.map { .replaced($0.id) } ?? .created)
  }

  /// The job that the same request made before.
  ///
  /// - Throws: `keyConflict` where its idempotency key was used with other content.
  private func knownRequest(
    _ new: NewJob, at now: Instant, _ transaction: Transaction
  ) throws(StorageError) -> JobID? {
    guard let key = new.idempotencyKey else { return nil }
    return try IdempotencyRow.known(new, key: key, at: now, in: transaction)
  }

  /// The job that holds a unique key.
  func holder(
    of key: String, in queue: QueueName, _ transaction: Transaction
  ) throws(StorageError) -> JobID? {
    try transaction.sql { connection throws(SQLiteFailure) in
      try Self.holder(of: key, in: queue, on: connection)
    }
  }

  static func holder(
    of key: String, in queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> JobID? {
    let statement = try connection.statement(
      "SELECT id FROM qctl_jobs WHERE queue = ?1 AND held_key = ?2 AND held_key IS NOT NULL")
    statement.bind(1, queue.description)
    statement.bind(2, key)
    defer { statement.reset() }
    return try statement.step() ? JobID(rawValue: statement.integer(0)) : nil
  }

  /// The greatest id that a row has, or had before it was purged.
  func latestID(_ transaction: Transaction) throws(StorageError) -> Int64 {
    try transaction.sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT max(coalesce((SELECT max(id) FROM qctl_jobs), 0),
          (SELECT value FROM qctl_meta WHERE key = 'id_floor'))
        """)
      defer { statement.reset() }
      return try statement.step() ? statement.integer(0) : 0
    }
  }

  /// An id above all others.
  ///
  /// - Parameter isDrawn: false for the next number at once, as far as the clock allows.
  func nextID(
    at now: Instant, after last: Int64, isDrawn: Bool
  ) throws(StorageError) -> JobID {
    do {
      return try JobID.next(
        now: now, after: JobID(rawValue: last), random: isDrawn ? random() : 0)
    } catch {
      throw .invalid(error)
    }
  }
}
