import Jobs
import Storage
import Testing

@testable import SQLiteStorage

/// A job is settled from memory where this process claimed it, and only while that tells the truth.
@Suite struct HeldJobTests {
  private let rig: StoreRig
  /// Another process, for all that the store can tell.
  private let other: SQLiteStore

  init() throws {
    rig = try StoreRig()
    other = try StoreRig.open(rig.path, for: .write)
  }

  @Test func whoClaimedAJobCompletesItWithoutReadingItAgain() throws {
    try rig.add()
    let claimed = try rig.claim()
    #expect(try !reads { try rig.settle(claimed, .complete(result: [1])) })
    let detail = try rig.job(claimed[0].job.id)
    #expect(detail.job.state == .completed && detail.result == [1])
    #expect(detail.attempts.map(\.outcome) == [.completed])
  }

  @Test func anotherProcessReadsTheJobItCompletes() throws {
    try rig.add()
    let lease = try rig.claim()[0].lease
    let outcomes = try other.settle(
      [Settlement(lease, .complete(result: nil))], thenClaim: nil, at: rig.now
    ).outcomes
    #expect(outcomes == [.settled(.completed)])
  }

  @Test func theRowSaysWhatTheClaimAndTheCompletionSay() throws {
    let id = try rig.add { job in
      job.tags = [try Tag(name: "a", value: "b")]
      job.timeout = .seconds(9)
      job.idempotencyKey = "same"
    }
    try rig.settle(try rig.claim(), .fail(retryAfter: .zero))
    try rig.settle(try rig.claim(), .reject)
    _ = try rig.store.apply(
      ApplyRequest(
        .replay(at: nil), [PlanItem(id: id, state: .dead, attempt: 2)], actor: "a", reason: nil,
        now: rig.now))
    try rig.settle(try rig.claim(), .fail(retryAfter: .zero))
    let claimed = try #require(try rig.claim().first)
    #expect(try rig.job(id).job == claimed.job)
    #expect(claimed.job.failures == 1 && claimed.job.replays == 1)
    var ended = claimed.job
    try ended.apply(.complete, at: rig.now)
    try rig.settle([claimed], .complete(result: nil))
    #expect(try rig.job(id).job == ended)
    let page = try rig.store.log(LogPageRequest(LogFilter(), .last, size: 1))
    #expect(page.records.first?.tags == claimed.tags)
  }

  @Test func aStaleTokenEndsNothing() throws {
    try rig.add()
    let late = try rig.claim()
    rig.now = rig.now + .hours(1)
    let taken = try other.claim(rig.request())
    #expect(taken.count == 1)
    #expect(try outcomes(late) == [.leaseLost])
    #expect(try rig.job(late[0].job.id).job == taken[0].job)
    #expect(try rig.counts() == [.active: 1])
    let page = try rig.store.log(LogPageRequest(LogFilter(), .last, size: 1))
    #expect(page.records.map(\.event) == [.leaseLost])
  }

  @Test func aRequestToStopInBetweenSendsTheSettlementToTheRow() throws {
    try rig.add()
    let claimed = try rig.claim()
    let asked = try other.apply(
      ApplyRequest(
        .cancel, [PlanItem(id: claimed[0].job.id, state: .active, attempt: 1)], actor: "a",
        reason: nil, now: rig.now))
    #expect(asked == [.requested])
    var ended: [SettleOutcome] = []
    #expect(try reads { ended = try outcomes(claimed) })
    #expect(ended == [.settled(.completed)])
    #expect(try !rig.job(claimed[0].job.id).job.cancelRequested)
  }

  @Test func aRenewalInBetweenLeavesNoLeaseBehind() throws {
    try rig.add()
    let claimed = try rig.claim()
    let held = try other.renew([claimed[0].lease], until: rig.now + .hours(9), at: rig.now)
    #expect(held == [.held])
    #expect(try outcomes(claimed) == [.settled(.completed)])
    #expect(try rig.job(claimed[0].job.id).job.leaseUntil == nil)
  }

  @Test func aJobThatSomebodyRemovedIsLost() throws {
    let id = try rig.add()
    let claimed = try rig.claim()
    try rig.application().run("DELETE FROM qctl_jobs WHERE id = ?", .integer(id.rawValue))
    #expect(try outcomes(claimed) == [.leaseLost])
  }

  @Test func aJobIsSettledOnce() throws {
    try rig.add()
    let claimed = try rig.claim()
    #expect(try outcomes(claimed + claimed) == [.settled(.completed), .leaseLost])
    #expect(try outcomes(claimed) == [.leaseLost])
    #expect(try rig.counts() == [.completed: 1])
  }

  @Test func aSettlementThatCouldNotBeWrittenIsRepeated() throws {
    try rig.add()
    let claimed = try rig.claim()
    let application = try rig.application()
    try application.run(
      "CREATE TRIGGER full BEFORE INSERT ON qctl_log BEGIN SELECT RAISE(ABORT, 'full'); END")
    #expect(throws: StorageError.self) { try outcomes(claimed) }
    #expect(try rig.job(claimed[0].job.id).job == claimed[0].job)
    try application.run("DROP TRIGGER full")
    #expect(try outcomes(claimed) == [.settled(.completed)])
  }

  @Test func aUniqueKeyIsFreeAfterTheCompletion() throws {
    try rig.add { $0.uniqueKey = "one" }
    try rig.settle(try rig.claim(), .complete(result: nil))
    let next = try rig.add { $0.uniqueKey = "one" }
    #expect(try rig.claim().map(\.job.id) == [next])
  }

  @Test func moreThanIsEverHeldIsSettledAllTheSame() throws {
    try rig.addMany(1100)
    let claimed = try rig.claim(1100)
    #expect(try outcomes(claimed) == Array(repeating: .settled(.completed), count: 1100))
    #expect(try rig.counts() == [.completed: 1100])
  }

  private func outcomes(_ claimed: [ClaimedJob]) throws -> [SettleOutcome] {
    try rig.store.settle(
      claimed.map { Settlement($0.lease, .complete(result: nil)) }, thenClaim: nil, at: rig.now
    ).outcomes
  }

  /// Whether the store looks a job up by its id meanwhile.
  private func reads(_ body: () throws -> Void) throws -> Bool {
    try StatementTrace.of(rig.store, body).contains { $0.hasSuffix("FROM qctl_jobs WHERE id = ?1") }
  }
}
