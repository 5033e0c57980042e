import Calendar
import Jobs
import Storage
import Text

/// A line of a log that another program wrote: a JSON object whose keys are those of design.md §9, or
/// what other programs call them.
struct FileRecord {
  var timestamp: Instant?
  var level: LogLevel?
  /// What stands under a known key, as text, by the key that we use.
  private(set) var known: [LogField: String] = [:]
  /// What stands under other keys, in their order; text as it is, anything else as JSON.
  private(set) var rest: [(name: String, value: String)] = []

  /// Reads a line; `nil` where it is no JSON object.
  init?(_ bytes: [UInt8], in range: Range<Int>) {
    var reader = JSONObjectReader(bytes, in: range)
    do throws(JSONError) {
      while let member = try reader.next() {
        let text = reader.string(of: member)
        let value = text ?? String(decoding: reader.slice(of: member), as: UTF8.self)
        take(member.key, value, isText: text != nil, isNull: member.kind == .null)
      }
    } catch { return nil }
  }

  private mutating func take(_ key: String, _ value: String, isText: Bool, isNull: Bool) {
    guard !isNull else { return }
    guard let field = Self.field(of: key), known[field] == nil else {
      return rest.append((key, value))
    }
    switch field {
    case .timestamp:
      guard timestamp == nil, let moment = Self.moment(value, isText: isText) else {
        return rest.append((key, value))
      }
      timestamp = moment
    case .level:
      guard level == nil, let found = Self.level(value, under: key) else {
        return rest.append((key, value))
      }
      level = found
    case .duration:
      known[.duration] = Self.milliseconds(value, under: key)
      if known[.duration] == nil { rest.append((key, value)) }
    default: known[field] = value
    }
  }

  /// What others call our keys.
  private static func field(of key: String) -> LogField? {
    if let field = LogField(rawValue: key) { return field }
    return switch key {
    case "time", "ts", "@timestamp", "datetime", "date": .timestamp
    case "severity", "lvl", "severity_text", "SeverityText", "log.level", "PRIORITY": .level
    case "message", "msg", "MESSAGE", "body": .event
    case "id", "jid", "jobId", "job.id", "jobid": .jobID
    case "type", "class", "job_class", "jobType", "job.type", "task", "kind": .jobType
    case "queue_name", "queueName", "job.queue": .queue
    case "err", "exception", "error.message", "error_message": .error
    case "duration", "elapsed", "elapsed_ms", "durationMs", "took_ms": .duration
    case "state": .status
    case "attempts", "retry_count": .attempt
    case "user.name": .actor
    case "hostname", "host", "host.name", "worker_id": .worker
    default: nil
    }
  }

  /// RFC 3339, or a number since 1970: seconds, or where that would be too far off, milliseconds,
  /// microseconds or nanoseconds.
  private static func moment(_ value: String, isText: Bool) -> Instant? {
    if isText, let milliseconds = try? RFC3339.parse(value) {
      return Instant(milliseconds: milliseconds)
    }
    guard let number = Double(value), number.isFinite, number > 0, number < 1e19 else { return nil }
    let milliseconds =
      switch number {
      case ..<1e11: number * 1000
      case ..<1e14: number
      case ..<1e17: number / 1000
      default: number / 1_000_000
      }
    return Instant(milliseconds: Int64(milliseconds))
  }

  private static func level(_ value: String, under key: String) -> LogLevel? {
    if let number = Int(value) {
      return key == "PRIORITY" || number < 8 ? ofSyslog(number) : ofPino(number)
    }
    return switch value.lowercased() {
    case "trace", "finest", "verbose": .trace
    case "debug", "fine": .debug
    case "info", "information", "informational": .info
    case "notice": .notice
    case "warn", "warning": .warning
    case "error", "err", "severe": .error
    case "critical", "crit", "fatal", "alert", "emerg", "emergency", "panic": .critical
    default: nil
    }
  }

  /// syslog(3): the smaller, the worse.
  private static func ofSyslog(_ number: Int) -> LogLevel? {
    switch number {
    case 0...2: .critical
    case 3: .error
    case 4: .warning
    case 5: .notice
    case 6: .info
    case 7: .debug
    default: nil
    }
  }

  /// As pino and bunyan count: 10 for trace up to 60 for fatal.
  private static func ofPino(_ number: Int) -> LogLevel? {
    switch number {
    case 10..<20: .trace
    case 20..<30: .debug
    case 30..<40: .info
    case 40..<50: .warning
    case 50..<60: .error
    case 60...: .critical
    default: nil
    }
  }

  /// A bare `duration` counts seconds where it has a fraction or a unit of seconds, else milliseconds.
  private static func milliseconds(_ value: String, under key: String) -> String? {
    if let number = Int64(value) { return String(number) }
    guard let number = Double(value), number.isFinite, number >= 0, number < 1e12 else {
      return nil
    }
    let isSeconds = key == "duration" || key == "elapsed"
    return String(Int64((isSeconds ? number * 1000 : number).rounded()))
  }
}

extension LogFilter {
  /// Judges a line of a file: what it does not say does not match what is asked for.
  ///
  /// - Parameter bytes: the line.
  func matches(_ record: FileRecord?, _ bytes: [UInt8]) -> Bool {
    guard text.map({ $0.matches(bytes) }) ?? true else { return false }
    guard let record else { return isOnlyText }
    return isAny(queues, record.known[.queue]) && isAny(types, record.known[.jobType])
      && isAny(states.texts, record.known[.status])
      && isAny(events.texts, record.known[.event])
      && errors.accepts { record.known[.error]?.contains($0) ?? false }
      && tags.accepts { tag in
        record.rest.contains { $0.name == tag.name && $0.value == tag.value }
      }
      && (attempts.map { range in
        record.known[.attempt].flatMap { Int64($0) }.map { range.contains($0) } ?? false
      } ?? true)
      && (isEveryLevel || record.level.map { levels.contains($0) } ?? false)
      && (since.map { since in record.timestamp.map { $0 >= since } ?? false } ?? true)
      && (until.map { until in record.timestamp.map { $0 <= until } ?? false } ?? true)
  }

  private var isEveryLevel: Bool { levels == .trace ... .critical }

  /// Whether nothing is asked that a line which is no record could not answer.
  private var isOnlyText: Bool {
    var rest = self
    rest.text = nil
    return rest == LogFilter()
  }

  private func isAny<Value: CustomStringConvertible>(
    _ selection: Selection<Value>, _ text: String?
  ) -> Bool {
    selection.accepts { $0.description == text }
  }
}

extension Selection where Value: RawRepresentable<String> {
  /// The same by their words.
  fileprivate var texts: Selection<String> {
    Selection<String>(anyOf: anyOf.map(\.rawValue), noneOf: noneOf.map(\.rawValue))
  }
}
