import Jobs
import Storage
import Testing

@testable import SQLiteStorage

/// A worker that finds nothing asks again four times a second: it must not take the write lock for
/// that, least of all while it walks a long queue.
@Suite struct IdleClaimTests {
  private let rig: StoreRig

  init() throws {
    rig = try StoreRig()
    try rig.addMany(10)
  }

  @Test func aWorkerOfOtherTypesTakesNoWriteLock() throws {
    var request = rig.request()
    request.types = [try JobType("other"), try JobType("another")]
    #expect(try !writes(request))
    let id = try rig.add { $0.type = request.types[1] }
    #expect(try rig.store.claim(request).map(\.job.id) == [id])
  }

  @Test func aWorkerOfAPausedQueueTakesNoWriteLock() throws {
    _ = try rig.store.setPaused(
      PauseRequest([.default], paused: true, actor: "test", reason: nil, now: rig.now))
    #expect(try !writes(rig.request()))
  }

  @Test func aWorkerThatFindsSomethingWouldBeSeen() throws {
    #expect(try writes(rig.request()))
  }

  private func writes(_ request: ClaimRequest) throws -> Bool {
    try StatementTrace.of(rig.store) { _ = try rig.store.claim(request) }
      .contains("BEGIN IMMEDIATE")
  }
}
