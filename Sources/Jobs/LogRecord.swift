/// One line of the structured log: something that happened, told in constant words.
package struct LogRecord: Equatable, Sendable {
  /// What happened; the raw values are the `event` of the record.
  package enum Event: String, Sendable, CaseIterable {
    case completed, failed, dead, released, snoozed, rescued, cancelled, replayed, retried
    case purged, expired, paused, resumed, claimed, repaired, moved, edited
    /// A setting of a queue.
    case configured
    /// The jobs that a job waited for have ended, and it may run.
    case unblocked
    /// A job that it waited for ended so that it must not run.
    case abandoned
    /// The end of an operator's command: which jobs were meant, and how many were changed.
    case operation
    case cancelRequested = "cancel_requested"
    case leaseLost = "lease_lost"
    case scheduleAdded = "schedule_added"
    case scheduleChanged = "schedule_changed"
    case scheduleRemoved = "schedule_removed"
    case schedulePaused = "schedule_paused"
    case scheduleResumed = "schedule_resumed"
    /// A tick of a schedule came while the job of the one before still lived.
    case tickSkipped = "tick_skipped"
    /// Ticks of a schedule came while nobody was there to fire.
    case tickMissed = "tick_missed"
    case workerStarted = "worker_started"
    case workerStopped = "worker_stopped"

    /// How loud the event is.
    package var level: LogLevel {
      switch self {
      case .completed, .workerStarted, .workerStopped, .released, .snoozed, .claimed,
        .unblocked:
        .info
      case .cancelled, .replayed, .retried, .purged, .paused, .resumed, .cancelRequested, .moved,
        .edited, .configured, .operation, .abandoned, .scheduleAdded, .scheduleChanged,
        .scheduleRemoved,
        .schedulePaused, .scheduleResumed, .tickSkipped:
        .notice
      case .failed, .rescued, .leaseLost, .expired, .repaired, .tickMissed: .warning
      case .dead: .error
      }
    }
  }

  /// When.
  package var timestamp: Instant
  /// What happened.
  package var event: Event
  /// Where, if it concerns one queue.
  package var queue: QueueName?
  /// Which job, if it concerns one.
  package var jobID: JobID?
  /// The job's type.
  package var jobType: JobType?
  /// Which execution.
  package var attempt: Int64?
  /// The state that the job is in afterwards.
  package var status: JobState?
  /// How long the execution took.
  package var duration: TimeSpan?
  /// The end of what the failure said.
  package var error: String?
  /// The handler's exit status.
  package var exitCode: Int64?
  /// The signal that ended the handler.
  package var signal: Int64?
  /// The worker concerned.
  package var worker: String?
  /// The person who did it, for operator actions.
  package var actor: String?
  /// Why, in the operator's or the engine's words.
  package var reason: String?
  /// The queue that the job was in, where it was moved.
  package var fromQueue: QueueName?
  /// What an operator's command did, as it is called: `dlq replay`.
  package var verb: String?
  /// Which jobs an operator meant, in the words of the command line.
  package var filter: String?
  /// How many jobs were meant.
  package var planned: Int64?
  /// How many were changed.
  package var changed: Int64?
  /// The schedule concerned.
  package var schedule: ScheduleName?
  /// The job's tags.
  package var tags: [Tag] = []

  /// A record with its required parts.
  package init(_ event: Event, at timestamp: Instant) {
    self.timestamp = timestamp
    self.event = event
  }

  /// A record about a job as it is after the event.
  package init(_ event: Event, at timestamp: Instant, job: Job, tags: [Tag] = []) {
    self.init(event, at: timestamp)
    queue = job.queue
    jobID = job.id
    jobType = job.type
    attempt = job.attempt > 0 ? job.attempt : nil
    status = job.state
    self.tags = tags
  }

  /// The level, which the event alone decides.
  package var level: LogLevel { event.level }

  /// The keys of a record in their order (design.md §9); tags follow as plain keys.
  package static let keys: [String] = [
    "timestamp", "level", "event", "queue", "job_id", "job_type", "attempt", "status",
    "duration_ms", "error", "exit_code", "signal", "worker", "actor", "reason", "from_queue",
    "verb", "filter", "planned", "changed", "schedule",
  ]
}
