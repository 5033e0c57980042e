import Jobs
import Text

/// The first part of a job's file: what was accepted, a line each, and where the payload is.
///
/// ```
/// qctl-job: 1
/// id: 0f8k3w2zq1a7b
/// queue: emails
/// type: send-welcome-email
/// priority: 5
/// enqueued_at: 2026-11-21T13:20:11.123Z
/// run_at: 2026-11-21T13:20:11.123Z
/// max_attempts: 10
/// tags: {"user_id":"42"}
/// payload_bytes: 17
///
/// {"user_id": 4711}
/// ```
///
/// After the payload's bytes, which are as they came, follows the history: for each change a line feed,
/// a JSON object, a line feed (see JobEntry). Nothing that was written is ever changed.
struct JobHeader {
  /// The job as it was accepted.
  var job: Job
  var tags: [Tag]
  /// Where the payload begins, in bytes.
  var payloadStart: Int
  /// How long it is, in bytes.
  var payloadCount: Int
  /// The jobs that it was enqueued to wait for.
  var after: [JobID] = []

  /// The version of the format, which is the first line.
  static let version = "1"
  /// No header is longer: keys and tags have limits.
  static let longest = 256 * 1024
}

// MARK: - Writing

extension JobHeader {
  /// A whole file for a job that was just accepted.
  static func file(
    _ job: Job, tags: [Tag], after: [JobID] = [], payload: [UInt8]
  ) -> [UInt8] {
    var out = ByteBuffer(capacity: 384 + payload.count)
    line("qctl-job", version, &out)
    line("id", job.id.description, &out)
    line("queue", job.queue.description, &out)
    line("type", job.type.description, &out)
    line("priority", String(job.priority.level), &out)
    line("enqueued_at", TextTime.text(job.enqueuedAt), &out)
    line("run_at", TextTime.text(job.runAt), &out)
    line("max_attempts", String(job.maxAttempts), &out)
    if let key = job.uniqueKey { line("unique_key", quoted(key), &out) }
    if let key = job.idempotencyKey { line("idempotency_key", quoted(key), &out) }
    if let timeout = job.timeout { line("timeout_ms", String(timeout.milliseconds), &out) }
    if let backoff = job.backoff { line("backoff", backoff.description, &out) }
    if let text = TagText.write(tags) { line("tags", text, &out) }
    if job.uniqueScope != .active { line("unique_scope", job.uniqueScope.rawValue, &out) }
    if let key = job.concurrencyKey { line("concurrency_key", quoted(key), &out) }
    if let schedule = job.schedule { line("schedule", schedule.description, &out) }
    if let batch = job.batch { line("batch", batch.description, &out) }
    if let policy = job.onParentFailure { line("on_parent_failure", policy.rawValue, &out) }
    if !after.isEmpty { line("after", after.map(\.description).joined(separator: " "), &out) }
    line("payload_bytes", String(payload.count), &out)
    out.append(UInt8(ascii: "\n"))
    out.append(contentsOf: payload)
    return out.bytes
  }

  private static func line(_ key: String, _ value: String, _ out: inout ByteBuffer) {
    out.append(key)
    out.append(static: ": ")
    out.append(value)
    out.append(UInt8(ascii: "\n"))
  }

  /// Keys may hold anything, line feeds too.
  private static func quoted(_ text: String) -> String {
    var writer = JSONWriter(capacity: text.utf8.count + 8)
    writer.string(text)
    return writer.buffer.text
  }
}

extension Job {
  /// Whether its header has lines that a qctl of format 2 does not know.
  var isNewToFormat2: Bool {
    uniqueScope != .active || onParentFailure != nil || batch != nil || concurrencyKey != nil
      || schedule != nil
  }
}

// MARK: - Reading

extension JobHeader {
  /// Reads the beginning of a file; `nil` where it is no job's.
  init?(_ bytes: [UInt8]) {
    var fields = Fields()
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")), end > start {
      guard fields.take(bytes[start..<end]) else { return nil }
      start = end + 1
    }
    guard start < bytes.count, let job = fields.job, fields.payloadCount >= 0 else { return nil }
    self.init(
      job: job, tags: fields.tags, payloadStart: start + 1, payloadCount: fields.payloadCount,
      after: fields.after)
  }

  /// What the lines say, one after the other.
  private struct Fields {
    private var lines = 0
    private var id: JobID?
    private var queue: QueueName?
    private var type: JobType?
    private var priority: Priority?
    private var enqueuedAt: Instant?
    private var runAt: Instant?
    private var maxAttempts: Int64?
    private var uniqueKey: String?
    private var idempotencyKey: String?
    private var timeout: TimeSpan?
    private var backoff: Backoff?
    private(set) var tags: [Tag] = []
    private(set) var payloadCount = -1
    private(set) var after: [JobID] = []
    private var uniqueScope: UniqueScope?
    private var concurrencyKey: String?
    private var schedule: QueueName?
    private var batch: JobID?
    private var onParentFailure: ParentFailure?

    /// Takes in a line; false for one that no such file has.
    mutating func take(_ line: ArraySlice<UInt8>) -> Bool {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon + 2 < line.endIndex,
        line[colon + 1] == UInt8(ascii: " "),
        let value = Self.text(line[(colon + 2)...])
      else { return false }
      let key = String(decoding: line[..<colon], as: UTF8.self)
      defer { lines += 1 }
      guard (lines == 0) == (key == "qctl-job") else { return false }
      return take(key, value)
    }

    /// Mostly plain characters, which need no look at how they are put together.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
      for byte in bytes where byte >= 0x80 { return String(validating: bytes, as: UTF8.self) }
      return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func take(_ key: String, _ value: String) -> Bool {
      switch key {
      case "qctl-job": return value == JobHeader.version
      case "id": return Self.set(&id, try? JobID(value))
      case "queue": return Self.set(&queue, try? QueueName(value))
      case "type": return Self.set(&type, try? JobType(value))
      case "priority": return Self.set(&priority, Int64(value).flatMap { try? Priority($0) })
      case "enqueued_at": return Self.set(&enqueuedAt, TextTime.read(value))
      case "run_at": return Self.set(&runAt, TextTime.read(value))
      case "max_attempts": return Self.set(&maxAttempts, Int64(value))
      case "unique_key": return Self.set(&uniqueKey, Self.unquoted(value))
      case "idempotency_key": return Self.set(&idempotencyKey, Self.unquoted(value))
      case "timeout_ms":
        return Self.set(&timeout, Int64(value).map { TimeSpan(milliseconds: $0) })
      case "backoff": return Self.set(&backoff, try? Backoff(value))
      case "tags":
        tags = TagText.read(value)
        return !tags.isEmpty
      case "unique_scope": return Self.set(&uniqueScope, UniqueScope(rawValue: value))
      case "concurrency_key": return Self.set(&concurrencyKey, Self.unquoted(value))
      case "schedule": return Self.set(&schedule, try? QueueName(value))
      case "batch": return Self.set(&batch, try? JobID(value))
      case "on_parent_failure":
        return Self.set(&onParentFailure, ParentFailure(rawValue: value))
      case "after":
        after = value.split(separator: " ").compactMap { try? JobID(String($0)) }
        return !after.isEmpty
      case "payload_bytes":
        guard let count = Int(value), 0...(1 << 32) ~= count else { return false }
        payloadCount = count
        return true
      default: return false
      }
    }

    private static func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
      guard field == nil, let value else { return false }
      field = value
      return true
    }

    private static func unquoted(_ text: String) -> String? {
      (try? JSONValue.parse(Array(text.utf8)))?.string
    }

    var job: Job? {
      guard let id, let queue, let type, let priority, let enqueuedAt, let runAt, let maxAttempts
      else { return nil }
      var job = Job(
        id: id, queue: queue, type: type, state: .ready, priority: priority,
        enqueuedAt: enqueuedAt, runAt: runAt, maxAttempts: maxAttempts)
      job.uniqueKey = uniqueKey
      job.idempotencyKey = idempotencyKey
      job.timeout = timeout
      job.backoff = backoff
      job.uniqueScope = uniqueScope ?? .active
      job.concurrencyKey = concurrencyKey
      job.schedule = schedule
      job.batch = batch
      job.onParentFailure = onParentFailure
      return job
    }
  }
}
