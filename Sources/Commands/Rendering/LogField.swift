import Jobs

/// The keys of a log record in their order, which is `LogRecord.keys`.
enum LogField: String, CaseIterable {
  case timestamp, level, event, queue
  case jobID = "job_id"
  case jobType = "job_type"
  case attempt, status
  case duration = "duration_ms"
  case error
  case exitCode = "exit_code"
  case signal, worker, actor, reason
  case fromQueue = "from_queue"
  case verb, filter, planned, changed, schedule

  /// What a record has under this key.
  func value(of record: LogRecord) -> JobField.Value {
    switch self {
    case .timestamp: .text(record.timestamp.rfc3339)
    case .level: .text(record.level.rawValue)
    case .event: .text(record.event.rawValue)
    case .queue: Self.text(record.queue?.description)
    case .jobID: Self.text(record.jobID?.description)
    case .jobType: Self.text(record.jobType?.description)
    case .attempt: Self.number(record.attempt)
    case .status: Self.text(record.status?.rawValue)
    case .duration: Self.number(record.duration?.milliseconds)
    case .error: Self.text(record.error)
    case .exitCode: Self.number(record.exitCode)
    case .signal: Self.number(record.signal)
    case .worker: Self.text(record.worker)
    case .actor: Self.text(record.actor)
    case .reason: Self.text(record.reason)
    case .fromQueue: Self.text(record.fromQueue?.description)
    case .verb: Self.text(record.verb)
    case .filter: Self.text(record.filter)
    case .planned: Self.number(record.planned)
    case .changed: Self.number(record.changed)
    case .schedule: Self.text(record.schedule?.description)
    }
  }

  private static func text(_ text: String?) -> JobField.Value { text.map { .text($0) } ?? .absent }

  private static func number(_ number: Int64?) -> JobField.Value {
    number.map { .number($0) } ?? .absent
  }
}
