import Jobs
package import Storage

extension SQLiteStore {
  package func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    let (outcomes, leavesEnds) = try withSession { session throws(StorageError) in
      try session.write(at: request.now) { transaction throws(StorageError) in
        var outcomes: [ItemOutcome] = []
        outcomes.reserveCapacity(request.items.count)
        let seesBulks = try transaction.sql(BulkRange.exist)
        for item in request.items {
          if seesBulks { try promoteOne(item.id, in: &transaction) }
          outcomes.append(try apply(request, to: item, in: &transaction))
        }
        try tellDependants(at: request.now, in: &transaction)
        if let record = request.endingRecord(outcomes) { try log(record, in: &transaction) }
        return (outcomes, transaction.leavesEnds)
      }
    }
    if leavesEnds { tellRest(at: request.now) }
    return outcomes
  }

  private func apply(
    _ request: ApplyRequest, to item: PlanItem, in transaction: inout Transaction
  ) throws(StorageError) -> ItemOutcome {
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try Self.soundJob(item.id, on: connection)
    }
    guard let job = found else { return .missing }
    guard item.isStill(job) else { return request.verb.outcome(of: job) }
    let time = request.time(for: item)
    switch request.verb {
    case .purge: return try purge(job, request, in: &transaction)
    case .cancel: return try cancel(job, request, in: &transaction)
    case .retry: return try bringBack(job, to: job.queue, at: time, request, in: &transaction)
    case .replay(_, let queue):
      return try bringBack(job, to: queue ?? job.queue, at: time, request, in: &transaction)
    case .move(let queue): return try move(job, to: queue, request, in: &transaction)
    case .edit(let edit): return try change(job, by: edit, request, in: &transaction)
    }
  }

  private func bringBack(
    _ before: Job, to queue: QueueName, at when: Instant, _ request: ApplyRequest,
    in transaction: inout Transaction
  ) throws(StorageError) -> ItemOutcome {
    var job = before
    if before.state.isTerminal || before.holdsUniqueKey, let key = before.uniqueKey {
      if let conflict = try conflict(of: job, key, in: queue, transaction) { return conflict }
      job.holdsUniqueKey = true
    }
    do {
      try job.apply(.retry(at: when), at: request.now)
    } catch {
      return .changedMeanwhile(before.state)
    }
    job.queue = queue
    let event: LogRecord.Event = before.state.isTerminal ? .replayed : .retried
    try store(job, before, event, request, in: &transaction)
    return .done
  }

  private func move(
    _ before: Job, to queue: QueueName, _ request: ApplyRequest, in transaction: inout Transaction
  ) throws(StorageError) -> ItemOutcome {
    guard request.verb.applies(to: before.state) else { return .changedMeanwhile(before.state) }
    guard before.queue != queue else { return .alreadyDone }
    if before.holdsUniqueKey, let key = before.uniqueKey,
      let conflict = try conflict(of: before, key, in: queue, transaction)
    {
      return conflict
    }
    var job = before
    job.queue = queue
    try store(job, before, .moved, request, in: &transaction)
    return .done
  }

  private func conflict(
    of job: Job, _ key: String, in queue: QueueName, _ transaction: Transaction
  ) throws(StorageError) -> ItemOutcome? {
    guard let holder = try holder(of: key, in: queue, transaction), holder != job.id else {
      return nil
    }
    return .conflict(KeyConflict(kind: .unique, key: key, queue: queue, holder: holder))
  }

  private func change(
    _ job: Job, by edit: PayloadEdit, _ request: ApplyRequest, in transaction: inout Transaction
  ) throws(StorageError) -> ItemOutcome {
    guard request.verb.applies(to: job.state) else { return .changedMeanwhile(job.state) }
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try PayloadRow.payload(of: job.id, on: connection)
    }
    guard let before = found else { return .missing }
    let after: [UInt8]
    do { after = try edit.apply(to: before) } catch { return .refused(error) }
    guard after != before else { return .alreadyDone }
    var action = request.action(.edited)
    action.payload = before
    let tags = try transaction.change { connection throws(SQLiteFailure) in
      let tags = try PayloadRow.tags(of: job.id, on: connection)
      try IdempotencyRow.seal(job, before, tags, on: connection)
      try PayloadRow.setPayload(job.id, after, on: connection)
      try PayloadRow.append([action], of: job.id, on: connection)
      return tags
    }
    try log(request.record(.edited, job, tags), in: &transaction)
    return .done
  }

  private func cancel(
    _ before: Job, _ request: ApplyRequest, in transaction: inout Transaction
  ) throws(StorageError) -> ItemOutcome {
    guard !before.cancelRequested else { return .alreadyDone }
    var job = before
    do {
      try job.apply(.cancel, at: request.now)
    } catch {
      return .changedMeanwhile(before.state)
    }
    let asked = job.state == .active
    try store(job, before, asked ? .cancelRequested : .cancelled, request, in: &transaction)
    return asked ? .requested : .done
  }

  /// Writes a changed job, what was done to it, and the log of it.
  func store(
    _ job: Job, _ before: Job, _ event: LogRecord.Event, _ request: ApplyRequest,
    in transaction: inout Transaction
  ) throws(StorageError) {
    let from = job.queue == before.queue ? nil : before.queue
    var action = request.action(event)
    action.fromQueue = from
    let isKept = event != .cancelRequested
    let tags = try transaction.change { [action] connection throws(SQLiteFailure) in
      let tags = try PayloadRow.tags(of: job.id, on: connection)
      if from != nil { try Self.transfer(before, to: job.queue, tags, on: connection) }
      if event != .moved { try JobRow.update(job, on: connection) }
      if isKept { try PayloadRow.append([action], of: job.id, on: connection) }
      return tags
    }
    if from == nil {
      transaction.count(job.queue, from: before.state, to: job.state)
    } else {
      transaction.count(before.queue, from: before.state, to: nil)
      transaction.count(job.queue, from: nil, to: job.state)
    }
    transaction.announce()
    try transaction.follow(before, job)
    var record = request.record(event, job, tags)
    record.fromQueue = from
    try log(record, in: &transaction)
  }

  /// Puts the row of a job into another queue, before it takes its key there.
  private static func transfer(
    _ job: Job, to queue: QueueName, _ tags: [Tag], on connection: Connection
  ) throws(SQLiteFailure) {
    if job.idempotencyKey != nil, let payload = try PayloadRow.payload(of: job.id, on: connection) {
      try IdempotencyRow.seal(job, payload, tags, on: connection)
    }
    try JobRow.setQueue(queue, of: job.id, on: connection)
    // Tidying has perhaps passed over it, since its old queue keeps jobs for longer.
    if job.state.isTerminal { try TidyCursor.forgetAll(on: connection) }
  }

  private func purge(
    _ job: Job, _ request: ApplyRequest, in transaction: inout Transaction
  ) throws(StorageError) -> ItemOutcome {
    guard job.state != .active else { return .changedMeanwhile(.active) }
    let tags = try transaction.change { connection throws(SQLiteFailure) in
      let tags = try PayloadRow.tags(of: job.id, on: connection)
      try Self.remove(job.id, on: connection)
      return tags
    }
    transaction.count(job.queue, from: job.state, to: nil)
    try transaction.follow(job, nil)
    try log(request.record(.purged, job, tags), in: &transaction)
    return .done
  }

  /// Ids only rise, also past the newest job's removal.
  static func remove(_ id: JobID, on connection: Connection) throws(SQLiteFailure) {
    try connection.statement("UPDATE qctl_meta SET value = max(value, ?1) WHERE key = 'id_floor'")
      .run(about: id)
    try connection.statement("DELETE FROM qctl_jobs WHERE id = ?1").run(about: id)
    try connection.statement("DELETE FROM qctl_payloads WHERE id = ?1").run(about: id)
    try connection.statement("DELETE FROM qctl_attempts WHERE job_id = ?1").run(about: id)
    try connection.statement("DELETE FROM qctl_outputs WHERE job_id = ?1").run(about: id)
    try ParentRow.remove(id.rawValue, on: connection)
  }

}

extension Statement {
  /// Runs a statement whose one parameter is a job.
  fileprivate func run(about id: JobID) throws(SQLiteFailure) {
    bind(1, id.rawValue)
    try run()
  }
}
