import Jobs
package import Storage

extension SQLiteStore {
  package func plan(_ request: PlanRequest) throws(StorageError) -> Plan {
    let order = request.verb.order
    let limit = request.filter.limit ?? .max
    var plan = Plan()
    var found = Set<JobID>()
    let named = !request.filter.ids.isEmpty
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        let query = try JobQuery.planned(
          request.filter, order: order, now: request.now, on: connection)
        try query.forEach(on: connection) { job in
          if named { found.insert(job.id) }
          let shown = job.effectiveState(at: request.now)
          guard request.verb.applies(to: shown) else {
            if named { plan.unfit.append(PlanItem(id: job.id, state: shown)) }
            return true
          }
          guard plan.items.count < limit else { return false }
          plan.items.append(PlanItem(job))
          plan.queues[job.queue, default: 0] += 1
          if plan.sample.count < request.sampleSize { plan.sample.append(job) }
          return true
        }
        if named {
          for id in request.filter.ids where !found.contains(id) {
            if try Self.soundJob(id, on: connection) == nil { plan.missing.append(id) }
          }
        }
      }
    }
    return plan
  }

  package func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    try withSession { session throws(StorageError) in
      try session.write(at: request.now) { transaction throws(StorageError) in
        var outcomes: [ItemOutcome] = []
        outcomes.reserveCapacity(request.items.count)
        let seesBulks = try transaction.sql(BulkRange.exist)
        for item in request.items {
          if seesBulks { try promoteOne(item.id, in: &transaction) }
          outcomes.append(try apply(request, to: item, in: &transaction))
        }
        return outcomes
      }
    }
  }

  private func apply(
    _ request: ApplyRequest, to item: PlanItem, in transaction: inout Transaction
  ) throws(StorageError) -> ItemOutcome {
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try Self.soundJob(item.id, on: connection)
    }
    guard let job = found else { return .missing }
    guard item.isStill(job) else { return request.verb.outcome(of: job) }
    switch request.verb {
    case .purge: return try purge(job, request, in: &transaction)
    case .cancel: return try cancel(job, request, in: &transaction)
    case .retry, .replay:
      return try bringBack(job, at: request.time(for: item), request, in: &transaction)
    case .move, .edit: return .refused(InvalidValue(.payload, "cannot be changed here yet"))
    }
  }

  private func bringBack(
    _ before: Job, at when: Instant, _ request: ApplyRequest, in transaction: inout Transaction
  ) throws(StorageError) -> ItemOutcome {
    var job = before
    if before.state.isTerminal, let key = before.uniqueKey {
      if let holder = try holder(of: key, in: before.queue, transaction) {
        return .conflict(
          KeyConflict(kind: .unique, key: key, queue: before.queue, holder: holder))
      }
      job.holdsUniqueKey = true
    }
    do {
      try job.apply(.retry(at: when), at: request.now)
    } catch {
      return .changedMeanwhile(before.state)
    }
    try store(job, before, before.state.isTerminal ? .replayed : .retried, request, &transaction)
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
    try store(job, before, asked ? .cancelRequested : .cancelled, request, &transaction)
    return asked ? .requested : .done
  }

  private func store(
    _ job: Job, _ before: Job, _ event: LogRecord.Event, _ request: ApplyRequest,
    _ transaction: inout Transaction
  ) throws(StorageError) {
    let tags = try transaction.change { connection throws(SQLiteFailure) in
      try JobRow.update(job, on: connection)
      return try PayloadRow.tags(of: job.id, on: connection)
    }
    transaction.count(job.queue, from: before.state, to: job.state)
    transaction.announce()
    try log(request.record(event, job, tags), in: &transaction)
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
  }

}

extension Statement {
  /// Runs a statement whose one parameter is a job.
  fileprivate func run(about id: JobID) throws(SQLiteFailure) {
    bind(1, id.rawValue)
    try run()
  }
}
