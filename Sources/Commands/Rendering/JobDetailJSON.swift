import Jobs
import Text

/// A whole job as one JSON object.
enum JobDetailJSON {
  static func text(_ detail: JobDetail, at now: Instant) -> String {
    var writer = JSONWriter(capacity: 1024 + detail.payload.count)
    writer.beginObject()
    writer.fields(of: detail.job, at: now)
    writer.payload(detail.payload)
    writer.tags(detail.tags)
    writer.member("backoff", (detail.job.backoff ?? .default).description)
    writer.member("cancel_requested", detail.job.cancelRequested)
    rules(of: detail, &writer)
    result(detail.result, &writer)
    writer.key("attempts")
    writer.beginArray()
    for attempt in detail.attempts { write(attempt, &writer) }
    writer.endArray()
    writer.key("actions")
    writer.beginArray()
    for action in detail.actions { action.write(to: &writer) }
    writer.endArray()
    writer.optional("error_group", detail.job.errorGroup?.description)
    writer.endObject()
    return writer.buffer.text
  }

  /// What ties the job to keys, limits and other jobs.
  private static func rules(of detail: JobDetail, _ writer: inout JSONWriter) {
    let job = detail.job
    writer.optional("unique_scope", job.uniqueKey == nil ? nil : job.uniqueScope.rawValue)
    writer.member("holds_unique_key", job.holdsUniqueKey)
    writer.optional("concurrency_key", job.concurrencyKey)
    writer.optional("schedule", job.schedule?.description)
    writer.optional("batch", job.batch?.description)
    writer.optional("on_parent_failure", job.onParentFailure?.rawValue)
    writer.ids("after", detail.after)
    writer.ids("waits_for", detail.waitsFor)
  }

  private static func result(_ bytes: [UInt8]?, _ writer: inout JSONWriter) {
    guard let bytes else {
      writer.key("result")
      return writer.null()
    }
    if JSONValidation.isValid(bytes) { return writer.member("result", raw: bytes) }
    if isValidUTF8(bytes) {
      writer.key("result_text")
      return writer.string(utf8: bytes)
    }
    writer.key("result_b64")
    writer.base64(bytes)
  }

  private static func write(_ attempt: Attempt, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("attempt", attempt.attempt)
    writer.member("outcome", attempt.outcome.rawValue)
    writer.member("started_at", attempt.startedAt.rfc3339)
    writer.member("finished_at", attempt.finishedAt.rfc3339)
    writer.member("duration_ms", attempt.finishedAt.since(attempt.startedAt).milliseconds)
    writer.member("worker", attempt.worker)
    writer.optional("error", attempt.error)
    for (name, number) in [("exit_code", attempt.exitCode), ("signal", attempt.signal)] {
      writer.key(name)
      if let number { writer.int(number) } else { writer.null() }
    }
    writer.textOrBase64("output", attempt.output)
    writer.endObject()
  }
}

extension JSONWriter {
  /// Ids as an array of texts.
  mutating func ids(_ name: String, _ ids: [JobID]) {
    key(name)
    beginArray()
    for id in ids { string(id.description) }
    endArray()
  }

  /// Tags as an object of texts.
  mutating func tags(_ tags: [Tag]) {
    key("tags")
    beginObject()
    for tag in tags { member(tag.name, tag.value) }
    endObject()
  }
}
