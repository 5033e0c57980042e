import Engine
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A handler's end decides")
struct ExitStatusTests {
  @Test("0 is done")
  func success() throws {
    let rig = try WorkerRig(["true"], mode: .once)
    let id = try rig.enqueue()
    let report = rig.run()
    #expect(try rig.job(id).job.state == .completed)
    #expect(try rig.attempt(id).exitCode == 0)
    #expect(try rig.attempt(id).error == nil)
    #expect(report == WorkerReport(counts: report.counts, ending: .finished))
    #expect(report.counts.completed == 1)
    #expect(rig.events.count == 2)
  }

  @Test("no more attempts", arguments: [64, 65, 76, 77, 78, 100, 112])
  func permanent(status: Int) throws {
    let rig = try WorkerRig.shell("exit \(status)", mode: .once)
    let id = try rig.enqueue()
    #expect(rig.run().counts.dead == 1)
    #expect(try rig.job(id).job.state == .dead)
    #expect(try rig.attempt(id).exitCode == Int64(status))
    #expect(try rig.job(id).job.error == "exit status \(status)")
  }

  @Test("another attempt", arguments: [1, 2, 70, 75, 111, 126, 127, 255])
  func retry(status: Int) throws {
    let rig = try WorkerRig.shell("exit \(status)", mode: .once)
    let id = try rig.enqueue()
    #expect(rig.run().counts.failed == 1)
    #expect(try rig.job(id).job.state == .retrying)
    #expect(try rig.job(id).job.failures == 1)
    let warned = rig.events.contains {
      if case .warning(.missingCommand) = $0 { true } else { false }
    }
    #expect(warned == (status == 126 || status == 127))
  }

  @Test("death by a signal is tried again and named")
  func signal() throws {
    let rig = try WorkerRig.shell("kill -SEGV $$", mode: .once)
    let id = try rig.enqueue()
    rig.run()
    #expect(try rig.job(id).job.state == .retrying)
    #expect(try rig.attempt(id).signal == 11)
    #expect(try rig.attempt(id).exitCode == nil)
    #expect(try rig.job(id).job.error == "killed by SIGSEGV")
  }

  @Test("lists of the operator's own")
  func lists() {
    let policy = ExitPolicy(permanent: [3, 4], retry: [65, 4])
    #expect(policy.judge(0) == .done)
    #expect(policy.judge(3) == .permanent)
    #expect(policy.judge(4) == .retry)
    #expect(policy.judge(64) == .permanent)
    #expect(policy.judge(65) == .retry)
  }

  @Test("arguments reach it as given, without a shell")
  func arguments() throws {
    let rig = try WorkerRig(["printf", "%s|", "a b", "$HOME", "*", ""], mode: .once)
    let id = try rig.enqueue()
    rig.run()
    #expect(try rig.attempt(id).output == Array("a b|$HOME|*||".utf8))
  }
}
