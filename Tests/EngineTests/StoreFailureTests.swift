import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@Suite("A store that fails")
struct StoreFailureTests {
  private func rig() throws -> (WorkerRig, InterposedStore) {
    let rig = try WorkerRig(["true"])
    let store = InterposedStore(rig.memory)
    rig.store = store
    return (rig, store)
  }

  @Test("for a while loses nothing", arguments: [true, false])
  func passing(isBusy: Bool) throws {
    let (rig, store) = try rig()
    let ids = try (0..<3).map { _ in try rig.enqueue() }
    let error: StorageError = isBusy ? .busy(path: "p", detail: "d") : .full(path: "p")
    var failures = 0
    store.fail = { call in
      guard call == .settle, failures < 3 else { return nil }
      failures += 1
      return error
    }
    let report = rig.run()
    #expect(report.ending == .finished)
    #expect(try ids.allSatisfy { try rig.job($0).job.state == .completed })
    #expect(rig.events.filter { $0 == .storeFailed(error) }.count == 1)
    #expect(rig.events.contains(.storeRecovered))
  }

  @Test("for good ends the worker once the leases have, and its jobs are left to those")
  func lasting() throws {
    let (rig, store) = try rig()
    let id = try rig.enqueue()
    store.fail = { call in
      guard call == .settle else { return nil }
      rig.clock.advance(.seconds(25))
      return .full(path: "p")
    }
    let report = rig.run()
    #expect(report.ending == .storage(.full(path: "p")))
    #expect(report.counts.abandoned == 1)
    #expect(try rig.job(id).job.state == .active)
  }

  @Test("with nothing in hand ends the worker at once")
  func idle() throws {
    let (rig, store) = try rig()
    store.fail = { $0 == .claim ? .readOnly(path: "p", detail: "d") : nil }
    #expect(rig.run().ending == .storage(.readOnly(path: "p", detail: "d")))
  }

  @Test("at the start is refused")
  func start() throws {
    let (rig, store) = try rig()
    store.fail = { _ in .missing(path: "p") }
    let id = try rig.enqueue()
    #expect(rig.run().ending == .storage(.missing(path: "p")))
    #expect(try rig.job(id).job.attempt == 0)
  }

  @Test("does not keep a second signal from ending the worker")
  func forced() throws {
    let (rig, store) = try rig()
    try rig.enqueue()
    store.fail = { $0 == .settle ? .busy(path: "p", detail: "d") : nil }
    let report = rig.run { event in
      guard case .storeFailed = event else { return }
      rig.signals.send(.terminate)
      rig.signals.send(.terminate)
    }
    #expect(report.ending == .stopped(.terminate))
    #expect(report.counts.abandoned == 1)
  }

  @Test("ends the worker also when its last job was taken from it meanwhile")
  func lostMeanwhile() throws {
    let rig = try WorkerRig(["sleep", "60"], mode: .forever)
    let store = InterposedStore(rig.memory)
    rig.store = store
    rig.configuration.concurrency = 2
    let id = try rig.enqueue()
    var claims = 0
    store.fail = { call in
      if call == .claim { claims += 1 }
      return claims > 1 && (call == .claim || call == .settle) ? .full(path: "p") : nil
    }
    let report = rig.run { event in
      switch event {
      case .storeFailed:
        guard let token = try? rig.job(id).job.token else { return }
        _ = try? rig.memory.settle(
          [Settlement(Lease(id: id, token: token), .complete(result: nil))], thenClaim: nil,
          at: rig.now)
        rig.clock.advance(.seconds(2))
      case .leaseLost: rig.clock.advance(.seconds(2))
      default: return
      }
    }
    #expect(report.ending == .storage(.full(path: "p")))
    #expect(report.counts.leaseLost == 1)
  }

  @Test("for a moment does not keep a worker from claiming until its longest job is done")
  func passingTrouble() throws {
    let rig = try WorkerRig.shell("if [ \"$QCTL_TYPE\" = long ]; then read x < $SCRATCH/go; fi")
    rig.makeFIFO("go")
    let store = InterposedStore(rig.memory)
    rig.store = store
    rig.configuration.concurrency = 2
    let type = try JobType("long")
    let long = try rig.enqueue {
      $0.type = type
      $0.timeout = .seconds(20)
    }
    var claims = 0
    store.fail = { call in
      if call == .claim { claims += 1 }
      return call == .claim && claims == 2 ? .full(path: "p") : nil
    }
    rig.run { event in
      if case .storeFailed = event { _ = try? rig.enqueue() }
      if case .finished(let end) = event, end.job.id != long { rig.release("go") }
    }
    #expect(claims > 2)
    #expect(try rig.attempt(long).outcome == .completed)
  }
}
