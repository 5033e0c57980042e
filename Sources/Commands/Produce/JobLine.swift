import Calendar
import Jobs
import Text

/// A job as one JSON object: a line of a bulk file.
///
/// The members are those of design.md §2; an unknown one is an error, since a misspelt `run_at`
/// would otherwise run at once. The payload is kept as written, never re-encoded.
enum JobLine {
  /// Why a line is no job.
  struct Problem: Error, Equatable {
    let reason: String
  }

  /// Every member that a line may have.
  static let members = [
    "queue", "type", "priority", "payload", "payload_text", "payload_b64", "run_at", "delay_ms",
    "max_attempts", "backoff", "timeout_ms", "unique_key", "unique_scope", "on_conflict",
    "idempotency_key", "idempotency_ttl_ms",
    "concurrency_key", "tags", "ref", "after", "on_parent_failure",
  ]

  /// Reads the line that stands in `range` of `bytes`.
  ///
  /// - Parameter refs: the names that earlier lines gave; gets this line's.
  static func parse(
    _ bytes: [UInt8], in range: Range<Int>, template: NewJob, now: Instant,
    refs: inout LineRefs
  ) throws(Problem) -> NewJob {
    var line = JobLineReader(bytes, range, template: template, now: now)
    do {
      try line.read()
      try line.resolve(&refs)
      try line.job.validate()
      return line.job
    } catch let error as JSONError {
      throw Problem(reason: error.description)
    } catch let error as InvalidValue {
      throw Problem(reason: "\(error.field.rawValue) \(error.reason)")
    } catch let error as Problem {
      throw error
    } catch {
      throw Problem(reason: "it is no job")
    }
  }
}

/// One pass over the members of a line.
private struct JobLineReader {
  var job: NewJob
  private var reader: JSONObjectReader
  private let now: Instant
  private var hasPayload = false
  private var ref: String?
  private var parents: [String] = []

  init(_ bytes: [UInt8], _ range: Range<Int>, template: NewJob, now: Instant) {
    job = template
    reader = JSONObjectReader(bytes, in: range)
    self.now = now
  }

  mutating func read() throws {
    while let member = try reader.next() {
      try take(member)
    }
  }

  private mutating func take(_ member: JSONMember) throws {
    switch member.key {
    case "queue": job.queue = try QueueName(try text(member))
    case "type": job.type = try JobType(try text(member))
    case "priority": job.priority = try Priority(try number(member))
    case "payload": try takePayload(member, Array(reader.slice(of: member)))
    case "payload_text": try takePayload(member, reader.utf8(of: member))
    case "payload_b64":
      try takePayload(member, reader.utf8(of: member).flatMap { Base64.decode($0) })
    case "run_at": job.runAt = try instant(member)
    case "delay_ms": job.runAt = now + TimeSpan(milliseconds: try positive(member))
    case "max_attempts": job.maxAttempts = try number(member)
    case "backoff": job.backoff = try Backoff(try text(member))
    case "timeout_ms": job.timeout = TimeSpan(milliseconds: try positive(member))
    case "unique_key": job.uniqueKey = try text(member)
    case "unique_scope": job.uniqueScope = try choice(member)
    case "on_conflict": job.onConflict = try choice(member)
    case "idempotency_key": job.idempotencyKey = try text(member)
    case "idempotency_ttl_ms":
      job.idempotencyLifetime = TimeSpan(milliseconds: try positive(member))
    case "concurrency_key": job.concurrencyKey = try text(member)
    case "tags": job.tags = try tags(member)
    case "ref": ref = try text(member)
    case "after":
      parents = try texts(member)
      job.after = []
    case "on_parent_failure":
      guard let rule = ParentFailure(rawValue: try text(member)) else {
        throw wrong(member, "hold, cancel or run")
      }
      job.onParentFailure = rule
    default:
      throw JobLine.Problem(
        reason: "no job has a member '\(TerminalText.escape(member.key, .line))'\(near(member.key))"
      )
    }
  }

  private mutating func takePayload(
    _ member: JSONMember, _ bytes: [UInt8]?
  ) throws(JobLine.Problem) {
    guard !hasPayload else { throw JobLine.Problem(reason: "more than one payload") }
    guard let bytes else {
      let want = member.key == "payload_text" ? "a text" : "base64"
      throw JobLine.Problem(reason: "\(member.key) is not \(want)")
    }
    hasPayload = true
    job.payload = bytes
  }

  private func text(_ member: JSONMember) throws(JobLine.Problem) -> String {
    guard let text = reader.string(of: member) else { throw wrong(member, "a text") }
    return text
  }

  private func texts(_ member: JSONMember) throws -> [String] {
    guard member.kind == .array else { throw wrong(member, "an array of texts") }
    let value = try JSONValue.parse(reader.slice(of: member))
    return try (value.elements ?? []).map { element in
      guard let text = element.string else { throw wrong(member, "an array of texts") }
      return text
    }
  }

  /// Gives the line its name, and finds the jobs that it waits for: names first, then ids.
  mutating func resolve(_ refs: inout LineRefs) throws(JobLine.Problem) {
    for parent in parents {
      if let label = refs[parent] {
        job.afterLabels.append(label)
      } else if let id = try? JobID(parent) {
        job.after.append(id)
      } else {
        throw JobLine.Problem(
          reason: "after names '\(TerminalText.escape(parent, .line))', which is no job's id and "
            + "no ref of an earlier line")
      }
    }
    if let ref { job.label = try refs.add(ref) }
  }

  private func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ member: JSONMember
  ) throws(JobLine.Problem) -> Value {
    guard let value = Value(rawValue: try text(member)) else {
      throw wrong(member, "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  private func number(_ member: JSONMember) throws(JobLine.Problem) -> Int64 {
    guard let number = reader.int64(of: member) else { throw wrong(member, "a whole number") }
    return number
  }

  private func positive(_ member: JSONMember) throws(JobLine.Problem) -> Int64 {
    let value = try number(member)
    guard value >= 0 else { throw wrong(member, "zero or more milliseconds") }
    return value
  }

  private func instant(_ member: JSONMember) throws(JobLine.Problem) -> Instant {
    guard let text = reader.string(of: member), let time = try? RFC3339.parse(text) else {
      throw wrong(member, "an RFC 3339 time such as \"2026-01-31T08:00:00Z\"")
    }
    return Instant(milliseconds: time)
  }

  private func tags(_ member: JSONMember) throws -> [Tag] {
    guard member.kind == .object else { throw wrong(member, "an object of texts") }
    let value = try JSONValue.parse(reader.slice(of: member))
    return try (value.members ?? []).map { tag in
      guard let text = tag.value.string else { throw wrong(member, "an object of texts") }
      return try Tag(name: tag.key, value: text)
    }
  }

  private func wrong(_ member: JSONMember, _ wanted: String) -> JobLine.Problem {
    JobLine.Problem(reason: "\(member.key) is not \(wanted)")
  }

  private func near(_ key: String) -> String {
    guard let name = EditDistance.nearest(key, among: JobLine.members).first else { return "" }
    return "; did you mean '\(name)'?"
  }

}
