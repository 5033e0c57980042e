import Engine
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A control file")
struct ControlFileTests {
  /// The job after a handler that writes `text` and exits so, and the reasons of warnings.
  private func outcome(
    _ text: String, exit status: Int
  ) throws -> (detail: JobDetail, wait: TimeSpan, warnings: [String]) {
    let rig = try WorkerRig.shell("cat > $QCTL_CONTROL; exit \(status)", mode: .once)
    let id = try rig.enqueue(Array(text.utf8))
    rig.run()
    let warnings = rig.events.compactMap { event -> String? in
      guard case .warning(.controlFile(_, let reason)) = event else { return nil }
      return reason
    }
    let detail = try rig.job(id)
    let ended = try rig.attempt(id).finishedAt
    return (detail, detail.job.runAt.since(ended), warnings)
  }

  @Test(
    "asks for a time to wait after a failure",
    arguments: [#"{"retry_after":"5m"}"#, #"{"retry_after": 300}"#, #" {"retry_after":"300"} "#])
  func retryAfter(text: String) throws {
    let found = try outcome(text, exit: 75)
    #expect(found.detail.job.state == .retrying)
    #expect(found.detail.job.failures == 1)
    #expect(found.wait == .minutes(5))
    #expect(found.warnings == [])
  }

  @Test("asks for later, which is no failure", arguments: [0, 75])
  func snooze(status: Int) throws {
    let found = try outcome(#"{"snooze":"1h"}"#, exit: status)
    #expect(found.detail.job.state == .scheduled)
    #expect(found.detail.job.failures == 0)
    #expect(abs(found.wait.milliseconds - 3_600_000) < 1000)
    #expect(found.detail.attempts.map(\.outcome) == [.snoozed])
  }

  @Test("gives a result, as written")
  func result() throws {
    let found = try outcome(#"{"result": {"a": [1.50, "é"]} }"#, exit: 0)
    #expect(found.detail.job.state == .completed)
    #expect(found.detail.result == Array(#"{"a": [1.50, "é"]}"#.utf8))
  }

  @Test("changes nothing about a failure for good")
  func permanent() throws {
    #expect(try outcome(#"{"snooze":"1h"}"#, exit: 65).detail.job.state == .dead)
  }

  @Test("that is empty says nothing", arguments: ["", "\n"])
  func empty(text: String) throws {
    let found = try outcome(text, exit: 0)
    #expect(found.detail.job.state == .completed)
    #expect(found.warnings == [])
  }

  @Test(
    "that is not understood is told, and the exit status alone counts",
    arguments: [
      "retry_after=5m", #"["snooze"]"#, #"{"snooze":"1h""#, #"{"snooze":"1h"} {}"#,
      #"{"snooze":"soon"}"#, #"{"snooze":"-1h"}"#, #"{"snooze":-5}"#, #"{"snooze":"900w"}"#,
      #"{"snooze":true}"#, #"{"snooze":99999999999999999}"#, #"{"snoze":"1h"}"#,
      #"{"snooze":"1h","snooze":"2h"}"#,
    ], [0, 1])
  func malformed(text: String, status: Int) throws {
    let found = try outcome(text, exit: status)
    #expect(found.detail.job.state == (status == 0 ? .completed : .retrying))
    #expect(found.warnings.count == 1)
    let error = found.detail.job.error
    #expect(
      error == (status == 0 ? nil : "exit status 1\ncontrol file ignored: \(found.warnings[0])"))
  }

  @Test("too large to be meant is not read whole")
  func large() throws {
    let rig = try WorkerRig.shell("head -c 500000 /dev/zero > $QCTL_CONTROL", mode: .once)
    let id = try rig.enqueue()
    rig.run()
    #expect(try rig.job(id).job.state == .completed)
    #expect(rig.events.contains { if case .warning(.controlFile) = $0 { true } else { false } })
  }

  @Test(
    "that is a link, a FIFO or a directory is not followed, waited for or read",
    arguments: ["ln -s /etc/passwd", "mkfifo", "mkdir"])
  func strange(command: String) throws {
    let rig = try WorkerRig.shell(command + " $QCTL_CONTROL", mode: .once)
    let id = try rig.enqueue()
    rig.run()
    #expect(try rig.job(id).job.state == .completed)
    #expect(rig.events.contains { if case .warning(.controlFile) = $0 { true } else { false } })
  }
}
