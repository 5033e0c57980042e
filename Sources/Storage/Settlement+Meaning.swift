package import Jobs

// What a settlement means for its job, for its history and for the log, in every store alike.

extension Settlement {
  /// What happens to the job.
  ///
  /// - Parameters:
  ///   - policy: how the job's queue has jobs wait between failures that do not say themselves.
  ///   - random: draws the jitter of a backoff; asked only where one begins.
  package func event(
    for job: Job, policy: Backoff?, random: () -> UInt64
  ) -> JobEvent {
    switch verdict {
    case .complete: .complete
    case .fail(let retryAfter): failure(of: job, retryAfter, policy, random)
    case .timeOut: failure(of: job, nil, policy, random)
    case .reject: .reject(error: cappedError)
    case .release, .putBack: .release
    case .snooze(let until): .snooze(until: until)
    case .cancel: .finishCancel
    }
  }

  private func failure(
    of job: Job, _ retryAfter: TimeSpan?, _ policy: Backoff?, _ random: () -> UInt64
  ) -> JobEvent {
    .fail(
      error: cappedError, retryAfter: retryAfter, policy: job.backoff ?? policy ?? .default,
      random: random())
  }

  /// Whether what follows for a job depends on how its queue has jobs wait.
  package func needsPolicy(for job: Job) -> Bool {
    switch verdict {
    case .fail, .timeOut: job.backoff == nil
    default: false
    }
  }

  private var cappedError: String? { error.map(ErrorText.capped) }

  /// How the execution ended: as the worker said, whatever becomes of the job.
  package var outcome: Attempt.Outcome {
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

  /// The execution that it ends.
  ///
  /// - Parameter before: the job as it was.
  package func attempt(of before: Job, at now: Instant) -> Attempt {
    Attempt(
      attempt: before.attempt, startedAt: before.startedAt ?? now, finishedAt: now,
      outcome: outcome, worker: before.worker ?? "", error: cappedError, exitCode: exitCode,
      signal: signal, output: output.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// Why the job was given back, if it was.
  package var reason: String? { if case .release(let reason) = verdict { reason } else { nil } }

  /// What the log keeps of a settlement that came too late; whose the stale token was, and of which
  /// attempt, only they know.
  ///
  /// - Parameter job: the job as it is, if it is there.
  package func leaseLost(_ job: Job?, at now: Instant) -> LogRecord {
    var record = LogRecord(.leaseLost, at: now)
    record.jobID = lease.id
    record.queue = job?.queue
    record.jobType = job?.type
    record.status = job?.state
    record.attempt = attempt
    record.worker = worker
    return record
  }
}

extension Attempt {
  /// The execution that ended with the loss of its worker.
  ///
  /// - Parameters:
  ///   - before: the job as it was.
  ///   - error: what it left as the job's error, where the suspicion is against the job.
  package init(lost before: Job, _ loss: Loss, error: String?, at now: Instant) {
    self.init(
      attempt: before.attempt, startedAt: before.startedAt ?? now, finishedAt: now,
      outcome: loss == .unstarted ? .released : .lost, worker: before.worker ?? "", error: error)
  }

  /// What the log keeps of it.
  ///
  /// - Parameter job: as it is afterwards.
  package func record(_ job: Job, _ tags: [Tag], reason: String?) -> LogRecord {
    var record = LogRecord(event(job.state), at: finishedAt, job: job, tags: tags)
    record.duration = finishedAt.since(startedAt)
    record.error = error
    record.exitCode = exitCode
    record.signal = signal
    record.worker = worker
    record.reason = reason
    return record
  }

  private func event(_ state: JobState) -> LogRecord.Event {
    if state == .cancelled { return .cancelled }
    if state == .dead { return .dead }
    return switch outcome {
    case .completed: .completed
    case .released: .released
    case .snoozed: .snoozed
    case .lost: .rescued
    case .failed, .timedOut, .rejected, .cancelled: .failed
    }
  }
}
