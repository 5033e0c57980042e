import Calendar
package import Text

// A schedule as one JSON object, in stores and archives:
//
// {"name":"report","cron":"30 2 * * *","time_zone":"Europe/Berlin","catchup":"latest",
//  "overlap":"skip","paused":false,"created_at":"2026-11-21T13:20:11.123Z",
//  "next_tick":"2026-11-22T01:30:00.000Z","last_tick":…,"last_job":…,
//  "job":{"queue":"reports","type":"report","priority":5,…,"payload":{"month":7}}}

extension Schedule {
  /// Writes its members into an object that has been begun; what it has not is left out.
  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("name", name.description)
    rule.writeMembers(to: &writer)
    writer.member("paused", isPaused)
    writer.member("created_at", createdAt.rfc3339)
    writer.present("next_tick", next?.rfc3339)
    writer.present("last_tick", last?.rfc3339)
    writer.present("last_job", lastJob?.description)
    writer.key("job")
    rule.job.writeTemplate(to: &writer)
  }

  /// The whole object.
  package var json: [UInt8] {
    var writer = JSONWriter(capacity: 512 + rule.job.payload.count)
    writer.beginObject()
    writeMembers(to: &writer)
    writer.endObject()
    return writer.buffer.bytes
  }

  /// The most bytes that one takes, its payload escaped.
  package static let longestJSON = 8 * NewJob.largestPayload

  /// Reads what `json` wrote; members that it does not know are passed over.
  ///
  /// - Throws: `InvalidValue` for what cannot be a schedule.
  package init(json: [UInt8]) throws(InvalidValue) {
    let members = try JSONMembers(json)
    let rule = try ScheduleRule(members)
    self.init(
      try ScheduleName(try members.text("name")), rule,
      createdAt: try members.instant("created_at"), next: try members.instant(ifAny: "next_tick"))
    isPaused = members.bool("paused")
    last = try members.instant(ifAny: "last_tick")
    lastJob = try members.text(ifAny: "last_job").map { (text) throws(InvalidValue) in
      try JobID(text)
    }
  }
}

extension ScheduleRule {
  fileprivate func writeMembers(to writer: inout JSONWriter) {
    switch timing {
    case .cron(let cron): writer.member("cron", cron.text)
    case .every(let span): writer.member("every_ms", span.milliseconds)
    }
    writer.member("time_zone", zone)
    writer.member("catchup", catchup.rawValue)
    writer.member("overlap", overlap.rawValue)
  }

  fileprivate init(_ members: JSONMembers) throws(InvalidValue) {
    let timing: Timing
    if let text = try members.text(ifAny: "cron") {
      do { timing = .cron(try CronExpression(text)) } catch {
        throw InvalidValue(.schedule, "has a cron expression that is none")
      }
    } else {
      timing = .every(TimeSpan(milliseconds: try members.number("every_ms")))
    }
    guard let catchup = Catchup(rawValue: try members.text("catchup")),
      let overlap = Overlap(rawValue: try members.text("overlap"))
    else { throw InvalidValue(.schedule, "has a policy that is unknown") }
    self.init(
      timing, zone: try members.text("time_zone"), catchup: catchup, overlap: overlap,
      job: try NewJob(template: try members.object("job")))
    try validate()
  }
}

extension NewJob {
  /// Writes what a schedule keeps of a job as an object.
  package func writeTemplate(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("queue", queue.description)
    writer.member("type", type.description)
    writer.present("priority", priority?.level)
    writer.present("max_attempts", maxAttempts)
    writer.present("backoff", backoff?.description)
    writer.present("timeout_ms", timeout?.milliseconds)
    writer.present("unique_key", uniqueKey)
    if uniqueScope != .active { writer.member("unique_scope", uniqueScope.rawValue) }
    if onConflict != .ignore { writer.member("on_conflict", onConflict.rawValue) }
    writer.present("concurrency_key", concurrencyKey)
    if !tags.isEmpty, let text = TagText.write(tags) { writer.member("tags", raw: text.utf8) }
    writer.bytes("payload", payload)
    writer.endObject()
  }

  fileprivate init(template members: JSONMembers) throws(InvalidValue) {
    self.init(
      queue: try QueueName(try members.text("queue")), type: try JobType(try members.text("type")),
      payload: try members.bytes("payload"))
    priority = try members.number(ifAny: "priority").map { (level) throws(InvalidValue) in
      try Priority(level)
    }
    maxAttempts = try members.number(ifAny: "max_attempts")
    backoff = try members.text(ifAny: "backoff").map { (text) throws(InvalidValue) in
      try Backoff(text)
    }
    timeout = try members.number(ifAny: "timeout_ms").map(TimeSpan.init(milliseconds:))
    uniqueKey = try members.text(ifAny: "unique_key")
    uniqueScope = try members.text(ifAny: "unique_scope").flatMap(UniqueScope.init) ?? .active
    onConflict = try members.text(ifAny: "on_conflict").flatMap(UniqueConflict.init) ?? .ignore
    concurrencyKey = try members.text(ifAny: "concurrency_key")
    tags = try members.tags()
  }
}
