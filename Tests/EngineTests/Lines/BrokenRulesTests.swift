import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A handler that lives on and breaks the rules")
struct BrokenRulesTests {
  @Test(
    "is killed, its job fails with what was wrong, and another one goes on",
    arguments: [
      ("echo working on it", "is no answer"),
      (#"echo '{"id":"0000000000001","outcome":"done"}'"#, "which it does not have"),
      (#"say finished"#, "unknown outcome \"finished\""),
      (#"say snooze"#, "without retry_after"),
      (#"say done '"retry_after":"soon"'"#, "retry_after is not a duration"),
      (#"say done '"results":1'"#, "unknown key \"results\""),
      (#"echo '{"outcome":"done"}'"#, "without id"),
      (#"echo '{"id":7,"outcome":"done"}'"#, "an id that is none"),
      (#"printf '{"id":"%s"}\n' "$id""#, "without outcome"),
      (#"head -c 400000 /dev/zero"#, "a line of more than"),
      (#"say done "\"result\":\"$(head -c 300000 /dev/zero | tr '\0' x)\"""#, "a result of more"),
    ])
  func broken(answer: String, reason: String) throws {
    let bad = "if [ $(member type) = bad ]; then \(answer); sleep 600; else say done; fi"
    let rig = try LineScript.persistent("echo $$ >> $SCRATCH/pids; " + bad)
    let first = try rig.enqueue(type: "bad")
    let second = try rig.enqueue()
    rig.run()
    let error = try #require(try rig.job(first).job.error)
    #expect(error.hasPrefix("handler killed, its output is no answer: "))
    #expect(error.contains(reason), "\(error)")
    #expect(try rig.job(first).job.state == .retrying)
    #expect(try rig.attempt(first).signal == 9)
    #expect(try rig.job(second).job.state == .completed)
    #expect(try Set(rig.lines("pids")).count == 2)
  }

  @Test("without a job is killed, and nobody fails")
  func idle() throws {
    let rig = try LineScript.persistent("say done; say done")
    let ids = [try rig.enqueue(), try rig.enqueue()]
    rig.run()
    #expect(try rig.job(ids[0]).job.state == .completed)
    // The second answer may come before the next job is there, or after it.
    #expect(try [.completed, .retrying].contains(rig.job(ids[1]).job.state))
  }

  @Test(
    "by its death fares as a handler of one job",
    arguments: [
      ("exit 3", JobState.retrying, "exit status 3"), ("exit 65", .dead, "exit status 65"),
      ("exit 0", .retrying, "no outcome"), ("kill -9 $$", .retrying, "killed by SIGKILL"),
      ("echo oh no >&2; exit 1", .retrying, "oh no"),
    ])
  func death(end: String, state: JobState, error: String) throws {
    let rig = try LineScript.persistent("[ $(member type) != bad ] || { \(end); }; say done")
    let first = try rig.enqueue(type: "bad")
    let second = try rig.enqueue()
    rig.run()
    #expect(try rig.job(first).job.state == state)
    #expect(try rig.job(first).job.error == error)
    #expect(try rig.job(first).job.failures == 1)
    #expect(try rig.job(second).job.state == .completed)
  }

  @Test("by ending before it has read of a job costs the job nothing, and ends the worker")
  func unread() throws {
    let rig = try WorkerRig.shell("echo no such module >&2; exit 3", mode: .forever)
    rig.configuration.lines = LineMode(isPersistent: true)
    let id = try rig.enqueue()
    let report = rig.run()
    #expect(report.ending == .handlerEndsAtOnce("exit status 3: no such module"))
    #expect(rig.endsAtOnce.count == 3)
    #expect(try rig.job(id).job.state == .ready)
    #expect(try rig.job(id).job.failures == 0)
    #expect(try rig.job(id).attempts.isEmpty)
  }

  @Test("by taking too long is stopped, and another one goes on")
  func timeout() throws {
    let rig = try LineScript.persistent(
      "echo up >&2; [ $(member type) != bad ] || { echo > $SCRATCH/ready; sleep 600; }; say done")
    rig.makeFIFO("ready")
    let first = try rig.enqueue(type: "bad") { $0.timeout = .seconds(30) }
    let second = try rig.enqueue()
    rig.run { event in
      guard case .started(let job) = event, job.id == first else { return }
      rig.await("ready")
      rig.clock.advance(.seconds(30))
    }
    #expect(try rig.attempt(first).outcome == .timedOut)
    #expect(try rig.attempt(first).signal == 15)
    #expect(try rig.job(first).job.error == "up")
    #expect(try rig.job(second).job.state == .completed)
  }

  @Test("by closing its output is given up, and so is its job")
  func closed() throws {
    let rig = try LineScript.persistent("exec >&-; sleep 600", mode: .once)
    rig.configuration.killAfter = TimeSpan(milliseconds: 10)
    let id = try rig.enqueue()
    rig.run()
    #expect(try rig.job(id).job.state == .retrying)
    #expect(try rig.job(id).job.error == "killed by SIGTERM")
  }
}
