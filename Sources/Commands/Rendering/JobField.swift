import Jobs

/// The fields of a job that lists print, in their order; the names are design.md §2's.
enum JobField: String, CaseIterable {
  case id, queue, type, state, priority
  case enqueuedAt = "enqueued_at"
  case runAt = "run_at"
  case startedAt = "started_at"
  case finishedAt = "finished_at"
  case attempt, failures
  case maxAttempts = "max_attempts"
  case crashes, replays
  case leaseUntil = "lease_until"
  case worker
  case uniqueKey = "unique_key"
  case idempotencyKey = "idempotency_key"
  case timeout = "timeout_ms"
  case error

  /// A field as machines read it.
  enum Value: Equatable {
    case text(String)
    case number(Int64)
    case absent
  }

  /// What a job has in this field; states as shown at `now`.
  func value(of job: Job, at now: Instant) -> Value {
    switch self {
    case .id: .text(job.id.description)
    case .queue: .text(job.queue.description)
    case .type: .text(job.type.description)
    case .state: .text(job.effectiveState(at: now).rawValue)
    case .priority: .number(job.priority.level)
    case .enqueuedAt: .text(job.enqueuedAt.rfc3339)
    case .runAt: .text(job.runAt.rfc3339)
    case .startedAt: Self.text(job.startedAt?.rfc3339)
    case .finishedAt: Self.text(job.finishedAt?.rfc3339)
    case .attempt: .number(job.attempt)
    case .failures: .number(job.failures)
    case .maxAttempts: .number(job.maxAttempts)
    case .crashes: .number(job.crashes)
    case .replays: .number(job.replays)
    case .leaseUntil: Self.text(job.leaseUntil?.rfc3339)
    case .worker: Self.text(job.worker)
    case .uniqueKey: Self.text(job.uniqueKey)
    case .idempotencyKey: Self.text(job.idempotencyKey)
    case .timeout: job.timeout.map { .number($0.milliseconds) } ?? .absent
    case .error: Self.text(job.error)
    }
  }

  private static func text(_ text: String?) -> Value { text.map { .text($0) } ?? .absent }
}

extension JobField.Value {
  /// The field in CSV and templates; nothing where it is absent.
  var plain: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    case .absent: ""
    }
  }
}
