package import Jobs
package import Storage

/// Taking the store out, and another one in.
extension SQLiteStore {
  package func requests(
    _ request: KnownRequestPageRequest
  ) throws(StorageError) -> KnownRequestPage {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try IdempotencyRow.page(request, on: connection)
      }
    }
  }

  package func restore(
    _ parts: [ArchivePart], at now: Instant
  ) throws(StorageError) -> [RestoreOutcome] {
    guard !parts.isEmpty else { return [] }
    return try withSession { session throws(StorageError) in
      try session.write { transaction throws(StorageError) in
        var outcomes: [RestoreOutcome] = []
        outcomes.reserveCapacity(parts.count)
        var endsJobs = false
        for part in parts {
          let outcome = try restore(part, at: now, in: &transaction)
          if outcome != .alreadyThere { endsJobs = endsJobs || part.isTidied }
          outcomes.append(outcome)
          if transaction.isCrowded { try transaction.finish() }
        }
        // What is there already may have been written by somebody who died before the sync, so this
        // counts as a change even where nothing is left to write.
        try tellDependants(at: now, in: &transaction)
        let forgets = endsJobs
        try transaction.change { connection throws(SQLiteFailure) in
          if forgets { try TidyCursor.forgetAll(on: connection) }
        }
        return outcomes
      }
    }
  }

  private func restore(
    _ part: ArchivePart, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) -> RestoreOutcome {
    switch part {
    case .queue(let queue): return try restore(queue, at: now, in: &transaction)
    case .rules(let rules): return try restore(rules, in: &transaction)
    case .health(let rule): return try restore(rule, in: &transaction)
    case .batch(let batch): return try restore(batch, in: &transaction)
    case .job(let detail): return try restore(detail, in: &transaction)
    case .request(let request):
      return try transaction.change { connection throws(SQLiteFailure) in
        try PresentMinute.open(nil, of: request.queue, on: connection)
        return try IdempotencyRow.restore(request, at: now, on: connection)
      }
    case .schedule(let schedule):
      let found = try transaction.sql { connection throws(SQLiteFailure) in
        try ScheduleRow.find(schedule.name, on: connection)
      }
      guard found == nil else { return found == schedule ? .alreadyThere : .differs }
      try transaction.change { connection throws(SQLiteFailure) in
        try ScheduleRow.write(schedule, on: connection)
      }
      return .restored
    case .record(let record):
      try log(record, in: &transaction)
      return .restored
    case .minute(let minute):
      return try transaction.change { connection throws(SQLiteFailure) in
        try PresentMinute.open(nil, of: minute.queue, on: connection)
        return try MinuteRow.restore(minute, on: connection)
      }
    }
  }
}

// MARK: - Queues

extension SQLiteStore {
  private func restore(
    _ archive: QueueArchive, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) -> RestoreOutcome {
    let queue = archive.queue
    let before = try transaction.sql { connection throws(SQLiteFailure) in
      (
        try Self.pause(of: queue, at: now, on: connection),
        try SettingsRow.settings(of: queue, on: connection)
      )
    }
    let isPaused = archive.isPaused(at: now)
    let wanted = Pause(
      isPaused: isPaused, until: isPaused ? archive.pausedUntil?.milliseconds : nil,
      reason: isPaused ? archive.pauseReason : nil)
    guard before.0 != wanted || before.1 != archive.settings else { return .alreadyThere }
    try transaction.change { connection throws(SQLiteFailure) in
      try PresentMinute.open(nil, of: queue, on: connection)
      try Self.store(wanted, of: queue, on: connection)
    }
    try store(archive.settings, of: queue, in: &transaction)
    if !isPaused { transaction.announce() }
    return .restored
  }
}

extension SQLiteStore {
  private func restore(
    _ rules: Retention, in transaction: inout Transaction
  ) throws(StorageError) -> RestoreOutcome {
    let there = try transaction.sql(KeepRules.all)
    guard there == Retention() else { return there == rules ? .alreadyThere : .differs }
    try transaction.change { connection throws(SQLiteFailure) in
      try KeepRules.store(rules, on: connection)
    }
    return .restored
  }
}

extension SQLiteStore {
  private func restore(
    _ rule: StoredHealthRule, in transaction: inout Transaction
  ) throws(StorageError) -> RestoreOutcome {
    let outcome = rule.restoring(among: try transaction.sql(HealthRow.all))
    guard outcome == .restored else { return outcome }
    try transaction.change { connection throws(SQLiteFailure) in
      try HealthRow.write(rule, named: rule.name, on: connection)
    }
    return outcome
  }
}

// MARK: - Jobs

extension SQLiteStore {
  private func restore(
    _ batch: BatchSummary, in transaction: inout Transaction
  ) throws(StorageError) -> RestoreOutcome {
    let (there, isJob) = try transaction.sql { connection throws(SQLiteFailure) in
      (
        try BatchRow.batch(batch.id, on: connection), try Self.hasRow(batch.id, on: connection)
      )
    }
    if let there { return there == batch ? .alreadyThere : .differs }
    guard !isJob else { return .differs }
    try transaction.change { connection throws(SQLiteFailure) in
      try BatchRow.save(batch, on: connection)
    }
    transaction.touchBatch(batch.id)
    return .restored
  }

  private func restore(
    _ detail: JobDetail, in transaction: inout Transaction
  ) throws(StorageError) -> RestoreOutcome {
    var detail = detail
    let stateBefore = detail.job.state
    detail.job = detail.job.withoutWorker
    let job = detail.job
    let conflict = try conflict(of: job, transaction)
    if conflict != nil { detail.job.holdsUniqueKey = false }
    let wanted = detail
    let isThere = try transaction.sql { connection throws(SQLiteFailure) in
      try Self.hasRow(job.id, on: connection)
    }
    guard !isThere else {
      let there = try transaction.sql { connection throws(SQLiteFailure) in
        try Self.soundDetail(job.id, on: connection)
      }
      return there == wanted ? .alreadyThere : .differs
    }
    try transaction.change { connection throws(SQLiteFailure) in
      try Self.insert(wanted, on: connection)
    }
    transaction.count(job.queue, from: nil, to: job.state)
    try wait(job.id, wanted.after, for: wanted.waitsFor, in: &transaction)
    try transaction.change { connection throws(SQLiteFailure) in
      try ParentRow.count(job.id, on: connection)
    }
    if job.state.isTerminal { try transaction.followEnd(of: job.id) }
    // One that was asked to stop is cancelled by the handover.
    if let batch = job.batch, job.state != stateBefore {
      transaction.countBatch(batch, from: stateBefore, to: job.state)
    }
    return conflict.map { .withoutKey($0) } ?? .restored
  }

  /// The other job that has the unique key which this one held.
  private func conflict(
    of job: Job, _ transaction: Transaction
  ) throws(StorageError) -> KeyConflict? {
    guard job.holdsUniqueKey, let key = job.uniqueKey,
      let holder = try holder(of: key, in: job.queue, transaction), holder != job.id
    else { return nil }
    return KeyConflict(kind: .unique, key: key, queue: job.queue, holder: holder)
  }

  /// Whether a row has this id, be it unreadable or part of a bulk that nobody may see yet.
  private static func hasRow(
    _ id: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement("SELECT 1 FROM qctl_jobs WHERE id = ?1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    return try statement.step()
  }

  private static func insert(
    _ detail: JobDetail, on connection: Connection
  ) throws(SQLiteFailure) {
    let id = detail.job.id
    try JobRow.insert(detail.job, on: connection)
    try JobRow.update(detail.job, on: connection)
    try PayloadRow.insert(id, payload: detail.payload, tags: detail.tags, on: connection)
    if let result = detail.result { try PayloadRow.setResult(id, result, on: connection) }
    try PayloadRow.append(detail.actions, of: id, on: connection)
    for attempt in detail.attempts { try AttemptRow.insert(attempt, of: id, on: connection) }
  }
}

extension ArchivePart {
  /// Whether tidying looks for it behind a place up to which it has looked.
  fileprivate var isTidied: Bool {
    switch self {
    case .queue, .rules: true
    case .job(let detail): detail.job.finishedAt != nil || !detail.attempts.isEmpty
    case .health, .batch, .request, .record, .minute, .schedule: false
    }
  }
}
