import Jobs
import Text

/// A job of an archive, with all its parts.
extension ArchiveLineReader {
  static func job(_ fields: inout ArchiveFields) throws(Problem) -> JobDetail {
    var job = Job(
      id: try fields.value("id") { try JobID($0) },
      queue: try fields.value("queue") { try QueueName($0) },
      type: try fields.value("type") { try JobType($0) },
      state: try fields.value("state") { try ArchiveLineReader.state($0) },
      priority: try priority(&fields), enqueuedAt: try fields.instant("enqueued_at"),
      runAt: try fields.instant("run_at"), maxAttempts: try fields.number("max_attempts"))
    job.startedAt = try fields.instant(ifAny: "started_at")
    job.finishedAt = try fields.instant(ifAny: "finished_at")
    job.attempt = try fields.count("attempt")
    job.failures = try fields.count("failures")
    job.crashes = try fields.count("crashes")
    job.replays = try fields.count("replays")
    job.leaseUntil = try fields.instant(ifAny: "lease_until")
    job.worker = try fields.text(ifAny: "worker")
    job.uniqueKey = try fields.text(ifAny: "unique_key")
    job.idempotencyKey = try fields.text(ifAny: "idempotency_key")
    job.timeout = try fields.number(ifAny: "timeout_ms").map(TimeSpan.init(milliseconds:))
    job.error = try fields.text(ifAny: "error")
    job.backoff = try fields.value(ifAny: "backoff") { try Backoff($0) }
    job.cancelRequested = try fields.bool("cancel_requested")
    job.marked = try fields.bool("marked")
    job.holdsUniqueKey = try fields.bool("holds_unique_key")
    try readRules(of: &job, &fields)
    guard let payload = try fields.bytes("payload") else { throw ArchiveFields.missing("payload") }
    let detail = JobDetail(
      job: job, payload: payload, tags: try fields.tags(), result: try fields.bytes("result"),
      attempts: try attempts(&fields), actions: try actions(&fields),
      after: try ids("after", &fields), waitsFor: try ids("waits_for", &fields))
    try check(detail)
    return detail
  }

  private static func readRules(
    of job: inout Job, _ fields: inout ArchiveFields
  ) throws(Problem) {
    job.uniqueScope =
      try word("unique_scope", UniqueScope.init(rawValue:), &fields) ?? .active
    job.concurrencyKey = try fields.text(ifAny: "concurrency_key")
    job.schedule = try fields.value(ifAny: "schedule") { try QueueName($0) }
    job.batch = try fields.value(ifAny: "batch") { try JobID($0) }
    job.onParentFailure =
      try word("on_parent_failure", ParentFailure.init(rawValue:), &fields)
  }

  private static func word<Value>(
    _ key: String, _ parse: (String) -> Value?, _ fields: inout ArchiveFields
  ) throws(Problem) -> Value? {
    guard let text = try fields.text(ifAny: key) else { return nil }
    guard let value = parse(text) else { throw Problem(reason: "\(key) is no word of ours") }
    return value
  }

  /// Ids in rising order, as every store has them.
  private static func ids(
    _ key: String, _ fields: inout ArchiveFields
  ) throws(Problem) -> [JobID] {
    guard let tree = try fields.tree(key) else { return [] }
    let problem = Problem(reason: "\(key) is no array of rising ids")
    guard let elements = tree.elements else { throw problem }
    var ids: [JobID] = []
    for element in elements {
      guard let id = element.string.flatMap({ try? JobID($0) }), ids.last ?? id <= id else {
        throw problem
      }
      ids.append(id)
    }
    return ids
  }

  private static func priority(_ fields: inout ArchiveFields) throws(Problem) -> Priority {
    do { return try Priority(try fields.number("priority")) } catch let error as InvalidValue {
      throw Problem(reason: "priority \(error.reason)")
    } catch let error as Problem { throw error } catch {
      throw Problem(reason: "priority cannot be read")
    }
  }

  /// What no store would have.
  private static func check(_ detail: JobDetail) throws(Problem) {
    let job = detail.job
    var probe = NewJob(queue: job.queue, type: job.type, payload: detail.payload)
    probe.runAt = job.runAt
    probe.maxAttempts = job.maxAttempts
    probe.timeout = job.timeout
    probe.uniqueKey = job.uniqueKey
    probe.idempotencyKey = job.idempotencyKey
    probe.concurrencyKey = job.concurrencyKey
    probe.after = detail.after
    probe.tags = detail.tags
    try check(probe)
    guard job.state.isTerminal == (job.finishedAt != nil) else {
      throw Problem(reason: "finished_at does not fit the state \(job.state.rawValue)")
    }
    guard detail.waitsFor.isEmpty || job.state == .blocked,
      detail.waitsFor.allSatisfy(detail.after.contains)
    else { throw Problem(reason: "waits_for does not fit the job") }
    let mayHold = !job.state.isTerminal || job.uniqueScope == .kept
    guard !job.holdsUniqueKey || job.uniqueKey != nil && mayHold else {
      throw Problem(reason: "holds_unique_key does not fit the job")
    }
    var last: Int64 = 0
    for attempt in detail.attempts {
      guard attempt.attempt > last, attempt.attempt <= job.attempt else {
        throw Problem(reason: "attempts are not in order, or more than the job had")
      }
      last = attempt.attempt
    }
  }

  private static func actions(_ fields: inout ArchiveFields) throws(Problem) -> [JobAction] {
    guard let tree = try fields.tree("actions") else { return [] }
    guard let elements = tree.elements else { throw Problem(reason: "actions is no array") }
    var actions: [JobAction] = []
    for element in elements {
      guard let action = JobAction(element) else {
        throw Problem(reason: "an action lacks a member, or has an unknown event")
      }
      actions.append(action)
    }
    return actions
  }

  private static func attempts(_ fields: inout ArchiveFields) throws(Problem) -> [Attempt] {
    guard let tree = try fields.tree("attempts") else { return [] }
    guard let elements = tree.elements else { throw Problem(reason: "attempts is no array") }
    var attempts: [Attempt] = []
    for element in elements { attempts.append(try attempt(element)) }
    return attempts
  }

  private static func attempt(_ value: JSONValue) throws(Problem) -> Attempt {
    guard let number = value["attempt"]?.int64, let worker = value["worker"]?.string,
      let started = value["started_at"]?.string, let finished = value["finished_at"]?.string,
      let outcome = value["outcome"]?.string.flatMap(Attempt.Outcome.init(rawValue:))
    else { throw Problem(reason: "an attempt lacks a member, or has an unknown outcome") }
    return Attempt(
      attempt: number, startedAt: try ArchiveFields.instant(started, "started_at"),
      finishedAt: try ArchiveFields.instant(finished, "finished_at"), outcome: outcome,
      worker: worker, error: value["error"]?.string, exitCode: value["exit_code"]?.int64,
      signal: value["signal"]?.int64, output: try output(value))
  }

  private static func output(_ attempt: JSONValue) throws(Problem) -> [UInt8]? {
    if let text = attempt["output"]?.string { return text.isEmpty ? nil : Array(text.utf8) }
    guard let encoded = attempt["output_b64"]?.string else { return nil }
    guard let bytes = Base64.decode(Array(encoded.utf8)) else {
      throw Problem(reason: "output_b64 is not base64")
    }
    return bytes.isEmpty ? nil : bytes
  }
}
