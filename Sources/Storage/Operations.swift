package import Jobs

// What every store does alike when it applies a plan.

extension ApplyRequest {
  /// What the job's history keeps of the change.
  package func action(_ event: LogRecord.Event) -> JobAction {
    var action = JobAction(event, at: now, actor: actor)
    action.reason = reason
    action.filter = filter
    action.planned = planned
    return action
  }

  /// What the log keeps of it.
  ///
  /// - Parameter job: as it is after the change.
  package func record(_ event: LogRecord.Event, _ job: Job, _ tags: [Tag]) -> LogRecord {
    var record = LogRecord(event, at: now, job: job, tags: tags)
    record.actor = actor
    record.reason = reason
    record.filter = filter
    return record
  }

  /// The record of the command that ends with this batch.
  package func endingRecord(_ outcomes: [ItemOutcome]) -> LogRecord? {
    guard var record = ending else { return nil }
    let changed = outcomes.count { $0 == .done || $0 == .requested }
    record.changed = (record.changed ?? 0) &+ Int64(changed)
    return record
  }

  /// When a job that comes back shall run.
  package func time(for item: PlanItem) -> Instant {
    if let at = item.at { return at }
    switch verb {
    case .retry(let at), .replay(let at, _): return at ?? now
    case .cancel, .purge, .move, .edit: return now
    }
  }
}

extension OperatorVerb {
  /// Whether a job in a state (as shown) already is where the verb would bring it.
  package func isDone(in state: JobState) -> Bool {
    switch self {
    case .cancel: state == .cancelled
    case .retry: state == .ready || state == .active
    case .replay, .purge, .move, .edit: false
    }
  }

  /// What it means that a job is no longer as the plan saw it.
  package func outcome(of job: Job) -> ItemOutcome {
    switch self {
    case .retry, .replay:
      [.ready, .scheduled, .active].contains(job.state)
        ? .alreadyDone : .changedMeanwhile(job.state)
    case .cancel:
      job.state == .cancelled || job.cancelRequested ? .alreadyDone : .changedMeanwhile(job.state)
    case .purge, .edit: .changedMeanwhile(job.state)
    case .move(let queue): job.queue == queue ? .alreadyDone : .changedMeanwhile(job.state)
    }
  }
}
