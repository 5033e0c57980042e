import Jobs
import Storage

extension MemoryState {
  /// Ends a lease as its settlement says.
  ///
  /// A lease that is over but not rescued still counts.
  mutating func settle(_ settlement: Settlement, at now: Instant) -> SettleOutcome {
    let id = settlement.lease.id
    guard let before = holder(of: settlement.lease),
      let job = change(id, by: event(for: settlement, before), at: now)
    else {
      log.append(leaseLost(settlement, at: now))
      return .leaseLost
    }
    guard settlement.verdict != .putBack || job.state == .cancelled else {
      return .settled(job.state)
    }
    if case .complete(let result) = settlement.verdict { jobs[id]?.result = result }
    let attempt = attempt(settlement, before, at: now)
    jobs[id]?.attempts.append(attempt)
    count(attempt, of: job, before: before)
    log.append(line(settlement, attempt, job, at: now))
    return .settled(job.state)
  }

  /// Extends a valid lease; one that is asked to stop too, since stopping takes time.
  mutating func renew(_ lease: Lease, until: Instant, at now: Instant) -> LeaseStatus {
    let status = status(of: lease)
    if status == .lost {
      log.append(leaseLost(Settlement(lease, .putBack), at: now))
    } else {
      _ = change(lease.id, by: .renew(until: until), at: now)
    }
    return status
  }

  /// What stands of a lease.
  func status(of lease: Lease) -> LeaseStatus {
    guard let job = holder(of: lease) else { return .lost }
    return job.cancelRequested ? .cancelRequested : .held
  }

  private func holder(of lease: Lease) -> Job? {
    guard let job = jobs[lease.id]?.job, job.state == .active, job.token == lease.token else {
      return nil
    }
    return job
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
    .fail(
      error: error, retryAfter: retryAfter, policy: policy(of: job), random: random())
  }

  private func attempt(
    _ settlement: Settlement, _ before: Job, at now: Instant
  ) -> Attempt {
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

  private func line(
    _ settlement: Settlement, _ attempt: Attempt, _ job: Job, at now: Instant
  ) -> LogRecord {
    var line = record(event(attempt.outcome, job.state), at: now, job: job)
    line.duration = attempt.finishedAt.since(attempt.startedAt)
    line.error = attempt.error
    line.exitCode = attempt.exitCode
    line.signal = attempt.signal
    line.worker = attempt.worker
    if case .release(let reason) = settlement.verdict { line.reason = reason }
    return line
  }

  private func event(_ outcome: Attempt.Outcome, _ state: JobState) -> LogRecord.Event {
    switch state {
    case .completed: .completed
    case .dead: .dead
    case .cancelled: .cancelled
    default: outcome == .released ? .released : outcome == .snoozed ? .snoozed : .failed
    }
  }

  /// Tells that somebody came too late; whose the stale token was, and of which attempt, only they
  /// know.
  private func leaseLost(_ settlement: Settlement, at now: Instant) -> LogRecord {
    let id = settlement.lease.id
    var line = LogRecord(.leaseLost, at: now)
    line.jobID = id
    line.queue = jobs[id]?.job.queue
    line.jobType = jobs[id]?.job.type
    line.status = jobs[id]?.job.state
    line.attempt = settlement.attempt
    line.worker = settlement.worker
    return line
  }
}
