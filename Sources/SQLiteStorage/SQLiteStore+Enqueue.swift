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
        try tellDependants(at: now, in: &transaction)
        return result
      }
    }
  }

  // The source is heard outside the gate and outside the store's own lock: it is the caller's code,
  // may be slow, and may itself look into the store.
  package func enqueueAll(
    at now: Instant, as batch: NewBatch?, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    do { try batch?.validate() } catch { throw .storage(.invalid(error)) }
    var buffer = BulkBuffer(staging)
    let isWhole = try buffer.fill(from: source)
    guard !isWhole || staging.stagesAll && !buffer.jobs.isEmpty else {
      let result = try acceptAll(buffer.jobs, as: batch, at: now)
      progress(buffer.jobs.count)
      return result
    }
    return try stageAll(&buffer, isWhole, at: now, as: batch, from: source, progress: progress)
  }

  private func stageAll(
    _ buffer: inout BulkBuffer, _ isWhole: Bool, at now: Instant, as batch: NewBatch?,
    from source: () throws(BulkSourceError) -> NewJob?, progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    try? withSession { session throws(StorageError) in collectAbandoned(session) }
    if buffer.jobs.contains(where: \.hasKey) {
      do { try takePublishedKeys(at: now, within: .max) } catch { throw .storage(error) }
    }
    var bulk = StagedBulk(self, at: now, as: batch)
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
  private func acceptAll(
    _ jobs: [NewJob], as batch: NewBatch?, at now: Instant
  ) throws(BulkError) -> BulkResult {
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
          var replaced: Set<JobID> = []
          for job in jobs {
            let isDrawn = result.created == 0
            let accepted = try accept(
              job, at: now, isDrawn: isDrawn, bulkFrom: first, labelled: result.labelled,
              batch: (batch, result.batch?.id), replaced: replaced, in: &transaction)
            if accepted.created { result.created += 1 } else { result.existing += 1 }
            if accepted.created {
              if first == nil { first = accepted.id }
              queues.insert(job.queue)
            }
            if case .replaced(let holder) = accepted.result.outcome { replaced.insert(holder) }
            if let id = accepted.batch { result.batch = BatchResult(id: id) }
            if let label = job.label { result.labelled[label] = accepted.id }
            if transaction.isCrowded { try transaction.finish() }
            index += 1
          }
          if let queue = try finish(batch, &result, at: now, in: &transaction) {
            queues.insert(queue)
          }
          try requireRoom(in: queues.sorted(), transaction)
          try tellDependants(at: now, in: &transaction)
        }
      }
    } catch {
      switch error {
      case .invalid, .keyConflict, .unknownParent: throw .job(index: index, error)
      // The store's own trouble is not that line's fault.
      default: throw .storage(error)
      }
    }
    return result
  }

  /// Writes down a batch whose jobs are there, and makes the job that waits for it.
  ///
  /// - Returns: the queue in which it waits.
  func finish(
    _ batch: NewBatch?, _ result: inout BulkResult, at now: Instant,
    in transaction: inout Transaction
  ) throws(StorageError) -> QueueName? {
    guard let batch, let id = result.batch?.id else { return nil }
    var summary = BatchSummary(
      id: id, name: batch.name, createdAt: now, total: Int64(result.created))
    try transaction.change { [summary] connection throws(SQLiteFailure) in
      try BatchRow.save(summary, on: connection)
    }
    guard let new = batch.follower(of: id) else { return nil }
    summary.follower = try accept(new, at: now, isDrawn: false, in: &transaction).id
    result.batch?.follower = summary.follower
    try transaction.change { [summary] connection throws(SQLiteFailure) in
      try BatchRow.save(summary, on: connection)
    }
    return new.queue
  }

  static func validate(_ job: NewJob) throws(StorageError) {
    do {
      try job.validate()
    } catch {
      throw .invalid(error)
    }
  }

  /// What became of a request.
  private struct Accepted {
    let result: EnqueueResult
    /// The batch that the job is in, where it was made.
    var batch: JobID?
    var id: JobID { result.id }
    var created: Bool { result.created }

    init(_ result: EnqueueResult, batch: JobID? = nil) {
      (self.result, self.batch) = (result, batch)
    }
  }

  /// Makes the job, or finds the one that its keys name.
  ///
  /// - Parameter isDrawn: whether its id is drawn.
  func accept(
    _ new: NewJob, at now: Instant, isDrawn: Bool = true, in transaction: inout Transaction
  ) throws(StorageError) -> EnqueueResult {
    try accept(
      new, at: now, isDrawn: isDrawn, isAlone: true, bulkFrom: nil, labelled: [:],
      batch: (nil, nil), in: &transaction
    ).result
  }

  /// As above, for a job of a bulk; the first that is made draws the id of its batch.
  ///
  /// - Parameters:
  ///   - isDrawn: whether its id is drawn; the later ones of a bulk just follow.
  ///   - first: the first job that the same bulk made; none of these gives way to a later one.
  ///   - replaced: the jobs that gave way to earlier ones of the bulk.
  private func accept(
    _ new: NewJob, at now: Instant, isDrawn: Bool, isAlone: Bool = false, bulkFrom first: JobID?,
    labelled: [Int: JobID], batch: (new: NewBatch?, id: JobID?), replaced: Set<JobID> = [],
    in transaction: inout Transaction
  ) throws(StorageError) -> Accepted {
    if let id = try knownRequest(new, at: now, transaction) {
      return Accepted(EnqueueResult(id: id, created: false))
    }
    let holder = try holder(inTheWayOf: new, transaction)
    let resolution = holder.map { new.onConflict.resolution(against: $0) }
    if let holder, resolution == .existing || first.map({ holder.id >= $0 }) ?? false {
      return Accepted(EnqueueResult(id: holder.id, created: false))
    }
    let followed = resolution == .queueAfter ? holder : nil
    if let followed {
      guard isAlone else {
        let key = new.uniqueKey ?? ""
        throw .keyConflict(KeyConflict(new, key: key, holder: followed))
      }
      if let id = try follower(of: followed, for: new, transaction) {
        return Accepted(EnqueueResult(id: id, created: false))
      }
    }
    let settings = try settings(of: new.queue, transaction)
    var new = new.filled(by: settings, try rules(for: new, transaction))
    new.after = new.parents(labelled)
    if let followed { new.follow(followed.id) }
    let waitsFor = try pending(of: new, transaction, countingAsLive: replaced)
    new.batch = batch.id
    var latest = try latestID(transaction)
    if batch.new != nil, batch.id == nil {
      let id = try nextID(at: now, after: latest, isDrawn: isDrawn)
      (new.batch, latest) = (id, id.rawValue)
    }
    let id = try nextID(at: now, after: latest, isDrawn: isDrawn && batch.new == nil)
    if let holder, followed == nil { try replace(holder, by: id, at: now, in: &transaction) }
    var job = Job(id: id, accepting: new, now: now, isBlocked: !waitsFor.isEmpty)
    if followed != nil { job.holdsUniqueKey = false }
    try transaction.change { [job] connection throws(SQLiteFailure) in
      try JobRow.insert(job, quantum: settings.quantum, on: connection)
      try PayloadRow.insert(id, payload: new.payload, tags: new.tags, on: connection)
      if let key = new.idempotencyKey {
        try IdempotencyRow.insert(new, key: key, id: id, at: now, on: connection)
      }
    }
    try wait(id, new.after, for: waitsFor, in: &transaction)
    transaction.count(job.queue, from: nil, to: job.state)
    transaction.tally(job.queue, .enqueued)
    let outcome: EnqueueResult.Outcome
    if let followed {
      outcome = .queuedAfter(followed.id)
    } else {
      outcome = holder.map { .replaced($0.id) } ?? .created
    }
    let result = EnqueueResult(id: id, outcome: outcome)
    return Accepted(result, batch: job.batch)
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
          coalesce((SELECT max(id) FROM qctl_batches), 0),
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
