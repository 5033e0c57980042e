import Jobs
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// What operators list and plan goes by an index wherever one answers, and a walk comes back now and
/// then (design.md §4, traps 11 and 21).
@Suite struct ListingPlanTests {
  private let rig: StoreRig
  private let rare: QueueName
  private let odd: JobType
  /// An id below those of all jobs here.
  private let first: JobID

  init() throws {
    rig = try StoreRig()
    (rare, odd) = (try QueueName("rare"), try JobType("odd"))
    first = try JobID("0000000000001")
    try rig.addMany(400)
    try rig.settle(try rig.claim(100), .reject)
    try rig.settle(try rig.claim(100), .complete(result: nil))
    try rig.settle(try rig.claim(50), .fail(retryAfter: .hours(5)))
    try rig.addMany(20) { $0.runAt = rig.now + .hours(1) }
    try rig.add { $0.queue = try QueueName("rare") }
    rig.now = rig.now + .minutes(10)
  }

  /// The steps of the query for a page, as the counts would have it for a large store.
  private func steps(
    _ route: JobQuery.Route, _ order: JobOrder = .newestFirst, after: JobCursor? = nil,
    analysed: Bool = false, _ edit: (inout JobFilter) -> Void
  ) throws -> [String] {
    var filter = JobFilter()
    edit(&filter)
    let query = JobQuery(filter, order: order, now: rig.now, route: route)
    let application = try rig.application()
    if analysed { try application.run("ANALYZE") }
    return try application.plan(of: JobQueryText(query, after: after).sql)
  }

  private func route(_ edit: (inout JobFilter) -> Void) throws -> JobQuery.Route {
    var filter = JobFilter()
    edit(&filter)
    return try rig.store.withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try JobQuery.planned(filter, order: .newestFirst, now: rig.now, on: connection).route
      }
    }
  }

  @Test(
    arguments: [
      (JobState.ready, "qctl_jobs_ready (queue=?)"), (.active, "qctl_jobs_running (queue=?)"),
      (.scheduled, "qctl_jobs_due (queue=?)"), (.retrying, "qctl_jobs_due (queue=?)"),
      (.dead, "qctl_jobs_ended (state=? AND finished_at>?)"),
    ], [false, true])
  func aStateOfAQueueIsFoundByItsIndex(_ wanted: (JobState, String), analysed: Bool) throws {
    let edit: (inout JobFilter) -> Void = { filter in
      filter.queues.anyOf = [rare]
      filter.states.anyOf = [wanted.0]
    }
    #expect(try route(edit) == .states)
    let steps = try steps(.states, analysed: analysed, edit)
    #expect(steps.contains { $0.contains(wanted.1) })
    #expect(steps.contains { $0.contains("SEARCH j USING INTEGER PRIMARY KEY") })
    #expect(!steps.contains { $0.hasPrefix("SCAN qctl_jobs") || $0.hasPrefix("SCAN j") })
    #expect(!steps.contains { $0.contains("TEMP B-TREE") })
  }

  @Test(arguments: [false, true])
  func aQueueWithFewJobsIsNotSoughtAmongAll(analysed: Bool) throws {
    let edit: (inout JobFilter) -> Void = { $0.queues.anyOf = [rare] }
    #expect(try route(edit) == .states)
    let steps = try steps(.states, analysed: analysed, edit)
    for index in [
      "qctl_jobs_ready (queue=?", "qctl_jobs_due (queue=?", "qctl_jobs_running (queue=?",
    ] {
      #expect(steps.contains { $0.contains(index) })
    }
    #expect(!steps.contains { $0.hasPrefix("SCAN qctl_jobs") || $0.hasPrefix("SCAN j") })
  }

  @Test func deadJobsComeInTheOrderOfTheirIndex() throws {
    let somewhere = JobCursor(id: first, finishedAt: Instant(milliseconds: 5))
    for after in [nil, somewhere] {
      for queues in [[], [rare]] {
        let steps = try steps(.ended, .latestFinishedFirst, after: after) { filter in
          filter.states.anyOf = [.dead]
          filter.queues.anyOf = queues
        }
        #expect(steps.count == 1)
        #expect(steps[0].hasPrefix("SEARCH j USING INDEX qctl_jobs_ended (state=? AND finished_at"))
      }
    }
  }

  @Test func severalStatesThatEndedAreMergedAndNotSorted() throws {
    let steps = try steps(.ended, .latestFinishedFirst) { _ in }
    #expect(steps.filter { $0.contains("INDEX qctl_jobs_ended (state=?") }.count == 3)
    #expect(steps.contains { $0.contains("MERGE (UNION ALL)") })
    #expect(!steps.contains { $0.contains("TEMP B-TREE") })
  }

  @Test(arguments: [JobOrder.latestFinishedFirst, .oldestFirst])
  func theAgeOfTheDeadBoundsTheIndex(_ order: JobOrder) throws {
    let route: JobQuery.Route = order == .oldestFirst ? .states : .ended
    let steps = try steps(route, order) { filter in
      filter.states.anyOf = [.dead]
      filter.ageOrigin = .death
      (filter.olderThan, filter.newerThan) = (.minutes(1), .hours(1))
    }
    #expect(
      steps.contains {
        $0.contains("qctl_jobs_ended (state=? AND finished_at>? AND finished_at<?)")
      })
  }

  @Test(arguments: [JobOrder.newestFirst, .oldestFirst])
  func theAgeOfAJobBoundsItsID(_ order: JobOrder) throws {
    for after in [nil, JobCursor(id: first, finishedAt: nil)] {
      let steps = try steps(.all, order, after: after) { $0.newerThan = .hours(1) }
      #expect(steps.count == 1)
      #expect(steps[0].hasPrefix("SEARCH j USING INTEGER PRIMARY KEY (rowid>?"))
    }
  }

  @Test func whatNoIndexAnswersIsWalkedByIDAndNotSorted() throws {
    let steps = try steps(.all) { $0.types.anyOf = [odd] }
    #expect(steps == ["SCAN j"])
    #expect(try route { $0.types.anyOf = [odd] } == .all)
    #expect(try route { $0.errors.anyOf = ["x"] } == .all)
  }

  @Test func aReplayIsPlannedByTheIndexOfTheDead() throws {
    var filter = JobFilter()
    filter.queues.anyOf = [.default]
    let application = try rig.application()
    var plan: Plan?
    let texts = try StatementTrace.of(rig.store) {
      plan = try rig.store.plan(PlanRequest(.replay(at: nil), filter, now: rig.now))
    }
    #expect(plan?.items.count == 100)
    let seen = try #require(texts.first { $0.contains("FROM qctl_jobs j") })
    let steps = try application.plan(of: seen)
    #expect(steps.contains { $0.contains("INDEX qctl_jobs_ended (state=?") })
    #expect(!steps.contains { $0.contains("SCAN") && $0.contains("jobs") })
  }

  // MARK: - Bounded

  /// Each of these ids is one at which a walk shows how far it has come.
  private func addMarks(_ count: Int) throws {
    try rig.application().run(
      """
      INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at, run_at,
        max_attempts, finished_at)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      SELECT i * 4096, 'default', 'default', 'dead', 5, 0, 0, 0, 10, i FROM n
      """, .integer(Int64(count)))
    // So many that a walk by id is the shortest way.
    try rig.application().run("UPDATE qctl_queues SET dead = dead + 9999 WHERE queue = 'default'")
  }

  @Test(arguments: [JobOrder.newestFirst, .latestFinishedFirst])
  func aWalkBehindARareMatchComesBackNowAndThen(_ order: JobOrder) throws {
    try addMarks(100)
    var filter = JobFilter()
    filter.types.anyOf = [odd]
    var request = JobPageRequest(filter, order: order, size: 10, now: rig.now)
    var pages = 0
    repeat {
      let page = try rig.store.page(request)
      #expect(page.jobs.isEmpty)
      request.after = page.next
      pages += 1
    } while request.after != nil && pages < 50
    #expect((3...4).contains(pages))
  }

  @Test func aPlanIsMadeInSeveralReads() throws {
    try addMarks(100)
    var filter = JobFilter()
    filter.types.noneOf = [odd]
    filter.errors.noneOf = ["nothing"]
    let verb = OperatorVerb.purge
    let wanted = try rig.store.plan(PlanRequest(verb, filter, now: rig.now))
    let reads = try StatementTrace.count(of: rig.store, "BEGIN") { () throws in
      #expect(try rig.store.plan(PlanRequest(verb, filter, now: rig.now)) == wanted)
    }
    #expect((3...4).contains(reads))
    #expect(wanted.items.count == 521)
    #expect(Set(wanted.items.map(\.id)).count == 521)
  }

  @Test func namedJobsAreEachLookedUpOnce() throws {
    let ids = try rig.application().rows("SELECT id FROM qctl_jobs ORDER BY id LIMIT 50").compactMap
    {
      $0[0].flatMap { Int64($0) }.flatMap(JobID.init(rawValue:))
    }
    var filter = JobFilter()
    filter.ids = ids + ids.reversed()
    let missing = first
    filter.ids += [missing, missing]
    let plan = try rig.store.plan(PlanRequest(.purge, filter, now: rig.now))
    #expect(plan.items.map(\.id) == ids.reversed())
    #expect(plan.missing == [missing])
    var found: [JobID] = []
    var request = JobPageRequest(filter, order: .oldestFirst, size: 7, now: rig.now)
    repeat {
      let page = try rig.store.page(request)
      found += page.jobs.map(\.id)
      request.after = page.next
    } while request.after != nil
    #expect(found == ids)
  }
}
