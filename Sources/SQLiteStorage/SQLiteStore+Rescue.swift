package import Jobs
package import Storage

/// Taking jobs out of the hands of workers that are gone.
extension SQLiteStore {
  package func rescue(_ request: RescueRequest) throws(StorageError) -> Int {
    try withSession { session throws(StorageError) in
      try session.write(at: request.now) { transaction throws(StorageError) in
        let lost = try jobs(of: request.presence, transaction)
        let reason = request.isDead ? "worker died" : "worker silent"
        for job in lost {
          try rescue(
            job, try loss(of: job, request, transaction), reason: reason, at: request.now,
            in: &transaction)
        }
        try tellDependants(at: request.now, in: &transaction)
        return lost.count
      }
    }
  }

  package func presences() throws(StorageError) -> [PresenceID] {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        let statement = try connection.statement(
          """
          SELECT DISTINCT presence FROM qctl_jobs
          WHERE state = 'active' AND presence IS NOT NULL ORDER BY presence
          """)
        defer { statement.reset() }
        var found: [PresenceID] = []
        while try statement.step() {
          if let id = PresenceID(rawValue: statement.integer(0)) { found.append(id) }
        }
        return found
      }
    }
  }

  /// Frees one job, as its loss says.
  ///
  /// Of one that had not started nothing is told: it is as if nobody had claimed it.
  func rescue(
    _ job: Job, _ loss: Loss, reason: String, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) {
    let lease = Lease(id: job.id, token: job.token ?? LeaseToken(rawValue: 0))
    let settlement = Settlement(lease, .release(reason: reason))
    let isQuiet = loss == .unstarted && !job.cancelRequested
    guard !isQuiet else { return try move(job, by: .rescue(loss), at: now, in: &transaction) }
    var after = job
    do { try after.apply(.rescue(loss), at: now) } catch { return }
    try retakeKey(of: &after, since: job, transaction)
    let isCrash = if case .alone = loss { true } else { false }
    let attempt = Attempt(lost: job, loss, error: isCrash ? after.error : nil, at: now)
    try end(
      after, dueAt: job.runAt, attempt, settlement, isCrash: isCrash, in: &transaction)
    try transaction.follow(job, after)
  }

  /// Changes the state of a job, of which nothing is told: put back as if nobody had claimed it, or
  /// become due.
  func move(
    _ before: Job, by event: JobEvent, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) {
    var job = before
    guard (try? job.apply(event, at: now)) != nil else { return }
    try retakeKey(of: &job, since: before, transaction)
    try transaction.change { [job] connection throws(SQLiteFailure) in
      try JobRow.update(job, on: connection)
    }
    transaction.count(job.queue, from: before.state, to: job.state)
  }

  func alone(_ job: Job, _ transaction: Transaction) throws(StorageError) -> Loss {
    var policy = job.backoff
    if policy == nil { policy = try settings(of: job.queue, transaction).defaults.backoff }
    return .alone(policy: policy ?? .default, random: random())
  }

  private func loss(
    of job: Job, _ request: RescueRequest, _ transaction: Transaction
  ) throws(StorageError) -> Loss {
    guard request.hasStarted(job) else { return .unstarted }
    return job.marked && request.isDead ? try alone(job, transaction) : .started
  }

  /// Few jobs are active at a time, so all of them are looked through.
  private func jobs(
    of presence: PresenceID, _ transaction: Transaction
  ) throws(StorageError) -> [Job] {
    try transaction.sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT \(JobRow.columns) FROM qctl_jobs INDEXED BY qctl_jobs_running
        WHERE state = 'active' AND presence = ?1 ORDER BY id
        """)
      statement.bind(1, presence.rawValue)
      defer { statement.reset() }
      return try JobRow.sound(statement)
    }
  }
}
