import TestSupport
import MemoryStorage
import Jobs
import Storage
import Testing
import Text

@testable import Commands

@Suite struct TailCommandTests {
  let rig: CommandStage

  init() throws { rig = try CommandStage() }

  /// A record with every field.
  private func full() throws -> LogRecord {
    var record = LogRecord(.failed, at: rig.now)
    record.queue = try QueueName("emails")
    record.jobID = try JobID("0s9xhm7hw090q")
    record.jobType = try JobType("welcome")
    record.attempt = 2
    record.status = .retrying
    record.duration = TimeSpan(milliseconds: 1250)
    record.error = "no \u{1b}[31mroute"
    record.exitCode = 1
    record.signal = 9
    record.worker = "box:1"
    record.actor = "ops"
    record.reason = "asked for"
    record.fromQueue = try QueueName("old")
    record.verb = "move"
    record.filter = "-q old"
    record.planned = 3
    record.changed = 2
    record.schedule = try ScheduleName("nightly")
    record.tags = [try Tag(name: "user_id", value: "42"), try Tag(name: "a", value: "b c")]
    return record
  }

  /// As many records as levels allow, a second apart.
  private func log(_ events: LogRecord.Event...) throws {
    for event in events {
      try rig.memory.record([LogRecord(event, at: rig.now)])
      rig.now = rig.now + .seconds(1)
    }
  }

  private func events(_ words: String...) throws -> [String] {
    try rig.run(["tail", "-o", "cat"] + words).lines
  }

  @Test func `the fields are the keys of a record in their order`() {
    #expect(LogField.allCases.map(\.rawValue) == LogRecord.keys)
  }

  @Test func `JSON has every key in order, then the tags`() throws {
    try rig.memory.record([try full()])
    let result = try rig.run("tail", "--json")
    let found = try members(result.output)
    #expect(found.map(\.key) == LogRecord.keys + ["user_id", "a"])
    #expect(found.first?.value == .string("2025-06-01T08:00:00.000Z"))
    #expect(found.first { $0.key == "duration_ms" }?.value == .number("1250"))
    #expect(found.first { $0.key == "error" }?.value == .string("no \u{1b}[31mroute"))
    #expect(!result.output.utf8.contains(0x1b))
  }

  @Test func `JSON leaves out what a record has not`() throws {
    try log(.workerStarted)
    #expect(
      try members(try rig.run("tail", "--json").output).map(\.key) == [
        "timestamp", "level", "event",
      ])
  }

  @Test func `logfmt has the same keys`() throws {
    try rig.memory.record([try full()])
    let line = try rig.run("tail", "-o", "logfmt").output
    #expect(
      line.hasPrefix("timestamp=2025-06-01T08:00:00.000Z level=warning event=failed queue=emails "))
    #expect(line.hasSuffix(" user_id=42 a=\"b c\"\n"))
    #expect(line.contains("error=\"no \\u001b[31mroute\""))
  }

  @Test func `short is one line for people, escaped`() throws {
    try rig.memory.record([try full()])
    #expect(
      try rig.run("tail").output
        == "2025-06-01T08:00:00+00:00 warning  failed emails 0s9xhm7hw090q welcome attempt=2 "
        + "status=retrying exit_code=1 signal=9 worker=box:1 actor=ops reason=\"asked for\" "
        + "from_queue=old verb=move filter=\"-q old\" planned=3 changed=2 schedule=nightly "
        + "user_id=42 a=\"b c\" in 1s250ms: no \\x1b[31mroute\n")
    #expect(try rig.run("tail", "--utc").output.hasPrefix("2025-06-01T08:00:00.000Z warning "))
    #expect(try rig.run("tail", "-o", "cat").output.hasPrefix("failed emails "))
  }

  @Test func `level and event are coloured on a terminal`() throws {
    rig.streams = .init(outputIsTerminal: true, columns: 80)
    try log(.dead)
    #expect(
      try rig.run("tail", "-o", "short").output
        == "2025-06-01T08:00:00+00:00 \u{1b}[31merror\u{1b}[0m    \u{1b}[31mdead\u{1b}[0m\n")
    #expect(try rig.run("tail", "--color", "never").output.contains("error    dead"))
  }

  @Test func `everything is shown unless a number is given`() throws {
    for _ in 0..<700 { try log(.completed) }
    #expect(try events().count == 700)
    #expect(try events("-n", "all").count == 700)
    #expect(try events("-n", "3").count == 3)
    #expect(try events("--lines", "0") == [])
    #expect(try rig.run("tail", "-n", "-1").status == 2)
  }

  @Test func `a level means that and worse, a range means the range`() throws {
    try log(.completed, .paused, .failed, .dead)
    #expect(try events("-p", "warning") == ["failed", "dead"])
    #expect(try events("-p", "info..notice") == ["completed", "paused"])
    #expect(try rig.run("tail", "-p", "warn").status == 2)
    #expect(try rig.run("tail", "-p", "error..info").status == 2)
  }

  @Test func `since and until bound the time`() throws {
    try log(.completed, .paused, .failed, .dead)
    #expect(try events("-S", "2025-06-01T08:00:02Z") == ["failed", "dead"])
    #expect(try events("-U", "2025-06-01 08:00:01") == ["completed", "paused"])
    #expect(try events("--since", "-2s") == ["failed", "dead"])
    let wrong = try rig.run("tail", "--since", "soonish")
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("--since: 'soonish'"))
  }

  @Test func `queue, type, tag and id select`() throws {
    let tag = try Tag(name: "user_id", value: "42")
    let first = try rig.enqueue("emails", type: "welcome", tags: [tag])
    try rig.enqueue("reports", type: "monthly")
    for queue in ["emails", "reports"] {
      let lease = try rig.claim(queue).lease
      _ = try rig.memory.settle([Settlement(lease, .reject)], thenClaim: nil, at: rig.now)
    }
    #expect(try events("-q", "emails").count == 1)
    #expect(try events("-q", "!emails") == events("-t", "monthly"))
    #expect(try events("--tag", "user_id=42") == events("\(first)"))
    #expect(try events("-q", "emails,reports").count == 2)
  }

  @Test func `a misspelt queue is named`() throws {
    try rig.enqueue("emails")
    let result = try rig.run("tail", "-q", "email")
    #expect(result.status == 1)
    #expect(result.errors.contains("did you mean 'emails'?"))
  }

  @Test func `following shows the last ten, then what comes, each as it comes`() throws {
    for _ in 0..<20 { try log(.completed) }
    var seen: [Int] = []
    rig.wait = { [rig] _ in
      seen.append((try? rig.text("output").utf8.filter { $0 == 0x0a }.count) ?? -1)
      guard seen.count < 3 else { return false }
      try? rig.memory.record([LogRecord(.paused, at: rig.now)])
      return true
    }
    let result = try rig.run("tail", "-f", "-o", "cat")
    #expect(result.status == 0)
    #expect(seen == [10, 11, 12])
    #expect(result.lines.suffix(3) == ["completed", "paused", "paused"])
  }

  @Test func `following from nothing shows only what comes`() throws {
    try log(.completed)
    var waits = 0
    rig.wait = { [rig] _ in
      waits += 1
      try? rig.memory.record([LogRecord(.paused, at: rig.now)])
      return waits < 2
    }
    #expect(try rig.run("tail", "-f", "-n", "0", "-o", "cat").lines == ["paused"])
  }

  @Test func `waits grow while nothing comes, and are short again when something does`() throws {
    var waits: [Int] = []
    rig.wait = { [rig] milliseconds in
      waits.append(milliseconds)
      if waits.count == 7 { try? rig.memory.record([LogRecord(.paused, at: rig.now)]) }
      return waits.count < 8
    }
    _ = try rig.run("tail", "-f")
    #expect(waits == [20, 40, 80, 160, 250, 250, 250, 10])
  }

  @Test func `following ends when nothing wanted can come any more`() throws {
    try log(.completed)
    rig.wait = { [rig] _ in
      rig.now = rig.now + .seconds(30)
      return true
    }
    #expect(try rig.run("tail", "-f", "-o", "cat", "-U", "+1m").lines == ["completed"])
  }

  @Test func `a missing store is status 69, and none is made`() throws {
    rig.refusal = .missing(path: "/q.db")
    #expect(try rig.run("tail", "-f").status == 69)
    #expect(rig.intents == [.read])
  }

  @Test func `journalctl's no-pager is accepted`() throws {
    #expect(try rig.run("tail", "--no-pager").status == 0)
  }
}
