package import Jobs
package import Storage

extension SQLiteStore {
  package func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    guard !settlements.isEmpty else {
      guard let request else { return SettleResult(outcomes: [], claimed: []) }
      return SettleResult(outcomes: [], claimed: try claim(request))
    }
    return try withSession { session throws(StorageError) in
      var seen: [Seen] = []
      if let request { seen = try seek(request, session) }
      return try session.write(at: now) { transaction throws(StorageError) in
        var outcomes: [SettleOutcome] = []
        outcomes.reserveCapacity(settlements.count)
        for settlement in settlements {
          outcomes.append(try settle(settlement, at: now, in: &transaction))
        }
        try tellDependants(at: now, in: &transaction)
        guard let request else { return SettleResult(outcomes: outcomes, claimed: []) }
        return SettleResult(outcomes: outcomes, claimed: try take(request, seen, in: &transaction))
      }
    }
  }

  package func renew(
    _ leases: [Lease], until: Instant, at now: Instant
  ) throws(StorageError) -> [LeaseStatus] {
    guard !leases.isEmpty else { return [] }
    return try withSession { session throws(StorageError) in
      try session.write(durable: false) { transaction throws(StorageError) in
        var statuses: [LeaseStatus] = []
        for lease in leases {
          let status = try transaction.sql { connection throws(SQLiteFailure) in
            try Self.status(of: lease, on: connection)
          }
          if status == .lost {
            try noteLost(Settlement(lease, .putBack), at: now, in: &transaction)
          } else {
            try transaction.change { connection throws(SQLiteFailure) in
              let statement = try connection.statement(
                """
                UPDATE qctl_jobs SET lease_until = ?2 WHERE id = ?1 AND presence IS NULL
                """)
              statement.bind(1, lease.id.rawValue)
              statement.bind(2, until.milliseconds)
              try statement.run()
            }
          }
          statuses.append(status)
        }
        return statuses
      }
    }
  }

  package func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        var statuses: [LeaseStatus] = []
        for lease in leases { statuses.append(try Self.status(of: lease, on: connection)) }
        return statuses
      }
    }
  }

  private static func status(
    of lease: Lease, on connection: Connection
  ) throws(SQLiteFailure) -> LeaseStatus {
    let statement = try connection.statement(
      "SELECT cancel_requested FROM qctl_jobs WHERE id = ?1 AND state = 'active' AND token = ?2")
    statement.bind(1, lease.id.rawValue)
    statement.bind(2, lease.token.rawValue)
    defer { statement.reset() }
    guard try statement.step() else { return .lost }
    return statement.integer(0) != 0 ? .cancelRequested : .held
  }

  private func settle(
    _ settlement: Settlement, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) -> SettleOutcome {
    if let state = try completeHeld(settlement, at: now, in: &transaction) {
      return .settled(state)
    }
    let job = try transaction.sql { connection throws(SQLiteFailure) in
      try Self.soundJob(settlement.lease.id, on: connection)
    }
    guard let job, job.state == .active, job.token == settlement.lease.token else {
      try noteLost(settlement, job, at: now, in: &transaction)
      return .leaseLost
    }
    guard settlement.verdict != .putBack || job.cancelRequested else {
      try move(job, by: .release, at: now, in: &transaction)
      return .settled(.ready)
    }
    var after = job
    let policy = try policy(for: settlement, job, transaction)
    do {
      try after.apply(settlement.event(for: job, policy: policy, random: random), at: now)
    } catch {
      return .settled(job.state)
    }
    try retakeKey(of: &after, since: job, transaction)
    try end(
      after, dueAt: job.runAt, settlement.attempt(of: job, at: now), settlement, in: &transaction)
    try transaction.follow(job, after)
    return .settled(after.state)
  }

  /// Ends a job that this process claimed, without reading it again.
  ///
  /// - Returns: `nil` where that cannot be or is not known, and nothing has changed.
  private func completeHeld(
    _ settlement: Settlement, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) -> JobState? {
    guard let held = transaction.held.take(settlement.lease), case .complete = settlement.verdict,
      !held.job.holdsUniqueKey || held.job.uniqueScope == .kept
    else { return nil }
    var job = held.job
    guard (try? job.apply(.complete, at: now)) != nil else { return nil }
    let isDone = try transaction.change { connection throws(SQLiteFailure) in
      try JobRow.complete(job, by: settlement.lease.token, on: connection)
    }
    guard isDone else { return nil }
    try tell(
      of: job, dueAt: job.runAt, settlement.attempt(of: held.job, at: now), settlement,
      tags: held.tags, in: &transaction)
    if let batch = job.batch { transaction.countBatch(batch, from: .active, to: .completed) }
    return job.state
  }

  private func noteLost(
    _ settlement: Settlement, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) {
    let job = try transaction.sql { connection throws(SQLiteFailure) in
      try Self.soundJob(settlement.lease.id, on: connection)
    }
    try noteLost(settlement, job, at: now, in: &transaction)
  }

  private func noteLost(
    _ settlement: Settlement, _ job: Job?, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) {
    try log(settlement.leaseLost(job, at: now), in: &transaction)
  }

  /// Ends an execution: the job, its attempt, its output and its log record, all together.
  ///
  /// - Parameters:
  ///   - job: as it is afterwards.
  ///   - due: since when it had waited for the execution.
  ///   - isCrash: whether its worker died while the job ran alone.
  func end(
    _ job: Job, dueAt due: Instant, _ attempt: Attempt, _ settlement: Settlement,
    isCrash: Bool = false,
    in transaction: inout Transaction
  ) throws(StorageError) {
    let tags = try transaction.change { connection throws(SQLiteFailure) in
      try JobRow.update(job, on: connection)
      return try PayloadRow.tags(of: job.id, on: connection)
    }
    try tell(
      of: job, dueAt: due, attempt, settlement, tags: tags, isCrash: isCrash, in: &transaction)
  }

  /// Writes what follows from the end of an execution beside the job's row.
  private func tell(
    of job: Job, dueAt due: Instant, _ attempt: Attempt, _ settlement: Settlement, tags: [Tag],
    isCrash: Bool = false,
    in transaction: inout Transaction
  ) throws(StorageError) {
    try transaction.change { connection throws(SQLiteFailure) in
      try AttemptRow.insert(attempt, of: job.id, on: connection)
      // Only a job that was brought back can have a result of an earlier run, which must not stay.
      if case .complete(let result) = settlement.verdict, result != nil || job.replays > 0 {
        try PayloadRow.setResult(job.id, result, on: connection)
      }
    }
    transaction.count(job.queue, from: .active, to: job.state)
    if let total = Self.total(of: attempt.outcome, job.state, isCrash: isCrash) {
      transaction.tally(job.queue, total)
    }
    if attempt.outcome.isTimed {
      transaction.time(
        job.queue, attempt.finishedAt.since(attempt.startedAt),
        after: attempt.startedAt.since(due))
    }
    try log(attempt.record(job, tags, reason: settlement.reason), in: &transaction)
  }

  private static func total(
    of outcome: Attempt.Outcome, _ state: JobState, isCrash: Bool
  ) -> CountChange.Total? {
    switch outcome {
    case .completed: .succeeded
    case .failed, .timedOut, .rejected: total(ofFailure: state)
    case .lost where isCrash: total(ofFailure: state)
    case .released, .snoozed, .lost, .cancelled: nil
    }
  }

  /// One that was asked to stop is not tried again.
  private static func total(ofFailure state: JobState) -> CountChange.Total? {
    switch state {
    case .dead: .dead
    case .cancelled: nil
    default: .retried
    }
  }

  func log(_ record: LogRecord, in transaction: inout Transaction) throws(StorageError) {
    try transaction.change { connection throws(SQLiteFailure) in
      try LogRow.insert(record, on: connection)
    }
  }

  package func record(_ records: [LogRecord]) throws(StorageError) {
    try withSession { session throws(StorageError) in
      try session.write(durable: false) { transaction throws(StorageError) in
        for record in records { try log(record, in: &transaction) }
      }
    }
  }
}
