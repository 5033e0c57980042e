import Jobs
import Text

/// A record of the log as a line of NDJSON, in the words of `qctl tail -o json`.
enum LogLine {
  /// No line is longer: keys, tags and texts have limits.
  static let longest = 1 << 20

  /// Appends the line of a record, with its line feed.
  static func append(_ record: LogRecord, to out: inout [UInt8]) {
    var writer = JSONWriter(capacity: 384)
    writer.beginObject()
    writer.member("timestamp", TextTime.text(record.timestamp))
    writer.member("level", record.level.rawValue)
    writer.member("event", record.event.rawValue)
    writer.present("queue", record.queue?.description)
    writer.present("job_id", record.jobID?.description)
    writer.present("job_type", record.jobType?.description)
    writer.present("attempt", record.attempt)
    writer.present("status", record.status?.rawValue)
    writer.present("duration_ms", record.duration?.milliseconds)
    writer.present("error", record.error)
    writer.present("exit_code", record.exitCode)
    writer.present("signal", record.signal)
    writer.present("worker", record.worker)
    writer.present("actor", record.actor)
    writer.present("reason", record.reason)
    writer.present("from_queue", record.fromQueue?.description)
    writer.present("verb", record.verb)
    writer.present("filter", record.filter)
    writer.present("planned", record.planned)
    writer.present("changed", record.changed)
    writer.present("schedule", record.schedule?.description)
    for tag in record.tags { writer.member(tag.logKey, tag.value) }
    writer.endObject()
    writer.endLine()
    out += writer.buffer.bytes
  }

  /// Reads the line in a range of bytes; `nil` for one that is none of ours.
  static func read(_ bytes: [UInt8], in range: Range<Int>) -> LogRecord? {
    var reader = JSONObjectReader(bytes, in: range)
    var fields = LogFields()
    do {
      while let member = try reader.next() {
        guard fields.take(member, reader) else { return nil }
      }
    } catch { return nil }
    return fields.record
  }
}

/// What the members of a line say, one after the other.
private struct LogFields {
  private var timestamp: Instant?
  private var event: LogRecord.Event?
  /// The other parts; moment and event are put in at the end.
  private var parts = LogRecord(.claimed, at: Instant(milliseconds: 0))

  var record: LogRecord? {
    guard let timestamp, let event else { return nil }
    var record = parts
    record.timestamp = timestamp
    record.event = event
    return record
  }

  /// Takes in a member; false where it spoils the line.
  mutating func take(_ member: JSONMember, _ reader: JSONObjectReader) -> Bool {
    if member.kind == .number { return take(member.key, reader.int64(of: member)) }
    guard let text = reader.string(of: member) else { return !LogRecord.keys.contains(member.key) }
    return take(member.key, text)
  }

  private mutating func take(_ key: String, _ number: Int64?) -> Bool {
    guard let number else { return !LogRecord.keys.contains(key) }
    switch key {
    case "attempt": parts.attempt = number
    case "duration_ms": parts.duration = TimeSpan(milliseconds: number)
    case "exit_code": parts.exitCode = number
    case "signal": parts.signal = number
    case "planned": parts.planned = number
    case "changed": parts.changed = number
    default: return !LogRecord.keys.contains(key)
    }
    return true
  }

  private mutating func take(_ key: String, _ text: String) -> Bool {
    switch key {
    case "timestamp": return Self.set(&timestamp, TextTime.read(text))
    case "event": return Self.set(&event, LogRecord.Event(rawValue: text))
    case "queue": return Self.set(&parts.queue, try? QueueName(text))
    case "job_id": return Self.set(&parts.jobID, try? JobID(text))
    case "job_type": return Self.set(&parts.jobType, try? JobType(text))
    case "status": return Self.set(&parts.status, JobState(rawValue: text))
    case "error": parts.error = text
    case "worker": parts.worker = text
    case "actor": parts.actor = text
    case "reason": parts.reason = text
    case "from_queue": return Self.set(&parts.fromQueue, try? QueueName(text))
    case "verb": parts.verb = text
    case "filter": parts.filter = text
    case "schedule": return Self.set(&parts.schedule, try? ScheduleName(text))
    // The event says it.
    case "level": return true
    case "attempt", "duration_ms", "exit_code", "signal", "planned", "changed": return false
    default: if let tag = try? Tag(name: key, value: text) { parts.tags.append(tag) }
    }
    return true
  }

  private static func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
    field = value
    return value != nil
  }
}
