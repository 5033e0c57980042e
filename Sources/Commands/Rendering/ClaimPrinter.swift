import Jobs
import PosixIO
import Storage
import Text

/// Prints claimed jobs, and puts a payload into a file.
struct ClaimPrinter {
  private let options: ClaimCommand.Options
  private let context: CommandContext
  private let template: FormatTemplate?

  /// The names for templates, in order.
  static let fields = JobField.allCases.map(\.rawValue) + ["token"]

  /// Checks the template before anything is claimed.
  init(_ options: ClaimCommand.Options, _ context: CommandContext) throws(CommandFailure) {
    self.options = options
    self.context = context
    do {
      template = try options.template.map { (text) throws(FormatTemplateError) in
        try FormatTemplate.parse(text, known: Self.fields)
      }
    } catch {
      throw .failed(.usage, "--format: \(error.description)")
    }
  }

  /// Prints all of them; when it returns, everything has arrived.
  func print(_ claimed: [ClaimedJob]) throws(CommandFailure) {
    if let path = options.payloadFile, let job = claimed.first { try write(job.payload, to: path) }
    let now = context.now()
    for job in claimed {
      var line = record(job, now)
      line.append(options.endsWithNull ? 0 : UInt8(ascii: "\n"))
      try context.write(line.bytes)
    }
    try context.flush()
  }

  private func record(_ claimed: ClaimedJob, _ now: Instant) -> ByteBuffer {
    var line = ByteBuffer(capacity: 256)
    if let template {
      template.render(to: &line, .line) { Self.field($0, of: claimed, now) }
      return line
    }
    switch options.format {
    case .table: line.append("\(claimed.job.id) \(claimed.lease.token)")
    case .json: line = Self.json(claimed, now)
    }
    return line
  }

  private static func field(_ name: String, of claimed: ClaimedJob, _ now: Instant) -> String {
    guard name != "token" else { return claimed.lease.token.description }
    return JobField(rawValue: name)?.value(of: claimed.job, at: now).plain ?? ""
  }

  private static func json(_ claimed: ClaimedJob, _ now: Instant) -> ByteBuffer {
    var writer = JSONWriter(capacity: 512 + claimed.payload.count)
    writer.beginObject()
    writer.fields(of: claimed.job, at: now)
    writer.member("token", claimed.lease.token.description)
    writer.payload(claimed.payload)
    writer.tags(claimed.tags)
    writer.endObject()
    return writer.buffer
  }

  private func write(_ payload: [UInt8], to path: String) throws(CommandFailure) {
    do { try FileSystem.replaceFile(path, with: payload, mode: 0o600) } catch {
      let name = TerminalText.escape(path, .line)
      throw .failed(.cannotCreate, "cannot write \(name): \(error.code.reason)")
    }
  }
}
