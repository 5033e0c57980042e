import Jobs
import Storage
import Text

/// One line of an archive, as it is read.
enum ArchiveEntry {
  /// The first: what it is, and of which version.
  case header(version: Int64)
  case part(ArchivePart)
  /// The last: how many parts of each kind there are, and the SHA-256 of all lines before.
  case end(ArchiveCounts, digest: [UInt8])
}

/// Reads what `ArchiveLine` wrote, and trusts none of it: whatever could not be in a store is refused.
enum ArchiveLineReader {
  typealias Problem = JobLine.Problem

  static func read(
    _ bytes: [UInt8], in range: Range<Int>
  ) throws(Problem) -> ArchiveEntry {
    var fields = try ArchiveFields(bytes, in: range)
    let kind = try fields.text("kind")
    if kind == "header" { return .header(version: try fields.number("version")) }
    let entry: ArchiveEntry
    switch ArchiveKind(rawValue: kind) {
    case .queue: entry = .part(.queue(try queue(&fields)))
    case .rules: entry = .part(.rules(try rules(&fields)))
    case .batch: entry = .part(.batch(try batch(&fields)))
    case .job: entry = .part(.job(try job(&fields)))
    case .request: entry = .part(.request(try request(&fields)))
    case .minute: entry = .part(.minute(try minute(&fields)))
    case .log: entry = .part(.record(try record(&fields)))
    case .health: return .part(.health(try health(bytes, in: range)))
    case .schedule: return .part(.schedule(try schedule(bytes, in: range)))
    case nil where kind == "end": entry = try end(&fields)
    case nil: throw Problem(reason: "an unknown kind '\(TerminalText.escape(kind, .line))'")
    }
    try fields.finish()
    return entry
  }

  private static func end(_ fields: inout ArchiveFields) throws(Problem) -> ArchiveEntry {
    var counts = ArchiveCounts()
    // Archives from before there were such parts count none.
    for kind in ArchiveKind.allCases
    where ![.schedule, .batch, .rules, .health].contains(kind) || fields.has(kind.rawValue) {
      counts[kind] = Int(clamping: try fields.count(kind.rawValue))
    }
    return .end(counts, digest: try fields.hexadecimal("sha256"))
  }

  private static func batch(_ fields: inout ArchiveFields) throws(Problem) -> BatchSummary {
    let batch = BatchSummary(
      id: try fields.value("id") { try JobID($0) }, name: try fields.text("name"),
      createdAt: try fields.instant("created_at"), total: try fields.count("total"),
      completed: try fields.count("completed"), dead: try fields.count("dead"),
      cancelled: try fields.count("cancelled"),
      finishedAt: try fields.instant(ifAny: "finished_at"),
      follower: try fields.value(ifAny: "follower") { try JobID($0) })
    do { try NewBatch(name: batch.name).validate() } catch {
      throw Problem(reason: "name \(error.reason)")
    }
    guard batch.unfinished >= 0, batch.total > 0, batch.total < 1 << 40,
      (batch.unfinished == 0) == (batch.finishedAt != nil)
    else { throw Problem(reason: "the counts of the batch do not fit together") }
    return batch
  }

  private static func schedule(
    _ bytes: [UInt8], in range: Range<Int>
  ) throws(Problem) -> Schedule {
    do { return try Schedule(json: Array(bytes[range])) } catch {
      throw Problem(reason: "\(error.field.rawValue) \(error.reason)")
    }
  }

  private static func health(
    _ bytes: [UInt8], in range: Range<Int>
  ) throws(Problem) -> StoredHealthRule {
    guard let value = try? JSONValue.parse(Array(bytes[range])), let rule = StoredHealthRule(value)
    else { throw Problem(reason: "this can be no rule of health") }
    do { try rule.validate(besides: 0) } catch {
      throw Problem(reason: "\(error.field.rawValue) \(error.reason)")
    }
    return rule
  }

  private static func queue(_ fields: inout ArchiveFields) throws(Problem) -> QueueArchive {
    var queue = QueueArchive(
      queue: try fields.value("queue") { try QueueName($0) }, paused: try fields.bool("paused"),
      pausedUntil: try fields.instant(ifAny: "paused_until"),
      pauseReason: try fields.text(ifAny: "pause_reason"))
    queue.settings = try settings(&fields)
    return queue
  }

  private static func settings(_ fields: inout ArchiveFields) throws(Problem) -> QueueSettings {
    do throws(InvalidSetting) {
      return try QueueSettings(members: { fields.setting(ifAny: $0) })
    } catch { throw Problem(reason: "\(error.name) makes no sense") }
  }

  private static func rules(_ fields: inout ArchiveFields) throws(Problem) -> Retention {
    let settings = try settings(&fields)
    guard settings == QueueSettings(retention: settings.retention),
      settings.retention != Retention()
    else { throw Problem(reason: "the rules for all queues say only how long something is kept") }
    return settings.retention
  }

  private static func request(_ fields: inout ArchiveFields) throws(Problem) -> KnownRequest {
    let key = try fields.text("idempotency_key")
    var probe = NewJob()
    probe.idempotencyKey = key
    try check(probe)
    return KnownRequest(
      queue: try fields.value("queue") { try QueueName($0) }, key: key,
      id: try fields.value("id") { try JobID($0) }, digest: try fields.hexadecimal("digest"),
      expiresAt: try fields.instant("expires_at"))
  }

  static func check(_ probe: NewJob) throws(Problem) {
    do { try probe.validate() } catch {
      throw Problem(reason: "\(error.field.rawValue) \(error.reason)")
    }
  }

  private static func minute(_ fields: inout ArchiveFields) throws(Problem) -> QueueMinute {
    let queue = try fields.value("queue") { try QueueName($0) }
    let number = try fields.number("minute")
    guard number > 0, number < Int64.max / 60_000 else {
      throw Problem(reason: "minute is out of range")
    }
    var minute = QueueMinute(queue: queue, minute: number)
    for (name, path) in ArchiveLine.totalNames {
      minute.totals[keyPath: path] = try fields.count(name)
    }
    for (name, path) in ArchiveLine.sumNames {
      minute.totals[keyPath: path] = try fields.count(ifAny: name) ?? 0
    }
    for (name, path) in ArchiveLine.depthNames {
      minute.depth[keyPath: path] = try fields.number(name)
    }
    minute.timings = Timings(bytes: try fields.hexadecimal("durations"))
    return minute
  }

  private static func record(_ fields: inout ArchiveFields) throws(Problem) -> LogRecord {
    let event = try fields.text("event")
    guard let known = LogRecord.Event(rawValue: event) else {
      throw Problem(reason: "an unknown event '\(TerminalText.escape(event, .line))'")
    }
    var record = LogRecord(known, at: try fields.instant("timestamp"))
    // The event decides the level.
    _ = try fields.text(ifAny: "level")
    record.queue = try fields.value(ifAny: "queue") { try QueueName($0) }
    record.jobID = try fields.value(ifAny: "job_id") { try JobID($0) }
    record.jobType = try fields.value(ifAny: "job_type") { try JobType($0) }
    record.attempt = try fields.number(ifAny: "attempt")
    record.status = try fields.value(ifAny: "status") { try ArchiveLineReader.state($0) }
    record.duration = try fields.number(ifAny: "duration_ms").map(TimeSpan.init(milliseconds:))
    record.error = try fields.text(ifAny: "error")
    record.exitCode = try fields.number(ifAny: "exit_code")
    record.signal = try fields.number(ifAny: "signal")
    record.worker = try fields.text(ifAny: "worker")
    record.actor = try fields.text(ifAny: "actor")
    record.reason = try fields.text(ifAny: "reason")
    record.fromQueue = try fields.value(ifAny: "from_queue") { try QueueName($0) }
    record.verb = try fields.text(ifAny: "verb")
    record.filter = try fields.text(ifAny: "filter")
    record.planned = try fields.number(ifAny: "planned")
    record.changed = try fields.number(ifAny: "changed")
    record.schedule = try fields.value(ifAny: "schedule") { try ScheduleName($0) }
    record.tags = try fields.tags()
    return record
  }

  static func state(_ text: String) throws(InvalidValue) -> JobState {
    guard let state = JobState(rawValue: text) else { throw InvalidValue(.state, "is unknown") }
    return state
  }
}
