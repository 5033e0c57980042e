import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A signal")
struct DrainTests {
  private func waiting(_ script: String = "read x < $SCRATCH/go") throws -> WorkerRig {
    let rig = try WorkerRig.shell(script, mode: .forever)
    rig.makeFIFO("go")
    rig.makeFIFO("ready")
    return rig
  }

  @Test(
    "lets running jobs finish and takes no new ones",
    arguments: [
      (Signal.terminate, WorkerEnding.stopped(.terminate)), (.interrupt, .interrupted),
      (.hangUp, .stopped(.hangUp)),
    ])
  func drain(signal: Signal, ending: WorkerEnding) throws {
    let rig = try waiting()
    rig.configuration.endsOnHangUp = true
    let first = try rig.enqueue()
    let second = try rig.enqueue()
    let report = rig.run { event in
      if case .started = event { rig.signals.send(signal) }
      if case .draining(_, let running) = event {
        #expect(running == 1)
        rig.release("go")
      }
    }
    #expect(report.ending == ending)
    #expect(try rig.job(first).job.state == .completed)
    #expect(try rig.job(second).job.state == .ready)
    #expect(try rig.job(second).job.attempt == 0)
    let log = try rig.memory.log(LogPageRequest(LogFilter(), .last, size: 10)).records
    #expect(log.map(\.event) == [.workerStarted, .completed, .workerStopped])
    #expect(log.last?.reason == signal.description)
    #expect(log.last?.worker == "worker-1")
  }

  @Test("ends what is not done within the grace, and gives it back")
  func grace() throws {
    let rig = try waiting()
    let id = try rig.enqueue()
    let report = rig.run { event in
      if case .started = event { rig.signals.send(.terminate) }
      if case .draining = event { rig.clock.advance(rig.configuration.grace) }
    }
    #expect(report.ending == .stopped(.terminate))
    #expect(report.counts.released == 1)
    #expect(try rig.job(id).job.state == .ready)
    #expect(try rig.job(id).job.failures == 0)
    #expect(try rig.attempt(id).outcome == .released)
  }

  @Test("that comes twice kills at once")
  func twice() throws {
    let rig = try waiting("trap '' TERM; echo > $SCRATCH/ready; read x < $SCRATCH/go")
    let id = try rig.enqueue()
    let report = rig.run { event in
      if case .started = event {
        rig.await("ready")
        rig.signals.send(.interrupt)
        rig.signals.send(.terminate)
      }
    }
    #expect(report.ending == .interrupted)
    #expect(rig.events.contains(.stoppingAtOnce))
    #expect(try rig.attempt(id).signal == 9)
    #expect(try rig.job(id).job.state == .ready)
  }

  @Test("USR1 ends the taking of jobs, USR2 asks how things stand")
  func quiet() throws {
    let rig = try waiting()
    let first = try rig.enqueue()
    let second = try rig.enqueue()
    var status: WorkerStatus?
    rig.run { event in
      switch event {
      case .started:
        rig.signals.send(.user1)
        rig.signals.send(.user2)
      case .status(let found):
        status = found
        rig.release("go")
      case .finished: rig.signals.send(.terminate)
      default: return
      }
    }
    #expect(status?.running.map(\.job.id) == [first])
    #expect(status?.claims == false)
    #expect(try rig.job(first).job.state == .completed)
    #expect(try rig.job(second).job.state == .ready)
  }

  @Test("HUP is none of ours without a terminal")
  func hangUp() throws {
    let rig = try waiting()
    try rig.enqueue()
    let report = rig.run { event in
      switch event {
      case .started:
        rig.signals.send(.hangUp)
        rig.release("go")
      case .finished: rig.signals.send(.terminate)
      default: return
      }
    }
    #expect(report.ending == .stopped(.terminate))
    #expect(report.counts.completed == 1)
  }
}
