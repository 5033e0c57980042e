import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A worker whose handlers live on")
struct LineDrainTests {
  private func waiting(_ before: String = ":") throws -> WorkerRig {
    let rig = try LineScript.persistent(
      "\(before); echo $$ > $SCRATCH/ready; read x < $SCRATCH/go; say done", mode: .forever)
    rig.makeFIFO("go")
    rig.makeFIFO("ready")
    return rig
  }

  private func isGone(_ pid: String) throws -> Bool {
    let number = try #require(Int32(pid.filter { $0 != "\n" }))
    return try eventually { try ProcessTable.entry(number).map(\.isZombie) ?? true }
  }

  @Test("lets them finish what they have, and leaves none behind")
  func drain() throws {
    let rig = try waiting()
    let (first, second) = (try rig.enqueue(), try rig.enqueue())
    var pid = ""
    let report = rig.run { event in
      if case .started = event {
        pid = rig.await("ready")
        rig.signals.send(.terminate)
      }
      if case .draining = event { rig.release("go") }
    }
    #expect(report.ending == .stopped(.terminate))
    #expect(try rig.job(first).job.state == .completed)
    #expect(try rig.job(second).job.attempt == 0)
    #expect(try isGone(pid))
  }

  @Test("ends an idle one at once")
  func idle() throws {
    let rig = try LineScript.persistent("echo $$ > $SCRATCH/pid; say done", mode: .forever)
    try rig.enqueue()
    let report = rig.run { event in
      if case .finished = event { rig.signals.send(.terminate) }
    }
    #expect(report.ending == .stopped(.terminate))
    #expect(try isGone(rig.text("pid")))
  }

  @Test("gives back what is not done within the grace")
  func grace() throws {
    let rig = try waiting()
    let id = try rig.enqueue()
    var pid = ""
    let report = rig.run { event in
      if case .started = event {
        pid = rig.await("ready")
        rig.signals.send(.terminate)
      }
      if case .draining = event { rig.clock.advance(rig.configuration.grace) }
    }
    #expect(report.counts.released == 1)
    #expect(try rig.job(id).job.state == .ready)
    #expect(try rig.job(id).job.failures == 0)
    #expect(try isGone(pid))
  }

  @Test("kills at the second signal")
  func twice() throws {
    let rig = try waiting("trap '' TERM")
    let id = try rig.enqueue()
    let report = rig.run { event in
      if case .started = event {
        rig.await("ready")
        rig.signals.send(.terminate)
        rig.signals.send(.terminate)
      }
    }
    #expect(report.ending == .stopped(.terminate))
    #expect(try rig.attempt(id).signal == 9)
    #expect(try rig.job(id).job.state == .ready)
  }

  @Test("stops the one whose job shall be cancelled")
  func cancel() throws {
    let rig = try waiting()
    rig.configuration.mode = .once
    let id = try rig.enqueue()
    let report = rig.run { event in
      guard case .started = event else { return }
      rig.await("ready")
      rig.cancel(id)
      rig.clock.advance(.seconds(1))
    }
    #expect(report.counts.cancelled == 1)
    #expect(try rig.job(id).job.state == .cancelled)
  }

  @Test("kills the one whose job is another worker's")
  func lost() throws {
    let rig = try waiting()
    rig.configuration.mode = .once
    let id = try rig.enqueue()
    var pid = ""
    let report = rig.run { event in
      guard case .started = event else { return }
      pid = rig.await("ready")
      let late = rig.now + .seconds(61)
      _ = try? rig.memory.claim(ClaimRequest(queues: [.default], worker: "other", now: late))
      rig.clock.advance(.seconds(21))
    }
    #expect(report.counts.leaseLost == 1)
    #expect(try rig.job(id).job.state == .active)
    #expect(try isGone(pid))
  }

  @Test("replaces them after SIGHUP, each when it has nothing to do")
  func reload() throws {
    let rig = try LineScript.persistent("echo $$ >> $SCRATCH/pids; say done", mode: .forever)
    try rig.enqueue()
    var finished = 0
    rig.run { event in
      if case .finished = event {
        finished += 1
        rig.signals.send(finished == 1 ? .hangUp : .terminate)
      }
      if case .reloaded(nil) = event { _ = try? rig.enqueue() }
    }
    #expect(try Set(rig.lines("pids")).count == 2)
  }

  @Test("has fewer of them after SIGRTMIN+2")
  func fewer() throws {
    let rig = try LineScript.persistent(
      "mkfifo $SCRATCH/go.$$ 2>/dev/null; echo $$ > $SCRATCH/ready; read x < $SCRATCH/go.$$; say done",
      mode: .forever)
    rig.makeFIFO("ready")
    rig.configuration.concurrency = 2
    for _ in 0..<2 { try rig.enqueue() }
    var pids: [String] = []
    var finished = 0
    rig.run { event in
      if case .started = event {
        pids.append(rig.await("ready").filter { $0 != "\n" })
        if pids.count == 2 { rig.signals.send(Signal.realtime(2) ?? .user2) }
        if pids.count > 2 { rig.release("go." + (pids.last ?? "")) }
      }
      if case .concurrency(let limit) = event {
        #expect(limit == 1)
        for pid in pids { rig.release("go." + pid) }
      }
      if case .finished = event {
        finished += 1
        if finished == 2 { for _ in 0..<2 { _ = try? rig.enqueue() } }
        if finished == 4 { rig.signals.send(.terminate) }
      }
    }
    #expect(pids.count == 4)
    #expect(Set(pids).count == 2)
    #expect(Set(pids.suffix(2)).count == 1)
  }
}
