import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import Synchronization
import TestSupport
import Testing

/// As little of a store as a worker needs, so that a worker's own pace shows.
private final class PlainStore: ForwardingStore {
  let base: any StorageAdapter = MemoryStore { 0 }
  private struct State {
    var left: Int
    var given: Int64 = 0
    var held: Set<Lease> = []
    var settled = 0
    var strangers = 0
  }

  private let state: Mutex<State>

  init(jobs: Int) { state = Mutex(State(left: jobs)) }

  var settled: Int { state.withLock { $0.settled } }
  var strangers: Int { state.withLock { $0.strangers } }

  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    state.withLock { state in
      var claimed: [ClaimedJob] = []
      while claimed.count < request.limit, state.left > 0 {
        state.left -= 1
        state.given += 1
        guard let id = JobID(rawValue: state.given) else { continue }
        let lease = Lease(id: id, token: LeaseToken(rawValue: state.given))
        state.held.insert(lease)
        let job = Job(id: id, accepting: NewJob(), now: request.now)
        claimed.append(ClaimedJob(job: job, lease: lease, payload: [0x7B, 0x7D], tags: []))
      }
      return claimed
    }
  }

  func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    state.withLock { state in
      for settlement in settlements {
        let done = settlement.verdict == .complete(result: nil)
        if settlement.verdict == .putBack, state.held.remove(settlement.lease) != nil {
          state.left += 1
        } else if done, state.held.remove(settlement.lease) != nil {
          state.settled += 1
        } else {
          state.strangers += 1
        }
      }
    }
    return SettleResult(
      outcomes: settlements.map { _ in .settled(.completed) },
      claimed: try request.map { (request) throws(StorageError) in try claim(request) } ?? [])
  }

  func outstanding(in queues: [QueueName], at now: Instant) throws(StorageError) -> Outstanding {
    Outstanding(ready: state.withLock { Int64($0.left) })
  }

  func renew(_ leases: [Lease], until: Instant, at now: Instant) throws(StorageError)
    -> [LeaseStatus]
  {
    leases.map { _ in .held }
  }

  func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    leases.map { _ in .held }
  }

  func record(_ records: [LogRecord]) throws(StorageError) {}
}

@Suite("Two thousand short jobs")
struct ThroughputTests {
  @Test("in two slots are each run and settled once")
  func many() throws {
    let store = PlainStore(jobs: 2000)
    let rig = try WorkerRig(["true"])
    rig.store = store
    rig.configuration.concurrency = 2
    let report = rig.run()
    #expect(report.counts.completed == 2000)
    #expect(report.counts.started == 2000)
    #expect(store.settled == 2000)
    #expect(store.strangers == 0)
  }
}
