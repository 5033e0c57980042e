import CSQLite
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// Rows that no door of ours would have let in: any program may write them, and none of them may
/// stop the others (trap 17), nor this program.
@Suite struct StrangeRowTests {
  private let rig: StoreRig
  private let application: PlainDatabase

  init() throws {
    rig = try StoreRig()
    application = try rig.application()
  }

  @Test(arguments: [0, 3, 9] as [Int64], [.min, 0, .max] as [Int64])
  func aJobOutsideItsPrioritysPlaceDoesNotKeepTheListOfQueuesFor(
    _ priority: Int64, ever place: Int64
  ) throws {
    try rig.add()
    try application.run(
      "UPDATE qctl_jobs SET priority = ?, ord = ?", .integer(priority), .integer(place))
    sqlite3_progress_handler(try rig.store.handle, 100_000, { _ in 1 }, nil)
    #expect(try rig.store.queues(at: rig.now).first?.oldestReady == rig.now)
  }

  @Test(arguments: ["type = 'no name'", "queue = ''", "state = 'ready', type = '..'"])
  func aReadyJobThatCannotBeReadStopsNoClaim(_ flaw: String) throws {
    let bad = try rig.add { $0.priority = try Priority(0) }
    let good = try rig.add()
    try application.run("UPDATE qctl_jobs SET \(flaw) WHERE id = ?", .integer(bad.rawValue))
    #expect(try rig.claim().map(\.job.id) == [good])
    #expect(try rig.store.settle([], thenClaim: rig.request(), at: rig.now).claimed.isEmpty)
  }

  @Test func aDueOrLostJobThatCannotBeReadStopsNoOther() throws {
    let lost = try rig.add()
    _ = try rig.claim()
    let due = try rig.add { $0.runAt = rig.now + .seconds(1) }
    let good = try rig.add { $0.runAt = rig.now + .seconds(2) }
    for id in [lost, due] {
      try application.run(
        "UPDATE qctl_jobs SET type = 'no name' WHERE id = ?", .integer(id.rawValue))
    }
    rig.now = rig.now + .hours(1)
    #expect(try rig.claim(5).map(\.job.id) == [good])
  }

  @Test func aJobThatCannotBeReadIsLeftOutOfPagesAndPlans() throws {
    let ids = try (0..<3).map { _ in try rig.add() }
    try application.run(
      "UPDATE qctl_jobs SET type = 'no name' WHERE id = ?", .integer(ids[1].rawValue))
    for order in [JobOrder.oldestFirst, .newestFirst] {
      let page = try rig.store.page(
        JobPageRequest(JobFilter(), order: order, size: 2, now: rig.now))
      #expect(Set(page.jobs.map(\.id)) == [ids[0], ids[2]])
    }
    var filter = JobFilter()
    #expect(try rig.store.plan(PlanRequest(.cancel, filter, now: rig.now)).items.count == 2)
    filter.ids = ids
    let plan = try rig.store.plan(PlanRequest(.cancel, filter, now: rig.now))
    #expect(Set(plan.items.map(\.id)) == [ids[0], ids[2]])
    let items = ids.map { PlanItem(id: $0, state: .ready) }
    let outcomes = try rig.store.apply(
      ApplyRequest(.cancel, items, actor: "test", reason: nil, now: rig.now))
    #expect(outcomes.map { $0 == .done } == [true, false, true])
  }

  @Test func aRowAgainstTheRulesOfItsTableIsFoundByTheStoreThatDoesNotCheckThem() throws {
    let id = try rig.add()
    #expect(try rig.problems().isEmpty)
    try application.run("PRAGMA ignore_check_constraints=ON")
    try application.run(
      "UPDATE qctl_jobs SET ord = 'first' WHERE id = ?", .integer(id.rawValue))
    #expect(try rig.problems().contains { $0.check == "jobs" })
  }

  @Test func theDoctorNamesJobsThatCannotBeRead() throws {
    let id = try rig.add()
    try application.run("UPDATE qctl_jobs SET type = 'no name'")
    #expect(try rig.problems().contains { $0.check == "jobs" && $0.message.contains("\(id)") })
  }

  @Test(arguments: [Int64.min, .max])
  func countsAtTheEndOfTheNumbersAreShownSomehow(_ count: Int64) throws {
    try rig.add { $0.runAt = rig.now + .seconds(1) }
    let columns = ["scheduled", "ready", "active", "retrying"]
    let changes = columns.map { "\($0) = \(count)" }.joined(separator: ", ")
    try application.run("UPDATE qctl_queues SET \(changes)")
    let later = rig.now + .seconds(5)
    #expect(try rig.store.queues(at: later).count == 1)
    _ = try rig.store.outstanding(in: [.default, .default], at: later)
  }

  @Test func anAttemptThatIsWrittenAlreadyStopsNoOther() throws {
    try rig.addMany(2)
    let claimed = try rig.claim(2)
    try application.run(
      """
      INSERT INTO qctl_attempts(job_id, attempt, started_at, finished_at, outcome, worker)
      VALUES (?, 1, 0, 0, 'lost', '')
      """, .integer(claimed[0].job.id.rawValue))
    try rig.settle(claimed, .complete(result: nil))
    #expect(try rig.counts() == [.completed: 2])
  }

  @Test func aPageMayBeAskedForWithoutALimit() throws {
    try rig.addMany(3)
    let page = try rig.store.page(JobPageRequest(JobFilter(), size: .max, now: rig.now))
    #expect(page.jobs.count == 3)
  }

  /// Ids come by the ten thousands through a pipe from `list`; looking each up in a list would take
  /// minutes here.
  @Test func manyIdsArePlannedInTimeThatGrowsWithThem() throws {
    try rig.addMany(40_000)
    var filter = JobFilter()
    filter.ids = try application.rows("SELECT id FROM qctl_jobs ORDER BY id").compactMap {
      $0[0].flatMap { Int64($0) }.flatMap(JobID.init(rawValue:))
    }
    let start = SystemClock.monotonicNanoseconds()
    let plan = try rig.store.plan(PlanRequest(.cancel, filter, now: rig.now))
    #expect(plan.items.count == 40_000)
    #expect((SystemClock.monotonicNanoseconds() - start) / 1_000_000 < 60_000)
  }

  @Test func theDoctorTellsOfDamageInsteadOfFailing() throws {
    try rig.addLongCommit()
    let page = try application.number(
      "SELECT rootpage FROM sqlite_master WHERE name = 'qctl_jobs'")
    rig.store.close()
    let file = try FileDescriptor.open(rig.path, .readWrite)
    try file.writeAll([UInt8](repeating: 0xff, count: 4096), at: (page - 1) * 4096)
    try file.close()
    let store = try StoreRig.open(rig.path, for: .read)
    defer { store.close() }
    #expect(try store.findings().contains { $0.check == "integrity" && $0.grade == .error })
  }

  @Test func aClosedStoreSaysSo() throws {
    rig.store.close()
    rig.store.close()
    #expect(throws: StorageError.self) { try rig.store.queues(at: rig.now) }
    #expect(throws: StorageError.self) { try rig.add() }
  }
}
