import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A lease")
struct LeaseTests {
  private func sleeping() throws -> WorkerRig {
    try WorkerRig.shell("exec sleep 600", mode: .once)
  }

  @Test("that another worker has got kills the handler, and nothing is said of the job")
  func lost() throws {
    let rig = try sleeping()
    let id = try rig.enqueue()
    var taken: [ClaimedJob] = []
    let report = rig.run { event in
      guard case .started = event else { return }
      let late = rig.now + .seconds(61)
      taken =
        (try? rig.memory.claim(
          ClaimRequest(queues: [.default], worker: "other", now: late))) ?? []
      rig.clock.advance(.seconds(21))
    }
    #expect(taken.map(\.job.id) == [id])
    #expect(report.counts.leaseLost == 1)
    #expect(rig.events.contains { if case .leaseLost = $0 { true } else { false } })
    #expect(try rig.job(id).job.state == .active)
    #expect(try rig.job(id).job.token == taken.first?.lease.token)
  }

  @Test("that was lost when the handler ended is reported")
  func late() throws {
    let rig = try WorkerRig(["true"], mode: .once)
    let id = try rig.enqueue()
    let report = rig.run { event in
      guard case .started = event else { return }
      let late = rig.now + .seconds(61)
      _ = try? rig.memory.claim(ClaimRequest(queues: [.default], worker: "other", now: late))
    }
    #expect(report.counts.leaseLost == 1)
    #expect(report.counts.completed == 0)
    #expect(try rig.job(id).job.state == .active)
  }

  @Test("is renewed while the handler runs")
  func renewed() throws {
    let rig = try WorkerRig.shell("read x < $SCRATCH/go", mode: .once)
    rig.makeFIFO("go")
    let id = try rig.enqueue()
    var ends: [Instant?] = []
    rig.run { event in
      if case .started = event {
        ends.append(try? rig.job(id).job.leaseUntil)
        rig.clock.advance(.seconds(21))
        rig.signals.send(.user2)
      }
      if case .status = event {
        // Told before this turn's renewal; the next turn is after it.
        rig.signals.send(.user1)
      }
      if case .quiet = event {
        ends.append(try? rig.job(id).job.leaseUntil)
        rig.release("go")
      }
    }
    let first = try #require(ends.first ?? nil)
    let second = try #require(ends.last ?? nil)
    #expect(second.since(first) >= .seconds(21))
    #expect(try rig.job(id).job.state == .completed)
  }

  @Test("that can't be renewed ends the handler before it ends itself")
  func unrenewable() throws {
    let rig = try sleeping()
    let store = InterposedStore(rig.memory)
    rig.store = store
    let id = try rig.enqueue()
    store.fail = { call in
      guard call == .renew else { return nil }
      rig.clock.advance(.seconds(20))
      return .busy(path: "p", detail: "d")
    }
    let report = rig.run { event in
      if case .started = event { rig.clock.advance(.seconds(20)) }
    }
    #expect(report.counts.released == 1)
    #expect(try rig.job(id).job.state == .ready)
    #expect(try rig.job(id).job.failures == 0)
  }

  @Test("whose job shall be cancelled stops the handler")
  func cancel() throws {
    let rig = try sleeping()
    let id = try rig.enqueue()
    let report = rig.run { event in
      guard case .started = event else { return }
      _ = try? rig.memory.apply(
        ApplyRequest(
          .cancel, [PlanItem(id: id, state: .active, attempt: 1)], actor: "a", reason: nil,
          now: rig.now))
      rig.clock.advance(.seconds(1))
    }
    #expect(report.counts.cancelled == 1)
    #expect(try rig.job(id).job.state == .cancelled)
    #expect(try rig.attempt(id).outcome == .cancelled)
  }
}
