import Jobs
import Text

/// Lines that other programs wrote.
extension LogRenderer {
  /// A line of a file with its end.
  ///
  /// - Parameters:
  ///   - record: what it says; `nil` where it is no record.
  ///   - bytes: the line as it stands in the file.
  ///   - prefix: which file, where there are several; only for people.
  func line(_ record: FileRecord?, _ bytes: [UInt8], prefix: String?) -> ByteBuffer {
    var line = ByteBuffer(capacity: bytes.count + 64)
    if let prefix, format.isForPeople { line.append("\(prefix): ") }
    switch (format, record) {
    case (.json, .some): return Self.asWritten(bytes)
    case (.json, nil): return Self.wrapped(bytes)
    case (.logfmt, .some(let record)): append(record, asLogfmtTo: &line)
    case (.short, .some(let record)): append(record, withTime: true, to: &line)
    case (.cat, .some(let record)): append(record, withTime: false, to: &line)
    case (_, nil): TerminalText.append(bytes: bytes, to: &line)
    }
    line.append("\n")
    return line
  }

  private static func asWritten(_ bytes: [UInt8]) -> ByteBuffer {
    var writer = JSONWriter(capacity: bytes.count + 16)
    writer.raw(bytes)
    writer.endLine()
    return writer.buffer
  }

  private static func wrapped(_ bytes: [UInt8]) -> ByteBuffer {
    var writer = JSONWriter(capacity: bytes.count + 16)
    writer.beginObject()
    writer.member("raw", String(decoding: bytes, as: UTF8.self))
    writer.endObject()
    writer.endLine()
    return writer.buffer
  }

  private func append(_ record: FileRecord, asLogfmtTo line: inout ByteBuffer) {
    var writer = LogfmtWriter(capacity: 256)
    if let timestamp = record.timestamp {
      writer.field(LogField.timestamp.rawValue, timestamp.rfc3339)
    }
    if let level = record.level { writer.field(LogField.level.rawValue, level.rawValue) }
    for field in LogField.allCases {
      if let value = record.known[field] { writer.field(field.rawValue, value) }
    }
    for (name, value) in record.rest { writer.field(name, value) }
    line.append(contentsOf: writer.buffer.bytes)
  }

  /// As `people` shows a record of the store's log.
  private func append(_ record: FileRecord, withTime: Bool, to line: inout ByteBuffer) {
    let level = record.level ?? .info
    let style = isColoured ? level.style : .plain
    var isFirst = true
    func space() {
      if !isFirst { line.append(" ") }
      isFirst = false
    }
    if withTime {
      if let timestamp = record.timestamp {
        space()
        line.append(times.text(timestamp))
      }
      space()
      let word = record.level?.rawValue ?? "-"
      style.append(word, to: &line)
      line.append(repeating: UInt8(ascii: " "), count: max(8 - word.utf8.count, 0))
    }
    if let event = record.known[.event] {
      space()
      style.append(TerminalText.escape(event, .line), to: &line)
    }
    for field in Self.named {
      guard let text = record.known[field] else { continue }
      space()
      TerminalText.append(text, to: &line)
    }
    var details = LogfmtWriter(capacity: 128)
    for field in Self.rest {
      if let value = record.known[field] { details.field(field.rawValue, value) }
    }
    for (name, value) in record.rest { details.field(name, value) }
    if !details.buffer.isEmpty {
      space()
      line.append(contentsOf: details.buffer.bytes)
    }
    if let duration = record.known[.duration].flatMap({ Int64($0) }) {
      line.append(" in \(TimeSpan(milliseconds: duration).brief)")
    }
    if let error = record.known[.error] {
      line.append(": ")
      TerminalText.append(error, to: &line)
    }
  }
}
