import Engine
import Jobs
import MemoryStorage
import Storage
import TestSupport
import Testing

@Suite("A worker ends of itself")
struct ModeTests {
  @Test("after one job")
  func once() throws {
    let rig = try WorkerRig(["true"], mode: .once)
    rig.configuration.concurrency = 4
    let ids = [try rig.enqueue(), try rig.enqueue()]
    #expect(rig.run().ending == .finished)
    #expect(try ids.map { try rig.job($0).job.state } == [.completed, .ready])
  }

  @Test("when there is none")
  func nothing() throws {
    #expect(try WorkerRig(["true"], mode: .once).run().ending == .nothing)
  }

  @Test("when nothing is ready or active, whatever waits")
  func empty() throws {
    let rig = try WorkerRig(["false"], mode: .untilEmpty)
    let failing = try rig.enqueue()
    let later = try rig.enqueue { $0.runAt = rig.now + .hours(1) }
    #expect(rig.run().ending == .finished)
    #expect(try rig.job(failing).job.state == .retrying)
    #expect(try rig.job(later).job.attempt == 0)
  }

  @Test("not before another worker's job is over")
  func others() throws {
    let rig = try WorkerRig(["true"], mode: .untilEmpty)
    try rig.enqueue()
    let held = try rig.memory.claim(ClaimRequest(queues: [.default], worker: "other", now: rig.now))
    let store = InterposedStore(rig.memory)
    rig.store = store
    var looks = 0
    store.fail = { call in
      guard call == .claim else { return nil }
      looks += 1
      if looks == 3 {
        let end = Settlement(held[0].lease, .fail(retryAfter: .zero))
        _ = try? rig.memory.settle([end], thenClaim: nil, at: rig.now)
      }
      return nil
    }
    #expect(rig.run().counts.completed == 1)
    #expect(looks >= 3)
  }

  @Test("when every retry is over too")
  func settled() throws {
    let rig = try WorkerRig(["false"], mode: .untilSettled)
    let id = try rig.enqueue {
      $0.maxAttempts = 3
      $0.backoff = .fixed(TimeSpan(milliseconds: 20))
    }
    let report = rig.run()
    #expect(report.ending == .finished)
    #expect(report.counts.failed == 2)
    #expect(report.counts.dead == 1)
    #expect(try rig.job(id).job.state == .dead)
  }
}
