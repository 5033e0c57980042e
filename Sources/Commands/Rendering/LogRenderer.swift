import Jobs
import Text

/// In which form the log is printed.
enum LogFormat: String, CaseIterable, Sendable {
  /// For people.
  case short
  /// For programs.
  case json
  /// For programs that grew up with lines.
  case logfmt
  /// As `short`, without time and level.
  case cat

  /// Whether a person will look at it.
  var isForPeople: Bool { self == .short || self == .cat }
}

/// Makes a line of a log record.
struct LogRenderer {
  let format: LogFormat
  let times: TimeDisplay
  let isColoured: Bool

  init(_ options: TailCommand.Options, _ context: CommandContext) {
    format = options.format
    var output = options.output
    // Machine formats show no local time, so the zone's file need not be read for them.
    if format != .short { output.utc = true }
    times = TimeDisplay(output, context, relative: false)
    isColoured = output.usesColor(
      isTerminal: context.streams.outputIsTerminal, context.environment)
  }

  /// The record with its line end, and with what its handler wrote.
  func line(_ record: LogRecord, with output: [UInt8]? = nil) -> ByteBuffer {
    switch format {
    case .json: Self.json(record, output)
    case .logfmt: Self.logfmt(record, output)
    case .short: people(record, withTime: true, output)
    case .cat: people(record, withTime: false, output)
    }
  }

  private static func json(_ record: LogRecord, _ output: [UInt8]?) -> ByteBuffer {
    var writer = JSONWriter(capacity: 384)
    writer.beginObject()
    for field in LogField.allCases {
      switch field.value(of: record) {
      case .text(let text): writer.member(field.rawValue, text)
      case .number(let number): writer.member(field.rawValue, number)
      case .absent: break
      }
    }
    for tag in record.tags { writer.member(tag.logKey, tag.value) }
    if let output { writer.textOrBase64("output", output) }
    writer.endObject()
    writer.endLine()
    return writer.buffer
  }

  private static func logfmt(_ record: LogRecord, _ output: [UInt8]?) -> ByteBuffer {
    var writer = LogfmtWriter(capacity: 384)
    writer.fields(LogField.allCases, of: record)
    for tag in record.tags { writer.field(tag.logKey, tag.value) }
    if let output { writer.field("output", String(decoding: output, as: UTF8.self)) }
    writer.endLine()
    return writer.buffer
  }
}

// MARK: - For people

extension LogRenderer {
  /// What a reader knows by its place, without a name before it.
  static let named: [LogField] = [.queue, .jobID, .jobType]
  static let rest: [LogField] = [
    .attempt, .status, .exitCode, .signal, .worker, .actor, .reason, .fromQueue, .verb, .filter,
    .planned, .changed, .schedule,
  ]

  /// `TIME LEVEL EVENT QUEUE ID TYPE name=value… DURATION: ERROR`.
  private func people(
    _ record: LogRecord, withTime: Bool, _ output: [UInt8]?
  ) -> ByteBuffer {
    var line = ByteBuffer(capacity: 256)
    let style = isColoured ? record.level.style : .plain
    if withTime {
      line.append(times.text(record.timestamp))
      line.append(" ")
      style.append(record.level.rawValue, to: &line)
      line.append(repeating: UInt8(ascii: " "), count: 9 - record.level.rawValue.utf8.count)
    }
    style.append(record.event.rawValue, to: &line)
    for field in Self.named {
      guard case .text(let text) = field.value(of: record) else { continue }
      line.append(" ")
      TerminalText.append(text, to: &line)
    }
    var details = LogfmtWriter(capacity: 128)
    details.fields(Self.rest, of: record)
    for tag in record.tags { details.field(tag.name, tag.value) }
    if !details.buffer.isEmpty {
      line.append(" ")
      line.append(contentsOf: details.buffer.bytes)
    }
    if let duration = record.duration { line.append(" in \(duration.brief)") }
    if let error = record.error {
      line.append(": ")
      TerminalText.append(error, to: &line)
    }
    line.append("\n")
    if let output { Self.append(output, of: record, to: &line) }
    return line
  }

  /// Each line behind the job and the attempt that wrote it, since jobs run beside one another.
  private static func append(_ output: [UInt8], of record: LogRecord, to line: inout ByteBuffer) {
    var lines = output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for text in lines {
      line.append("  \(record.jobID?.description ?? "")#\(record.attempt ?? 0) | ")
      TerminalText.append(bytes: text, to: &line)
      line.append("\n")
    }
  }
}

extension LogfmtWriter {
  /// The fields that a record has.
  fileprivate mutating func fields(_ fields: [LogField], of record: LogRecord) {
    for name in fields {
      switch name.value(of: record) {
      case .text(let text): field(name.rawValue, text)
      case .number(let number): field(name.rawValue, number)
      case .absent: break
      }
    }
  }
}

extension LogLevel {
  /// The colour of a level on a terminal.
  var style: TextStyle {
    switch self {
    case .trace, .debug: .dim
    case .info: .plain
    case .notice: .cyan
    case .warning: .yellow
    case .error, .critical: .red
    }
  }
}
