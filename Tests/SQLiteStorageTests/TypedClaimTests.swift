import Jobs
import Storage
import Testing

@testable import SQLiteStorage

/// A claim of certain types walks past others before it takes the write lock, not within.
@Suite struct TypedClaimTests {
  private let rig: StoreRig
  private let wanted: JobType

  init() throws {
    rig = try StoreRig()
    wanted = try JobType("wanted")
    try rig.addMany(20)
  }

  @Test func whatWasSeenFromOutsideIsLookedUpInside() throws {
    let ids = try (0..<3).map { _ in try rig.add { $0.type = wanted } }
    var claimed: [ClaimedJob] = []
    let walks = try walks { claimed = try rig.store.claim(request(2)) }
    #expect(!walks)
    #expect(claimed.map(\.job.id) == Array(ids.prefix(2)))
    let next = try rig.store.settle(
      claimed.map { Settlement($0.lease, .complete(result: nil)) }, thenClaim: request(2),
      at: rig.now
    ).claimed
    #expect(next.map(\.job.id) == [ids[2]])
  }

  @Test func whereTheSeenIsGoneTheClaimFindsWhatIsLeft() throws {
    let ids = try (0..<3).map { _ in try rig.add { $0.type = wanted } }
    let seen = [SQLiteStore.Seen(queue: .default, ids: [ids[0].rawValue])]
    _ = try rig.store.claim(request(1))
    let claimed = try rig.store.withSession { session throws(StorageError) in
      try session.write { transaction throws(StorageError) in
        try rig.store.take(request(1), seen, in: &transaction)
      }
    }
    #expect(claimed.map(\.job.id) == [ids[1]])
  }

  @Test func whatTheClaimItselfMakesReadyIsTaken() throws {
    let late = try rig.add { job in
      job.type = wanted
      job.runAt = rig.now + .seconds(2)
      job.priority = try Priority(0)
    }
    let early = try rig.add { $0.type = wanted }
    rig.now = rig.now + .seconds(5)
    #expect(try rig.store.claim(request(2)).map(\.job.id) == [late, early])
  }

  @Test func whatTheSettlementGivesBackIsTaken() throws {
    let first = try rig.add { $0.type = wanted }
    _ = try rig.add { $0.type = wanted }
    let claimed = try rig.store.claim(request(1))
    let result = try rig.store.settle(
      [Settlement(claimed[0].lease, .release(reason: "test"))], thenClaim: request(1), at: rig.now)
    #expect(result.claimed.map(\.job.id) == [first])
  }

  @Test func whileABulkIsStagedTheWalkStaysOutside() throws {
    let id = try rig.add { $0.type = wanted }
    var bulk = StagedBulk(rig.store, at: rig.now)
    try bulk.add([NewJob()])
    var claimed: [ClaimedJob] = []
    let walks = try walks { claimed = try rig.store.claim(request(1)) }
    #expect(!walks)
    #expect(claimed.map(\.job.id) == [id])
    bulk.abandon()
  }

  @Test func aFailureBeforeTheClaimDoesNotMakeItWalkInside() throws {
    let ids = try (0..<2).map { _ in try rig.add { $0.type = wanted } }
    let first = try rig.store.claim(request(1))
    var claimed: [ClaimedJob] = []
    let walks = try walks {
      claimed = try rig.store.settle(
        first.map { Settlement($0.lease, .fail(retryAfter: nil)) }, thenClaim: request(1),
        at: rig.now
      ).claimed
    }
    #expect(!walks)
    #expect(claimed.map(\.job.id) == [ids[1]])
  }

  /// Sixty queues with due jobs of other types held the lock for 0.4 s.
  @Test func aClaimOfManyQueuesDoesNotPromoteInAllOfThemAtOnce() throws {
    var staging = BulkStaging.standard
    staging.claimed = 0
    let rig = try StoreRig(staging: staging)
    let queues = try ["a", "b", "c"].map { try QueueName($0) }
    for queue in queues {
      try rig.add { job in
        job.queue = queue
        job.runAt = rig.now + .seconds(1)
      }
    }
    rig.now = rig.now + .seconds(2)
    var request = rig.request(1)
    request.queues = queues
    request.types = [wanted]
    _ = try rig.store.withSession { session throws(StorageError) in
      try session.write { transaction throws(StorageError) in
        try rig.store.take(request, [], in: &transaction)
      }
    }
    let waiting = try rig.application().number(
      "SELECT count(*) FROM qctl_jobs WHERE state = 'scheduled'")
    #expect(waiting == 2)
  }

  private func request(_ limit: Int) -> ClaimRequest {
    var request = rig.request(limit)
    request.types = [wanted]
    return request
  }

  /// Whether jobs are read along the index of ready ones.
  private func walks(_ body: () throws -> Void) throws -> Bool {
    try StatementTrace.of(rig.store, body).contains {
      $0.contains("p.payload") && $0.contains("ORDER BY ord")
    }
  }
}
