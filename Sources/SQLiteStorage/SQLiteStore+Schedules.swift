package import Jobs
package import Storage

// A tick is one row's `next_tick` brought forward, in the same transaction as the jobs that it makes,
// which is synced before anybody is told. Of all who have seen the same tick the first changes the row,
// and the others find it changed. Whoever is killed has committed both or neither.

extension SQLiteStore: StorageScheduling {
  package func schedules() throws(StorageError) -> [Schedule] {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try ScheduleRow.all(on: connection)
      }
    }
  }

  package func schedule(_ name: ScheduleName) throws(StorageError) -> Schedule? {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try ScheduleRow.find(name, on: connection)
      }
    }
  }

  package func nextTick() throws(StorageError) -> Instant? {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try ScheduleRow.nextTick(on: connection)
      }
    }
  }

  package func put(_ request: PutScheduleRequest) throws(StorageError) -> PutScheduleOutcome {
    do { try request.schedule.rule.validate() } catch { throw .invalid(error) }
    return try withSession { session throws(StorageError) in
      try session.write { transaction throws(StorageError) in
        let name = request.schedule.name
        let found = try transaction.sql { connection throws(SQLiteFailure) in
          try ScheduleRow.find(name, on: connection)
        }
        let (outcome, schedule) = request.outcome(for: found)
        guard let record = request.record(outcome) else { return outcome }
        try transaction.change { connection throws(SQLiteFailure) in
          try ScheduleRow.write(schedule, on: connection)
        }
        transaction.announce()
        try log(record, in: &transaction)
        return outcome
      }
    }
  }

  package func remove(_ request: ScheduleRequest) throws(StorageError) -> [Bool] {
    try withSession { session throws(StorageError) in
      try session.write { transaction throws(StorageError) in
        var removed: [Bool] = []
        for name in request.names { removed.append(try remove(name, request, in: &transaction)) }
        return removed
      }
    }
  }

  private func remove(
    _ name: ScheduleName, _ request: ScheduleRequest, in transaction: inout Transaction
  ) throws(StorageError) -> Bool {
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try ScheduleRow.find(name, on: connection)
    }
    guard let found else { return false }
    try transaction.change { connection throws(SQLiteFailure) in
      try ScheduleRow.remove(name, on: connection)
    }
    let record = LogRecord(
      .scheduleRemoved, at: request.now, schedule: found, actor: request.actor,
      reason: request.reason)
    try log(record, in: &transaction)
    return true
  }

  package func setPaused(_ request: PauseScheduleRequest) throws(StorageError) -> Bool? {
    try withSession { session throws(StorageError) in
      try session.write { transaction throws(StorageError) in
        let found = try transaction.sql { connection throws(SQLiteFailure) in
          try ScheduleRow.find(request.name, on: connection)
        }
        guard let found else { return nil }
        guard found.isPaused != request.paused else { return false }
        try transaction.change { connection throws(SQLiteFailure) in
          try ScheduleRow.advance(found.switched(by: request), on: connection)
        }
        if !request.paused { transaction.announce() }
        try log(request.record(of: found), in: &transaction)
        return true
      }
    }
  }

  package func fire(_ request: FireRequest) throws(StorageError) -> FireOutcome {
    if request.seen.rule.job.hasKey {
      try takePublishedKeys(at: request.now, within: staging.patience)
    }
    return try withSession { session throws(StorageError) in
      try session.write(at: request.now) { transaction throws(StorageError) in
        let found = try transaction.sql { connection throws(SQLiteFailure) in
          try ScheduleRow.find(request.seen.name, on: connection)
        }
        guard let found, found.isStill(request.seen) else { return .changedMeanwhile }
        return try fire(found, request, in: &transaction)
      }
    }
  }

  private func fire(
    _ schedule: Schedule, _ request: FireRequest, in transaction: inout Transaction
  ) throws(StorageError) -> FireOutcome {
    var last = try schedule.lastJob.flatMap { (id) throws(StorageError) in
      try isLive(id, transaction) ? id : nil
    }
    var made: [JobID] = []
    for job in request.jobs(lastIsLive: last != nil) {
      do throws(StorageError) {
        let id = try accept(request.queued(job, behind: last), at: request.now, in: &transaction).id
        made.append(id)
        last = id
      } catch {
        // Refused before anything was changed.
        guard case .keyConflict = error else { throw error }
      }
    }
    let skipped = request.due.ticks.count - made.count
    for record in request.records(skipped: skipped, lastJob: last) {
      try log(record, in: &transaction)
    }
    let after = schedule.advanced(by: request.due, lastJob: made.last)
    try transaction.change { connection throws(SQLiteFailure) in
      try ScheduleRow.advance(after, on: connection)
    }
    return .fired(made, skipped: skipped)
  }

  /// Whether a job is there and has not ended.
  private func isLive(
    _ id: JobID, _ transaction: Transaction
  ) throws(StorageError) -> Bool {
    try transaction.sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement("SELECT state FROM qctl_jobs WHERE id = ?1")
      statement.bind(1, id.rawValue)
      defer { statement.reset() }
      guard try statement.step() else { return false }
      return JobState(rawValue: statement.text(0)).map { !$0.isTerminal } ?? false
    }
  }
}
