import Jobs
import Storage
import Text

/// A part of an archive as one JSON object; `ArchiveLineReader` reads it back, byte for byte.
///
/// The members of a job are those of `show --json`, but that its state is the stored one, that what
/// it has not is left out, and that nothing tells of its lease but its end.
enum ArchiveLine {
  /// The version of the form; a change that old readers would misread raises it.
  static let version: Int64 = 1

  static func write(_ part: ArchivePart, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("kind", ArchiveKind(part).rawValue)
    switch part {
    case .queue(let queue): write(queue, to: &writer)
    case .rules(let rules): write(QueueSettings(retention: rules), to: &writer)
    case .health(let rule): rule.writeMembers(to: &writer)
    case .batch(let batch): write(batch, to: &writer)
    case .job(let detail): write(detail, to: &writer)
    case .request(let request): write(request, to: &writer)
    case .minute(let minute): write(minute, to: &writer)
    case .record(let record): write(record, to: &writer)
    case .schedule(let schedule): schedule.writeMembers(to: &writer)
    }
    writer.endObject()
    writer.endLine()
  }

  private static func write(_ queue: QueueArchive, to writer: inout JSONWriter) {
    writer.member("queue", queue.queue.description)
    writer.member("paused", queue.paused)
    writer.present("paused_until", queue.pausedUntil?.rfc3339)
    writer.present("pause_reason", queue.pauseReason)
    write(queue.settings, to: &writer)
  }

  private static func write(_ settings: QueueSettings, to writer: inout JSONWriter) {
    for (name, value) in settings.members {
      switch value {
      case .number(let number): writer.member(name, number)
      case .text(let text): writer.member(name, text)
      }
    }
  }

  private static func write(_ batch: BatchSummary, to writer: inout JSONWriter) {
    writer.member("id", batch.id.description)
    writer.member("name", batch.name)
    writer.member("created_at", batch.createdAt.rfc3339)
    writer.member("total", batch.total)
    writer.member("completed", batch.completed)
    writer.member("dead", batch.dead)
    writer.member("cancelled", batch.cancelled)
    writer.present("finished_at", batch.finishedAt?.rfc3339)
    writer.present("follower", batch.follower?.description)
  }

  private static func write(_ request: KnownRequest, to writer: inout JSONWriter) {
    writer.member("queue", request.queue.description)
    writer.member("idempotency_key", request.key)
    writer.member("id", request.id.description)
    writer.member("digest", Hexadecimal.encode(request.digest))
    writer.member("expires_at", request.expiresAt.rfc3339)
  }

  private static func write(_ minute: QueueMinute, to writer: inout JSONWriter) {
    writer.member("queue", minute.queue.description)
    writer.member("minute", minute.minute)
    for (name, path) in totalNames + sumNames { writer.member(name, minute.totals[keyPath: path]) }
    for (name, path) in depthNames { writer.member(name, minute.depth[keyPath: path]) }
    writer.member("durations", Hexadecimal.encode(minute.timings.bytes))
  }

  static var totalNames: [(String, WritableKeyPath<QueueMinute.Totals, Int64>)] {
    [
      ("total_enqueued", \.enqueued), ("total_succeeded", \.succeeded),
      ("total_retried", \.retried),
      ("total_dead", \.dead),
    ]
  }

  /// What exports of before have not.
  static var sumNames: [(String, WritableKeyPath<QueueMinute.Totals, Int64>)] {
    [("total_run_ms", \.run), ("total_waited_ms", \.waited)]
  }

  static var depthNames: [(String, WritableKeyPath<QueueMinute.Depth, Int64>)] {
    [("ready", \.ready), ("active", \.active), ("waiting", \.waiting), ("dead", \.dead)]
  }

  private static func write(_ record: LogRecord, to writer: inout JSONWriter) {
    for field in LogField.allCases { writer.present(field.rawValue, field.value(of: record)) }
    if !record.tags.isEmpty { writer.tags(record.tags) }
  }
}

// MARK: - Jobs

extension ArchiveLine {
  private static func write(_ detail: JobDetail, to writer: inout JSONWriter) {
    let job = detail.job
    for field in JobField.allCases {
      // The moment decides nothing: before everything, nothing is due.
      let value = field.value(of: job, at: Instant(milliseconds: .min))
      writer.present(field.rawValue, value)
    }
    writer.bytes("payload", detail.payload)
    if !detail.tags.isEmpty { writer.tags(detail.tags) }
    writer.present("backoff", job.backoff?.description)
    for (name, isSo) in [
      ("cancel_requested", job.cancelRequested), ("marked", job.marked),
      ("holds_unique_key", job.holdsUniqueKey),
    ] where isSo { writer.member(name, true) }
    writeRules(of: detail, to: &writer)
    if let result = detail.result { writer.bytes("result", result) }
    if !detail.attempts.isEmpty {
      writer.key("attempts")
      writer.beginArray()
      for attempt in detail.attempts { write(attempt, to: &writer) }
      writer.endArray()
    }
    guard !detail.actions.isEmpty else { return }
    writer.key("actions")
    writer.beginArray()
    for action in detail.actions { action.write(to: &writer) }
    writer.endArray()
  }

  private static func writeRules(of detail: JobDetail, to writer: inout JSONWriter) {
    let job = detail.job
    if job.uniqueScope != .active { writer.member("unique_scope", job.uniqueScope.rawValue) }
    writer.present("concurrency_key", job.concurrencyKey)
    writer.present("schedule", job.schedule?.description)
    writer.present("batch", job.batch?.description)
    writer.present("on_parent_failure", job.onParentFailure?.rawValue)
    if !detail.after.isEmpty { writer.ids("after", detail.after) }
    if !detail.waitsFor.isEmpty { writer.ids("waits_for", detail.waitsFor) }
  }

  private static func write(_ attempt: Attempt, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("attempt", attempt.attempt)
    writer.member("outcome", attempt.outcome.rawValue)
    writer.member("started_at", attempt.startedAt.rfc3339)
    writer.member("finished_at", attempt.finishedAt.rfc3339)
    writer.member("worker", attempt.worker)
    writer.present("error", attempt.error)
    writer.present("exit_code", attempt.exitCode)
    writer.present("signal", attempt.signal)
    if let output = attempt.output { writer.textOrBase64("output", output) }
    writer.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func present(_ name: String, _ value: JobField.Value) {
    switch value {
    case .text(let text): member(name, text)
    case .number(let number): member(name, number)
    case .absent: break
    }
  }

}
