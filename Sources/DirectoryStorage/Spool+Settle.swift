import Jobs
import PosixIO
import Storage

extension Spool {
  /// Ends a lease as its settlement says.
  ///
  /// A lease that is over but not rescued still counts: its name is still there.
  func settle(_ settlement: Settlement, at now: Instant) throws(StorageError) -> SettleOutcome {
    // A rename that is asked to stop between our look and ours makes us look again.
    for look in 0..<Self.mostLooks {
      guard let before = try holder(of: settlement.lease, isChecked: look > 0) else { break }
      if let outcome = try settle(settlement, before, at: now) { return outcome }
    }
    unlogged.append(try leaseLost(settlement, at: now))
    return .leaseLost
  }

  private static let mostLooks = 8

  private func settle(
    _ settlement: Settlement, _ before: StoredJob, at now: Instant
  ) throws(StorageError) -> SettleOutcome? {
    var job = before.job
    do { try job.apply(event(for: settlement, job), at: now) } catch { return nil }
    // Given back before it started: as if it had not been claimed, but for the number.
    let isQuiet = settlement.verdict == .putBack && job.state != .cancelled
    var change = JobChange(before: before, after: job)
    if !isQuiet { change.execution = attempt(settlement, before.job, at: now) }
    if case .complete(let result) = settlement.verdict { change.result = .set(result) }
    guard let stored = try self.change(change, at: now) else { return nil }
    held[job.id] = nil
    ended(before.job, stored)
    if let execution = change.execution {
      unlogged.append(line(settlement, execution, stored, at: now))
    }
    return .settled(job.state)
  }

  /// What follows once a job is terminal.
  func ended(_ before: Job, _ stored: StoredJob) {
    guard stored.job.state.isTerminal, before.holdsUniqueKey else { return }
    freed.append(stored)
  }

  private func event(for settlement: Settlement, _ job: Job) -> JobEvent {
    let error = settlement.error.map { ErrorText.capped($0) }
    return switch settlement.verdict {
    case .complete: .complete
    case .fail(let retryAfter): failure(error, retryAfter, job)
    case .timeOut: failure(error, nil, job)
    case .reject: .reject(error: error)
    case .release, .putBack: .release
    case .snooze(let until): .snooze(until: until)
    case .cancel: .finishCancel
    }
  }

  private func failure(_ error: String?, _ retryAfter: TimeSpan?, _ job: Job) -> JobEvent {
    .fail(error: error, retryAfter: retryAfter, policy: job.backoff ?? .default, random: random())
  }

  private func attempt(_ settlement: Settlement, _ before: Job, at now: Instant) -> Attempt {
    Attempt(
      attempt: before.attempt, startedAt: before.startedAt ?? now, finishedAt: now,
      outcome: outcome(settlement.verdict), worker: before.worker ?? "",
      error: settlement.error.map { ErrorText.capped($0) }, exitCode: settlement.exitCode,
      signal: settlement.signal, output: settlement.output.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// How the execution ended: as the worker said, whatever became of the job.
  private func outcome(_ verdict: Settlement.Verdict) -> Attempt.Outcome {
    switch verdict {
    case .complete: .completed
    case .fail: .failed
    case .timeOut: .timedOut
    case .reject: .rejected
    case .release, .putBack: .released
    case .snooze: .snoozed
    case .cancel: .cancelled
    }
  }
}

// MARK: - The log

extension Spool {
  private func line(
    _ settlement: Settlement, _ attempt: Attempt, _ stored: StoredJob, at now: Instant
  ) -> LogRecord {
    let event = Self.event(attempt.outcome, stored.job.state)
    var line = LogRecord(event, at: now, job: stored.job, tags: stored.tags)
    line.duration = attempt.finishedAt.since(attempt.startedAt)
    line.error = attempt.error
    line.exitCode = attempt.exitCode
    line.signal = attempt.signal
    line.worker = attempt.worker
    if case .release(let reason) = settlement.verdict { line.reason = reason }
    return line
  }

  private static func event(_ outcome: Attempt.Outcome, _ state: JobState) -> LogRecord.Event {
    switch state {
    case .completed: .completed
    case .dead: .dead
    case .cancelled: .cancelled
    default: outcome == .released ? .released : outcome == .snoozed ? .snoozed : .failed
    }
  }

  /// Tells that somebody came too late; whose the stale token was, and of which attempt, only they
  /// know.
  func leaseLost(_ settlement: Settlement, at now: Instant) throws(StorageError) -> LogRecord {
    var line = LogRecord(.leaseLost, at: now)
    line.jobID = settlement.lease.id
    if let place = try locate(settlement.lease.id), let stored = try read(place) {
      line.queue = stored.job.queue
      line.jobType = stored.job.type
      line.status = stored.job.state
    }
    line.attempt = settlement.attempt
    line.worker = settlement.worker
    return line
  }
}

// MARK: - Leases

extension Spool {
  /// Extends a valid lease; one that is asked to stop too, since stopping takes time.
  func renew(
    _ lease: Lease, until: Instant, at now: Instant
  ) throws(StorageError) -> LeaseStatus {
    for _ in 0..<Self.mostLooks {
      guard var stored = try holder(of: lease) else { break }
      let status: LeaseStatus = stored.job.cancelRequested ? .cancelRequested : .held
      // A sign of life needs no renewal.
      guard stored.job.presence == nil else { return status }
      let before = stored.place
      stored.job.leaseUntil = until
      stored.place = JobPlace(
        of: stored.job, revision: before.name.revision, isEdited: before.name.isEdited)
      guard before != stored.place else { return status }
      if try move(before.path, to: stored.place) {
        touched(stored.place.folder)
        if held[lease.id] != nil { hold(stored) }
        return status
      }
    }
    unlogged.append(try leaseLost(Settlement(lease, .putBack), at: now))
    return .lost
  }

  /// What stands of a lease.
  func status(of lease: Lease) throws(StorageError) -> LeaseStatus {
    guard let stored = try holder(of: lease) else { return .lost }
    return stored.job.cancelRequested ? .cancelRequested : .held
  }
}
