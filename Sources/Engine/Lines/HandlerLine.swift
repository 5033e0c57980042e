import Jobs
import Storage
import Text

/// A job as a handler is told it: one line with a JSON object.
enum HandlerLine {
  /// The line, with its end.
  static func bytes(of claimed: ClaimedJob, deadline: Instant?) -> [UInt8] {
    let job = claimed.job
    var writer = JSONWriter(capacity: 256 + claimed.payload.count)
    writer.beginObject()
    writer.member("id", job.id.description)
    writer.member("queue", job.queue.description)
    writer.member("type", job.type.description)
    writer.member("attempt", job.attempt)
    writer.member("max_attempts", job.maxAttempts)
    writer.member("enqueued_at", TimeText.rfc3339(job.enqueuedAt))
    writer.key("deadline")
    if let deadline { writer.string(TimeText.rfc3339(deadline)) } else { writer.null() }
    writer.member("idempotency_key", job.idempotencyKey ?? job.id.description)
    writer.key("schedule")
    if let schedule = job.schedule { writer.string(schedule.description) } else { writer.null() }
    writer.key("tags")
    writer.beginObject()
    for tag in claimed.tags { writer.member(tag.name, tag.value) }
    writer.endObject()
    writer.payload(claimed.payload)
    writer.endObject()
    writer.endLine()
    return writer.buffer.bytes
  }
}
