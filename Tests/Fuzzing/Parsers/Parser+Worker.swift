import Jobs
import Text

@testable import Commands
@testable import Engine
@testable import PosixIO

extension Parser {
  static let worker: [Parser] = [jobLine, reply, answer, workerFile, processLine]

  private static let jobLine = Parser(
    "job line",
    examples: [
      #"{"queue":"a","type":"t","priority":3,"payload":{"x":[1.50]},"run_at":"2026-01-31T08:00:00Z"}"#,
      #"{"payload_text":"é\u0000","max_attempts":5,"backoff":"fixed:1s","timeout_ms":1000}"#,
      #"{"payload_b64":"AAE=","unique_key":"k","idempotency_key":"i","tags":{"a":"b"},"delay_ms":5}"#,
      #"{"ref":"a","after":["0s9xhm7hw090q"],"on_parent_failure":"cancel"}"#,
    ],
    words: [
      #""queue":"#, #""payload":"#, #""tags":{"#, #""delay_ms":"#, #""run_at":"#, #""priority":"#,
      "{", "}", "[", "]", ",", ":", "null", "true",
    ]
  ) { bytes in
    // A line never holds a line feed, and stands in the middle of a buffer.
    let line = bytes.filter { $0 != 10 }
    let buffer = Array("{\n".utf8) + line + Array("\n}".utf8)
    let now = Instant(milliseconds: 1_767_225_600_000)
    do throws(JobLine.Problem) {
      var refs = LineRefs()
      let job = try JobLine.parse(
        buffer, in: 2..<(2 + line.count), template: NewJob(), now: now, refs: &refs)
      // Before the year 0, where offsets lead, there is no way to write a time.
      guard job.runAt?.rfc3339.hasPrefix("-") != true else { return .accepted }
      let text = written(job)
      refs = LineRefs()
      var again = try JobLine.parse(
        text, in: 0..<text.count, template: NewJob(), now: now, refs: &refs)
      // What stands for a name is counted anew in each file.
      again.label = job.label
      return .accepted(if: again == job, "written and read again, it differs")
    } catch { return .refused(saying: error.reason) }
  }

  private static func written(_ job: NewJob) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("queue", job.queue.description)
    writer.member("type", job.type.description)
    if let priority = job.priority { writer.member("priority", priority.level) }
    writer.key("payload_b64")
    writer.base64(job.payload)
    if let runAt = job.runAt { writer.member("run_at", runAt.rfc3339) }
    if let most = job.maxAttempts { writer.member("max_attempts", most) }
    if let backoff = job.backoff { writer.member("backoff", backoff.description) }
    if let timeout = job.timeout { writer.member("timeout_ms", timeout.milliseconds) }
    if let key = job.uniqueKey { writer.member("unique_key", key) }
    if let key = job.idempotencyKey { writer.member("idempotency_key", key) }
    writer.tags(job.tags)
    writer.ids("after", job.after)
    writer.member("on_parent_failure", job.onParentFailure.rawValue)
    writer.endObject()
    return writer.buffer.bytes
  }

  private static let reply = Parser(
    "control file",
    examples: [#"{"retry_after":"5m","result":{"a":[1]}}"#, #"{"snooze":300}"#, " \n"],
    words: ["\"snooze\":", "\"retry_after\":", "\"result\":", "{", "}", ",", "\"1h\""]
  ) { bytes in
    do throws(ControlProblem) {
      let reply = try ControlReply(bytes)
      let spans = [reply.retryAfter, reply.snooze].compactMap(\.self)
      guard spans.allSatisfy({ .zero <= $0 && $0 <= Backoff.longest }) else {
        return .wrong("it waits too long")
      }
      let isSound = reply.result.map { JSONValidation.isValid($0) } ?? true
      return .accepted(if: isSound, "the result is no JSON")
    } catch { return .refused(saying: error.reason) }
  }

  private static let answer = Parser(
    "answer of a handler",
    examples: [
      #"{"id":"0g2v6m8c1k4zt","outcome":"done","result":{"a":[1]}}"#,
      #"{"id":"0g2v6m8c1k4zt","outcome":"retry","error":"é\u0000","retry_after":"5m"}"#,
      #"{"id":"0g2v6m8c1k4zt","outcome":"snooze","error":null,"retry_after":300}"#,
    ],
    words: [
      #""id":"#, #""outcome":"#, #""dead""#, #""snooze""#, #""retry_after":"#, "null", "{", "}",
      ",",
    ]
  ) { bytes in
    let buffer = Array("{\n".utf8) + bytes + Array("\n}".utf8)
    do throws(AnswerProblem) {
      let answer = try Answer(buffer, in: 2..<(2 + bytes.count))
      guard (answer.error?.utf8.count ?? 0) <= ErrorText.longest else {
        return .wrong("the error is longer than what is kept")
      }
      switch answer.outcome {
      case .done(let result?):
        return .accepted(if: JSONValidation.isValid(result), "the result is no JSON")
      case .snooze(let span), .retry(after: let span?):
        return .accepted(if: .zero <= span && span <= Backoff.longest, "it waits too long")
      case .done(nil), .retry(after: nil), .dead: return .accepted
      }
    } catch { return .refused(saying: error.reason) }
  }

  private static let workerFile = Parser("worker file", bytes: [workerExample]) { bytes in
    let slots = PresenceSlot.all(in: bytes)
    guard let header = PresenceHeader(bytes) else { return .refused }
    guard slots.count <= PresenceHeader.mostSlots else { return .wrong("too many slots") }
    let suspect = Suspect(header: header, slots: slots, isLockFree: false)
    _ = (suspect.isSilent, suspect.started)
    // A name that was cut inside a letter has been mended, and may have grown.
    guard header.name.utf8.count <= 168, !header.name.contains("\u{fffd}") else { return .accepted }
    return .accepted(
      if: PresenceHeader(header.bytes) == header, "written and read again, it differs")
  }

  private static let workerExample: [UInt8] = {
    let header = PresenceHeader(
      bootID: Array(1...16), namespace: 7, pid: 42, silence: 60_000_000_000, name: "host-1")
    var words = WordWriter()
    for word in [1 << 40, 3, 5, 42, 6, 0, 0, 0] as [Int64] { words.append(word) }
    return header.bytes + words.bytes + words.bytes
  }()

  private static let processLine = Parser(
    "process", texts: ["42 (a) b) S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 12345 0 0"],
    words: [")", "(", " ", "-1"]
  ) { text in
    ProcessTable.parse(Array(text.utf8), pid: 42) == nil ? .refused : .accepted
  }
}
