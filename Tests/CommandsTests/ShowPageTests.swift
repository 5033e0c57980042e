import Commands
import Jobs
import MemoryStorage
import Storage
import Testing
import Text

/// The page about one job.
@Suite struct ShowPageTests {
  private static let hostile = "\u{1b}[31m\u{202e}\u{7}\u{9b}x"

  private func stage() throws -> CommandStage {
    let stage = try CommandStage()
    stage.environment["QCTL_ACTOR"] = "tester"
    return stage
  }

  /// A job that failed so once and is dead, or waits for its next try.
  private func fail(
    _ stage: CommandStage, _ id: JobID, _ outcome: Settlement.Verdict = .reject,
    _ change: (inout Settlement) -> Void = { _ in }
  ) throws {
    let claimed = try stage.claim()
    stage.now = stage.now + .seconds(90)
    var settlement = Settlement(claimed.lease, outcome)
    settlement.error = "connection 17 refused"
    change(&settlement)
    _ = try stage.memory.settle([settlement], thenClaim: nil, at: stage.now)
  }

  @Test func `a dead job tells how it ended, for how long it is dead, and who else died so`() throws
  {
    let stage = try stage()
    let id = try stage.enqueue("default", Array(#"{"a":[1,2]}"#.utf8))
    try fail(stage, id) {
      $0.signal = 9
      $0.output = Array("one\ntwo\n".utf8)
    }
    stage.now = stage.now + .minutes(65)
    let page = try stage.run("show", id.description).output
    let group = ErrorGroupID(of: "connection 17 refused")
    for part in [
      "State            dead for 1h5m\n", "  Failures       1 of 10\n",
      "  Finished       2025-06-01T08:01:30+00:00\n", "Error            connection 17 refused\n",
      "Error group      \(group), listed by 'qctl dlq list --error-group \(group)'\n",
      "\nAttempt 1: rejected\n", "  Took           1m30s\n", "  Signal         9 (SIGKILL)\n",
      "  Output         8 bytes\n    one\n    two\n",
      "\nPayload (11 bytes)\n    {\n      \"a\": [\n",
    ] {
      #expect(page.contains(part), "\(part) in \(page)")
    }
    #expect(try stage.run("dlq", "show", id.description).output == page)
  }

  @Test func `only a job that an error keeps from going on has its group`() throws {
    let stage = try stage()
    let id = try stage.enqueue()
    #expect(!(try stage.run("show", id.description).output.contains("Error group")))
    try fail(stage, id, .fail(retryAfter: .hours(1)))
    let page = try stage.run("show", id.description).output
    #expect(page.contains("State            retrying for 0s\n"))
    #expect(page.contains("'qctl list --state retrying --error-group "))
    #expect(page.contains("  Next run       2025-06-01T09:01:30+00:00\n"))
  }

  @Test func `on a terminal each time is also told from now`() throws {
    let stage = try stage()
    let id = try stage.enqueue()
    try fail(stage, id, .fail(retryAfter: .hours(1)))
    stage.streams.outputIsTerminal = true
    stage.streams.columns = 80
    let page = try stage.run("show", id.description, "--color", "never").output
    #expect(page.contains("  Next run       2025-06-01T09:01:30+00:00 (in 1h)\n"))
    #expect(page.contains("  Enqueued       2025-06-01T08:00:00+00:00 (1m30s ago)\n"))
    let utc = try stage.run("show", id.description, "--color", "never", "--utc").output
    #expect(utc.contains("  Next run       2025-06-01T09:01:30.000Z (in 1h)\n"))
  }

  @Test func `a running job tells its worker and its lease`() throws {
    let stage = try stage()
    let id = try stage.enqueue()
    _ = try stage.claim()
    _ = try stage.run("cancel", id.description)
    stage.now = stage.now + .seconds(5)
    let page = try stage.run("show", id.description).output
    #expect(page.contains("State            active for 5s, asked to stop\n"))
    #expect(page.contains("\nWorker\n  Name           worker-1\n  Lease          until 2025"))
    stage.now = stage.now + .hours(5)
    #expect(
      try stage.run("show", id.description).output.contains("; the next worker frees the job\n"))
  }

  @Test func `what operators did is told in its order`() throws {
    let stage = try stage()
    let id = try stage.enqueue("default", Array(#"{"a":1}"#.utf8))
    _ = try stage.run("edit", id.description, "--set", "a=2", "--reason", "typo")
    let to = try QueueName("slow")
    var request = ApplyRequest(
      .move(to: to), [PlanItem(try stage.job(id).job)], actor: "ann", reason: nil, now: stage.now)
    request.filter = "--queue default"
    request.planned = 42
    _ = try stage.memory.apply(request)
    let page = try stage.run("show", id.description).output
    #expect(
      page.hasSuffix(
        """

        History
          2025-06-01T08:00:00+00:00 edited by tester
            Reason       typo
            Old payload  7 bytes, printed by 'qctl show \(id) --json'
          2025-06-01T08:00:00+00:00 moved by ann
            From queue   default
            Filter       --queue default
            Jobs         one of 42

        """), "\(page)")
    let json = try members(try stage.run("show", id.description, "--json").output)
    let actions = try #require(json.first { $0.key == "actions" }?.value.elements)
    #expect(actions.map { $0["event"]?.string } == ["edited", "moved"])
    #expect(actions.first?["payload_text"]?.string == #"{"a":1}"#)
    #expect(actions.last?["planned"] == .number("42"))
    #expect(json.last?.key == "error_group")
    #expect(json.last?.value == .null)
  }

  @Test func `the group of an error is in JSON`() throws {
    let stage = try stage()
    let id = try stage.enqueue()
    try fail(stage, id)
    let json = try members(try stage.run("show", id.description, "--json").output)
    #expect(json.last?.value == .string(ErrorGroupID(of: "connection 18 refused").description))
  }

  @Test func `nothing on the page can act on a terminal`() throws {
    let stage = try stage()
    let hostile = Self.hostile
    stage.environment["QCTL_ACTOR"] = "eve" + hostile
    let id = try stage.enqueue(
      "default", Array(hostile.utf8), type: "type", tags: [try Tag(name: "a", value: hostile)])
    _ = try stage.run("edit", id.description, "--payload-file", "/dev/null", "--reason", hostile)
    var request = ApplyRequest(
      .edit(.replace(with: Array(hostile.utf8), of: [])), [PlanItem(try stage.job(id).job)],
      actor: hostile, reason: hostile, now: stage.now)
    request.filter = hostile
    request.planned = 2
    _ = try stage.memory.apply(request)
    try fail(stage, id) {
      $0.error = hostile
      $0.output = Array(hostile.utf8)
    }
    for words in [["show"], ["dlq", "show"], ["show", "--json"]] {
      let page = try stage.run(words + [id.description]).output
      #expect(page.contains("x"))
      #expect(
        page.unicodeScalars.allSatisfy {
          $0 == "\n"
            || $0.value >= 0x20 && $0.value != 0x7F && !(0x80...0x9F ~= $0.value)
              && $0 != "\u{202e}"
        })
    }
  }
}
