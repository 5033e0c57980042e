import Engine
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A timeout")
struct TimeoutTests {
  @Test("ends the whole group, and the job is tried again")
  func group() throws {
    let script = "sleep 600 & echo $! > $SCRATCH/fifo; wait"
    let rig = try WorkerRig.shell(script, mode: .once)
    rig.makeFIFO("fifo")
    let id = try rig.enqueue { $0.timeout = .seconds(30) }
    var sleeper: Int32?
    let report = rig.run { event in
      guard case .started = event else { return }
      sleeper = Int32(rig.await("fifo").dropLast())
      rig.clock.advance(.seconds(30))
    }
    #expect(report.counts.failed == 1)
    #expect(try rig.job(id).job.state == .retrying)
    #expect(try rig.attempt(id).outcome == .timedOut)
    #expect(try rig.attempt(id).signal == 15)
    #expect(try rig.job(id).job.error == "timed out after 30s")
    let pid = try #require(sleeper)
    // It was killed with the others; a busy machine lets it go a little later.
    #expect(
      try eventually { try ProcessTable.entry(pid).map { $0.state == UInt8(ascii: "Z") } ?? true })
  }

  @Test("kills what ignores SIGTERM, after a while")
  func stubborn() throws {
    let script = "trap '' TERM; echo > $SCRATCH/ready; while :; do sleep 600; done"
    let rig = try WorkerRig.shell(script, mode: .once)
    rig.makeFIFO("ready")
    rig.configuration.timeout = .seconds(30)
    let id = try rig.enqueue()
    rig.run { event in
      if case .started = event {
        rig.await("ready")
        rig.clock.advance(.seconds(30))
        rig.signals.send(.user2)
      }
      // The status is told in a turn whose timers have asked the handler to stop; the time until
      // it is killed passes in the same way.
      if case .status = event {
        rig.clock.advance(.seconds(5))
        rig.signals.send(.user1)
      }
      if case .quiet = event { rig.clock.advance(.seconds(5)) }
    }
    #expect(try rig.attempt(id).signal == 9)
    #expect(try rig.attempt(id).outcome == .timedOut)
  }

  @Test("of the job goes before that of the worker")
  func own() throws {
    let rig = try WorkerRig(["env"], mode: .once)
    rig.configuration.timeout = .seconds(30)
    let id = try rig.enqueue { $0.timeout = .hours(2) }
    rig.run()
    let job = try rig.job(id).job
    let output = String(decoding: try rig.attempt(id).output ?? [], as: UTF8.self)
    let line = output.split(separator: "\n").first { $0.hasPrefix("QCTL_DEADLINE=") }
    // Two hours after 2026-01-31T10:… begins with other digits than half a minute after it.
    let deadline = try #require(line?.dropFirst("QCTL_DEADLINE=".count))
    let start = try #require(job.startedAt)
    #expect(deadline.hasSuffix("Z"))
    #expect(deadline.prefix(16) != Deadline.text(start).prefix(16))
    #expect(
      [Deadline.text(start + .hours(2)), Deadline.text(start + .hours(2) + .seconds(1))]
        .map { $0.prefix(19) }.contains(deadline.prefix(19)))
  }
}
