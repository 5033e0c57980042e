import Jobs
import Storage
import MemoryStorage
import TestSupport
import Testing

@testable import Commands

@Suite struct TailFilterTests {
  let rig: CommandStage

  init() throws { rig = try CommandStage() }

  private func events(_ words: String...) throws -> [String] {
    try rig.run(["tail", "-o", "cat"] + words).lines.map { line in
      String(line.prefix { $0 != " " && $0 != ":" })
    }
  }

  private func log(
    _ event: LogRecord.Event, _ change: (inout LogRecord) -> Void = { _ in }
  ) throws {
    var record = LogRecord(event, at: rig.now)
    change(&record)
    try rig.memory.record([record])
  }

  @Test func `event, state, error and attempts select`() throws {
    try log(.completed) { ($0.status, $0.attempt) = (.completed, 1) }
    try log(.failed) { ($0.status, $0.attempt, $0.error) = (.retrying, 1, "timed out") }
    try log(.dead) { ($0.status, $0.attempt, $0.error) = (.dead, 3, "refused") }
    #expect(try events("--event", "failed,dead") == ["failed", "dead"])
    #expect(try events("--event", "!failed") == ["completed", "dead"])
    #expect(try events("--state", "dead") == ["dead"])
    #expect(try events("--error", "out") == ["failed"])
    #expect(try events("--error", "!out") == ["completed", "dead"])
    #expect(try events("--attempts", "2..") == ["dead"])
    #expect(try rig.run("tail", "--event", "exploded").status == 2)
  }

  @Test func `an expression looks at all that a record says`() throws {
    try log(.paused) { $0.reason = "Mail is down" }
    try log(.failed) { $0.error = "code 42" }
    #expect(try events("-g", "mail") == ["paused"])
    #expect(try events("-g", "Mail") == ["paused"])
    #expect(try events("-g", "MAIL") == [])
    #expect(try events("-g", "^failed|[0-9]{2}$") == ["failed"])
  }

  @Test(arguments: ["(", "a{1", "(a)\\1", "((a{99}){99}){99}", "[z-a]"])
  func `an expression that is none is refused`(_ text: String) throws {
    let result = try rig.run("tail", "-g", text)
    #expect(result.status == 2)
    #expect(result.errors.contains("--grep"))
  }

  @Test func `what a handler wrote stands below the end of its run`() throws {
    let id = try rig.enqueue("emails")
    let lease = try rig.claim("emails").lease
    var settlement = Settlement(lease, .reject)
    settlement.output = Array("one\n\u{1b}two\n".utf8)
    _ = try rig.memory.settle([settlement], thenClaim: nil, at: rig.now)
    let shown = try rig.run("tail", "-o", "cat", "--handler-output").lines
    #expect(shown.suffix(2) == ["  \(id)#1 | one", #"  \#(id)#1 | \x1btwo"#])
    let json = try rig.run("tail", "--json", "--handler-output").output
    #expect(json.contains(#""output":"one\n\u001btwo\n""#))
    #expect(try !rig.run("tail", "--json").output.contains("output"))
  }

  @Test func `following a job ends with it, through its retries`() throws {
    let id = try rig.enqueue("emails")
    var step = 0
    rig.wait = { [rig] _ in
      step += 1
      guard step < 4, let lease = try? rig.claim("emails").lease else { return step < 9 }
      let verdict: Settlement.Verdict =
        step < 3 ? .fail(retryAfter: TimeSpan(milliseconds: 0)) : .complete(result: nil)
      _ = try? rig.memory.settle([Settlement(lease, verdict)], thenClaim: nil, at: rig.now)
      return true
    }
    let result = try rig.run("tail", "-f", "--until-settled", "\(id)", "-o", "cat")
    #expect(result.status == 0)
    #expect(
      result.lines.map { String($0.prefix { $0 != " " }) } == ["failed", "failed", "completed"])
    #expect(step == 3)
  }

  @Test func `following a job to an end that is none of success is status 1`() throws {
    let id = try rig.enqueue("emails")
    let lease = try rig.claim("emails").lease
    _ = try rig.memory.settle([Settlement(lease, .reject)], thenClaim: nil, at: rig.now)
    #expect(try rig.run("tail", "-f", "--until-settled", "\(id)").status == 1)
    #expect(try rig.run("tail", "--until-settled", "\(id)").status == 2)
    #expect(try rig.run("tail", "-f", "--until-settled").status == 2)
  }
}
