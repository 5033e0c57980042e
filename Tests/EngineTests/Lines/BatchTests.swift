import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A batch")
struct BatchTests {
  @Test("is up to so many jobs in one call of a program", arguments: [false, true])
  func sizes(isPersistent: Bool) throws {
    let rig = try LineScript.batches(
      of: 10, "echo $$ >> $SCRATCH/pids; say done", isPersistent: isPersistent)
    let ids = try (0..<25).map { _ in try rig.enqueue() }
    let report = rig.run()
    #expect(report.counts.completed == 25)
    #expect(try ids.allSatisfy { try rig.job($0).attempts.count == 1 })
    let pids = try rig.lines("pids")
    #expect(pids.count == 25)
    #expect(Set(pids).count == (isPersistent ? 1 : 3))
  }

  @Test("may be answered in any order, each job with its own outcome")
  func order() throws {
    let rig = try WorkerRig.shell(
      LineScript.loop("ids=\"$id $ids\"") + "; o=done; for id in $ids; do say $o; o=dead; done")
    rig.configuration.lines = LineMode(isPersistent: false, batch: 3)
    let ids = try (0..<3).map { _ in try rig.enqueue() }
    rig.run()
    #expect(try ids.map { try rig.job($0).job.state } == [.dead, .dead, .completed])
  }

  @Test(
    "leaves what it does not answer to its exit status",
    arguments: [
      (0, JobState.retrying, "no outcome"), (1, .retrying, "exit status 1"),
      (65, .dead, "exit status 65"),
    ])
  func unanswered(status: Int, state: JobState, error: String) throws {
    let rig = try LineScript.batches(
      of: 3, "[ $(member type) = default ] && say done", then: "exit \(status); ")
    let first = try rig.enqueue()
    let second = try rig.enqueue(type: "other")
    rig.run()
    #expect(try rig.job(first).job.state == .completed)
    #expect(try rig.job(second).job.state == state)
    #expect(try rig.job(second).job.error == error)
    #expect(try rig.attempt(second).exitCode == Int64(status))
  }

  @Test("that breaks the rules fails what it has not answered")
  func broken() throws {
    let rig = try LineScript.batches(
      of: 2, "case $(member type) in default) say done ;; *) echo what ;; esac", then: "sleep 600; "
    )
    let first = try rig.enqueue()
    let second = try rig.enqueue(type: "other")
    rig.run()
    #expect(try rig.job(first).job.state == .completed)
    #expect(try rig.job(second).job.error?.contains("is no answer") == true)
  }

  @Test("whose handler reads nothing costs its jobs nothing, and ends the worker")
  func unread() throws {
    let rig = try WorkerRig(["true"], mode: .forever)
    rig.configuration.lines = LineMode(isPersistent: false, batch: 5)
    let ids = try (0..<3).map { _ in try rig.enqueue() }
    #expect(rig.run().ending == .handlerEndsAtOnce("exit status 0"))
    #expect(try ids.allSatisfy { try rig.job($0).job.failures == 0 })
  }

  @Test("gives each job what was said on standard error before its answer")
  func errors() throws {
    let rig = try LineScript.batches(of: 4, "echo \"$(member type)\" >&2; say dead")
    let ids = try ["a", "b", "c"].map { type in
      try rig.enqueue(type: type)
    }
    rig.run()
    #expect(try ids.map { try rig.job($0).job.error } == ["a", "b", "c"])
  }

  @Test("in which one job is cancelled gives the others back")
  func cancelled() throws {
    let rig = try LineScript.batches(
      of: 3, ":", then: "echo > $SCRATCH/ready; sleep 600; ", mode: .forever)
    rig.makeFIFO("ready")
    let ids = try (0..<3).map { _ in try rig.enqueue() }
    var started = 0
    rig.run { event in
      if case .started = event {
        started += 1
        guard started == 3 else { return }
        rig.await("ready")
        rig.cancel(ids[1])
        rig.clock.advance(.seconds(1))
        rig.signals.send(.terminate)
      }
    }
    #expect(try rig.job(ids[1]).job.state == .cancelled)
    for id in [ids[0], ids[2]] {
      #expect(try rig.job(id).job.state == .ready)
      #expect(try rig.job(id).job.failures == 0)
    }
  }

  @Test("lets the time of a job pass only while it is that job's turn")
  func turns() throws {
    let rig = try LineScript.batches(
      of: 2, "echo > $SCRATCH/ready; read x < $SCRATCH/go; say done", isPersistent: true,
      mode: .forever)
    rig.makeFIFO("go")
    rig.makeFIFO("ready")
    rig.configuration.timeout = .seconds(30)
    let ids = try (0..<2).map { _ in try rig.enqueue() }
    var started = 0
    rig.run { event in
      if case .started = event {
        started += 1
        guard started == 2 else { return }
        rig.await("ready")
        rig.clock.advance(.seconds(20))
        rig.release("go")
      }
      if case .finished(let end) = event {
        guard end.job.id == ids[0] else { return rig.signals.send(.terminate) }
        // Forty seconds after both were told, and twenty after the first was answered.
        rig.await("ready")
        rig.clock.advance(.seconds(20))
        rig.signals.send(.user2)
      }
      if case .status = event { rig.release("go") }
    }
    #expect(try ids.map { try rig.job($0).job.state } == [.completed, .completed])
  }

  @Test("that is not full waits for more, but not for long")
  func wait() throws {
    let rig = try LineScript.batches(of: 3, "echo $$ >> $SCRATCH/pids; say done", mode: .forever)
    rig.configuration.lines?.wait = .seconds(30)
    let first = try rig.enqueue()
    let store = InterposedStore(rig.memory)
    rig.store = store
    var claims = 0
    store.fail = { call in
      guard call == .claim || call == .settle else { return nil }
      claims += 1
      if claims == 3 { for _ in 0..<2 { _ = try? rig.enqueue() } }
      if claims > 3, (try? rig.job(first).job.state) == .completed, claims < 100 {
        claims = 100
        _ = try? rig.enqueue()
      }
      if claims == 103 { rig.clock.advance(.seconds(16)) }
      return nil
    }
    rig.run { event in
      if case .finished = event, (try? rig.lines("pids").count) == 4 {
        rig.signals.send(.terminate)
      }
    }
    let pids = try rig.lines("pids")
    #expect(pids.count == 4)
    #expect(Set(pids.prefix(3)).count == 1)
  }

  @Test("is noted in the worker's file job by job, each with the handler's process")
  func noted() throws {
    let meeting = try MeetingRig(LineScript.loop("say done"))
    meeting.rig.configuration.lines = LineMode(isPersistent: true, batch: 3)
    var ids = try (0..<3).map { _ in try meeting.enqueue() }
    var started = 0
    var processes: Set<Int32?> = []
    try meeting.run { event in
      if case .finished = event, ids.count == 3 {
        ids += [try? meeting.enqueue()].compactMap(\.self)
      }
      guard case .started = event else { return }
      started += 1
      guard started >= 3, let name = meeting.files.first else { return }
      let path = meeting.place.workers + "/" + name
      guard let bytes = try? FileSystem.readFile(path, limit: 1 << 16) else { return }
      let slots = PresenceSlot.all(in: bytes)
      if started == 3 {
        let named = Set(slots.map(\.execution.id))
        let haveStarted = slots.allSatisfy(\.hasStarted)
        #expect(named == Set(ids))
        #expect(haveStarted)
        processes = Set(slots.map(\.process?.pid))
      } else {
        // The handler lives on, and its note with it.
        let isNoted = slots.contains {
          $0.execution.id == ids.last && processes.contains($0.process?.pid)
        }
        #expect(isNoted)
      }
    }
    #expect(started == 4)
    #expect(processes.count == 1 && !processes.contains(nil))
  }

  @Test("has a job alone that was running when a worker was lost")
  func marked() throws {
    let meeting = try MeetingRig(LineScript.loop("echo $$ >> $SCRATCH/pids; say done"))
    meeting.rig.configuration.lines = LineMode(isPersistent: false, batch: 10)
    let id = try meeting.enqueue()
    for _ in 0..<4 { try meeting.enqueue() }
    try meeting.mark(id)
    try meeting.run()
    let pids = try meeting.rig.lines("pids")
    #expect(pids.count == 5)
    #expect(Set(pids).count == 2)
  }
}
