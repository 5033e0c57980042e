import Jobs
import Text

/// One line of a job's history: what changed, how the job stands since, and what came before.
///
/// Lines are only ever added, and more than one process may add some. Which of them count is said by
/// the job's name, which has the place of the latest, and by each line, which has the place of the one
/// before it; what a process wrote that died before it renamed the job, or that lost the race to do so, is
/// never looked at.
struct JobEntry: Equatable {
  /// What the line says of the job's result.
  enum Result: Equatable {
    case unchanged
    case set([UInt8]?)
  }

  /// Where the line before begins; 0 for none.
  var previous: Int64
  /// When.
  var at: Instant
  /// How the job stands since; `nil` in lines that only tell of an execution.
  var standing: Standing?
  /// The execution that ended.
  var execution: Attempt?
  var result = Result.unchanged
  /// What an operator did.
  var action: JobAction?
  /// The payload as it is since, where an operator changed it.
  var payload: [UInt8]?
}

/// A line of a job's history that has its payload.
struct PayloadLine: Equatable {
  /// Where in the file it begins, in bytes.
  var start: Int64
  /// How long it is, in bytes, so that one read gets it.
  var count: Int64
}

/// What changes in the life of a job and is not told by its place.
struct Standing: Equatable {
  var state: JobState
  var runAt: Instant
  var startedAt: Instant?
  var finishedAt: Instant?
  var attempt: Int64
  var failures: Int64
  var crashes: Int64
  var replays: Int64
  var worker: String?
  var error: String?
  /// The queue, where it is another than the one for which the job was accepted.
  var queue: QueueName?
  /// Where the payload is, if an earlier line changed it.
  var payload: PayloadLine?

  init(_ job: Job) {
    state = job.state
    runAt = job.runAt
    startedAt = job.startedAt
    finishedAt = job.finishedAt
    attempt = job.attempt
    failures = job.failures
    crashes = job.crashes
    replays = job.replays
    worker = job.worker
    error = job.error
  }

  /// Puts it in the place of what a job was when it was accepted.
  func apply(to job: inout Job) {
    job.runAt = runAt
    job.startedAt = startedAt
    job.finishedAt = finishedAt
    job.attempt = attempt
    job.failures = failures
    job.crashes = crashes
    job.replays = replays
    job.worker = worker
    job.error = error
  }
}

// MARK: - Writing

extension JobEntry {
  /// The line, with the line feeds around it.
  var line: [UInt8] {
    let bulk = (execution?.output?.count ?? 0) + (action?.payload?.count ?? 0)
    var writer = JSONWriter(capacity: 512 + bulk + (payload?.count ?? 0))
    writer.buffer.append(UInt8(ascii: "\n"))
    writer.beginObject()
    writer.member("at", TextTime.text(at))
    if let standing { Self.write(standing, &writer) }
    if let execution { Self.write(execution, &writer) }
    if let action {
      writer.key("action")
      action.write(to: &writer)
    }
    // Never as JSON: within the line it could be nested deeper than is read.
    if let payload { writer.bytesAsText("payload", payload) }
    if case .set(let bytes) = result {
      if let bytes { writer.bytes("result", bytes) } else { writer.member("result_none", true) }
    }
    writer.member("previous", previous)
    writer.endObject()
    writer.buffer.append(UInt8(ascii: "\n"))
    return writer.buffer.bytes
  }

  private static func write(_ standing: Standing, _ writer: inout JSONWriter) {
    writer.member("state", standing.state.rawValue)
    writer.member("run_at", TextTime.text(standing.runAt))
    writer.moment("started_at", standing.startedAt)
    writer.moment("finished_at", standing.finishedAt)
    writer.member("attempt", standing.attempt)
    writer.member("failures", standing.failures)
    writer.member("crashes", standing.crashes)
    writer.member("replays", standing.replays)
    writer.present("worker", standing.worker)
    writer.present("error", standing.error)
    writer.present("queue", standing.queue?.description)
    guard let payload = standing.payload else { return }
    writer.member("payload_at", payload.start)
    writer.member("payload_line", payload.count)
  }

  private static func write(_ execution: Attempt, _ writer: inout JSONWriter) {
    writer.key("execution")
    writer.beginObject()
    writer.member("attempt", execution.attempt)
    writer.member("outcome", execution.outcome.rawValue)
    writer.member("started_at", TextTime.text(execution.startedAt))
    writer.member("finished_at", TextTime.text(execution.finishedAt))
    writer.member("worker", execution.worker)
    writer.present("error", execution.error)
    writer.present("exit_code", execution.exitCode)
    writer.present("signal", execution.signal)
    if let output = execution.output { writer.bytes("output", output) }
    writer.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func moment(_ key: String, _ instant: Instant?) {
    if let instant { member(key, TextTime.text(instant)) }
  }
}

// MARK: - Reading

extension JobEntry {
  /// Reads the line that begins in `range` of `bytes`; `nil` for one that is not whole.
  ///
  /// - Parameter withAction: whether anybody asks what an operator did; what makes no sense is none.
  init?(_ bytes: [UInt8], in range: Range<Int>, withAction: Bool = false) {
    var reader = JSONObjectReader(bytes, in: range)
    var fields = EntryFields(withAction: withAction)
    do {
      while let member = try reader.next() {
        guard fields.take(member, reader, bytes) else { return nil }
      }
    } catch { return nil }
    guard let at = fields.at, let previous = fields.previous, previous >= 0 else { return nil }
    self.init(
      previous: previous, at: at, standing: fields.standing, execution: fields.execution,
      result: fields.result, action: fields.action, payload: fields.payload)
    guard fields.isWhole else { return nil }
  }
}

/// What the members of a line say, one after the other.
private struct EntryFields {
  var at: Instant?
  var previous: Int64?
  var result = JobEntry.Result.unchanged
  var execution: Attempt?
  private(set) var action: JobAction?
  private(set) var payload: [UInt8]?
  private let withAction: Bool
  private var queue: QueueName?
  private var state: JobState?
  private var runAt: Instant?
  private var startedAt: Instant?
  private var finishedAt: Instant?
  private var numbers: [String: Int64] = [:]
  private var worker: String?
  private var error: String?
  private(set) var isWhole = true

  init(withAction: Bool) { self.withAction = withAction }

  mutating func take(
    _ member: JSONMember, _ reader: JSONObjectReader, _ bytes: [UInt8]
  ) -> Bool {
    switch member.key {
    case "at": at = moment(member, reader)
    case "state":
      state = reader.string(of: member).flatMap { JobState(rawValue: $0) }
      isWhole = isWhole && state != nil
    case "run_at": runAt = moment(member, reader)
    case "started_at": startedAt = moment(member, reader)
    case "finished_at": finishedAt = moment(member, reader)
    case "attempt", "failures", "crashes", "replays", "payload_at", "payload_line":
      numbers[member.key] = reader.int64(of: member)
    case "worker": worker = reader.string(of: member)
    case "error": error = reader.string(of: member)
    case "execution":
      execution = Attempt(reading: bytes, in: member.range)
      isWhole = isWhole && execution != nil
    case "previous": previous = reader.int64(of: member)
    case "result", "result_text", "result_b64":
      result = .set(reader.bytes(of: member))
    case "result_none": result = .set(nil)
    case "action": if withAction { action = JobAction(json: reader.slice(of: member)) }
    case "payload_text", "payload_b64":
      payload = reader.bytes(of: member)
      isWhole = isWhole && payload != nil
    case "queue":
      queue = reader.string(of: member).flatMap { try? QueueName($0) }
      isWhole = isWhole && queue != nil
    default: break
    }
    return true
  }

  /// A moment; one that can't be read spoils the line.
  private mutating func moment(_ member: JSONMember, _ reader: JSONObjectReader) -> Instant? {
    let found = reader.string(of: member).flatMap(TextTime.read)
    isWhole = isWhole && found != nil
    return found
  }

  var standing: Standing? {
    guard let state, let runAt, let attempt = numbers["attempt"],
      let failures = numbers["failures"], let crashes = numbers["crashes"],
      let replays = numbers["replays"]
    else { return nil }
    var standing = Standing(
      state: state, runAt: runAt, startedAt: startedAt, finishedAt: finishedAt, attempt: attempt,
      failures: failures, crashes: crashes, replays: replays, worker: worker, error: error)
    standing.queue = queue
    if let start = numbers["payload_at"], let count = numbers["payload_line"] {
      standing.payload = PayloadLine(start: start, count: count)
    }
    return standing
  }
}

extension Standing {
  fileprivate init(
    state: JobState, runAt: Instant, startedAt: Instant?, finishedAt: Instant?, attempt: Int64,
    failures: Int64, crashes: Int64, replays: Int64, worker: String?, error: String?
  ) {
    self.state = state
    self.runAt = runAt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.attempt = attempt
    self.failures = failures
    self.crashes = crashes
    self.replays = replays
    self.worker = worker
    self.error = error
  }
}

extension Attempt {
  /// Reads an execution; `nil` where it is not whole.
  fileprivate init?(reading bytes: [UInt8], in range: Range<Int>) {
    var reader = JSONObjectReader(bytes, in: range)
    var texts: [String: String] = [:]
    var numbers: [String: Int64] = [:]
    var output: [UInt8]?
    do {
      while let member = try reader.next() {
        switch member.key {
        case "attempt", "exit_code", "signal": numbers[member.key] = reader.int64(of: member)
        case "output", "output_text", "output_b64": output = reader.bytes(of: member)
        default: texts[member.key] = reader.string(of: member)
        }
      }
    } catch { return nil }
    guard let attempt = numbers["attempt"],
      let outcome = texts["outcome"].flatMap({ Attempt.Outcome(rawValue: $0) }),
      let started = texts["started_at"].flatMap(TextTime.read),
      let finished = texts["finished_at"].flatMap(TextTime.read)
    else { return nil }
    self.init(
      attempt: attempt, startedAt: started, finishedAt: finished, outcome: outcome,
      worker: texts["worker"] ?? "", error: texts["error"], exitCode: numbers["exit_code"],
      signal: numbers["signal"], output: output)
  }
}
