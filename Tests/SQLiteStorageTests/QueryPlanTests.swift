import Engine
import Jobs
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// What the store asks goes by the index that was made for it, and never walks the jobs (trap 11).
///
/// The statements are not repeated here: they are what the store was seen to run.
@Suite struct QueryPlanTests {
  private let rig: StoreRig
  private let ids: [JobID]

  init() throws {
    rig = try StoreRig()
    ids = [try rig.add { $0.uniqueKey = "one" }, try rig.add { $0.idempotencyKey = "two" }]
    try rig.settle(try rig.claim(2), .reject)
    try rig.addMany(500)
    try rig.settle(try rig.claim(200), .complete(result: nil))
    try rig.settle(try rig.claim(50), .fail(retryAfter: .hours(1)))
    _ = try rig.claim(50)
    try rig.addMany(200) { $0.runAt = rig.now + .hours(1) }
    rig.now = rig.now + .hours(2)
  }

  /// An application may ANALYZE its database at any time, which changes what the planner believes.
  @Test(arguments: [false, true])
  func claimsGoByTheirIndexes(analysed: Bool) throws {
    let plans = try plans(analysed) { _ = try rig.claim(3) }
    #expect(plans.use("qctl_jobs_ready", "state = 'ready'", "ORDER BY ord"))
    #expect(plans.use("qctl_jobs_due", "run_at <= ?2", "ORDER BY run_at"))
    #expect(plans.use("qctl_jobs_running", "lease_until < ?2", "ORDER BY lease_until"))
    plans.expectNoWalk()
    plans.expectNoSorting()
  }

  @Test(arguments: [false, true])
  func anIdleClaimGoesByIndexes(analysed: Bool) throws {
    let empty = ClaimRequest(queues: [try QueueName("nobody")], worker: "w1", now: rig.now)
    let plans = try plans(analysed) { _ = try rig.store.claim(empty) }
    for index in ["qctl_jobs_ready", "qctl_jobs_due", "qctl_jobs_running"] {
      #expect(plans.use(index, "EXISTS"))
    }
    plans.expectNoWalk()
  }

  @Test(arguments: [false, true])
  func healthReadsCountsAndMinutesAndNoJobs(analysed: Bool) throws {
    let plans = try plans(analysed) {
      var exam = try HealthExam(
        rig.store, at: rig.now, census: { WorkerCensus([]) }, explain: { "\($0)" })
      let asked = HealthCheck.allCases.map { HealthRule($0) }
      let verdicts = exam.judge(HealthRule.builtIn + asked)
      #expect(!verdicts.contains { $0.state == .unknown })
    }
    plans.expectNoWalk()
  }

  @Test(arguments: [false, true])
  func limitsAreCountedByIndexes(analysed: Bool) throws {
    try rig.addMany(50) { $0.concurrencyKey = "a" }
    let changes: [QueueSettings.Change] = [
      .concurrency(1000), .concurrencyPerKey(5), .aging(.minutes(1)),
    ]
    _ = try rig.store.configure(
      ConfigureRequest(QueueName.default, changes, actor: "olga", now: rig.now))
    let plans = try plans(analysed) {
      _ = try rig.claim(900)
      _ = try rig.store.queues(at: rig.now)
    }
    #expect(plans.use("qctl_jobs_running", "count(*)", "state = 'active'"))
    #expect(plans.use("qctl_jobs_running_key", "concurrency_key = ?2"))
    #expect(plans.use("qctl_jobs_aged", "ORDER BY priority, run_at"))
    plans.expectNoWalk()
    plans.expectNoSorting()
  }

  @Test(arguments: [false, true])
  func queuesAreCountedWithoutTheJobs(analysed: Bool) throws {
    let plans = try plans(analysed) { _ = try rig.store.queues(at: rig.now) }
    #expect(plans.use("qctl_jobs_due", "sum("))
    #expect(plans.use("qctl_jobs_ready", "ORDER BY ord"))
    plans.expectNoWalk()
    plans.expectNoSorting()
  }

  @Test(arguments: [false, true])
  func whatWatchersAskIsToldWithoutTheJobs(analysed: Bool) throws {
    let plans = try plans(analysed) {
      _ = try rig.store.queues(at: rig.now)
      _ = try rig.store.meters()
      _ = try rig.store.minutes(MinutesRequest(from: rig.now - .hours(1), to: rig.now))
      _ = try rig.store.minutes(MinutesRequest(of: .default, from: rig.now, to: rig.now))
      _ = try rig.store.schedules()
    }
    plans.expectNoWalk()
  }

  @Test(arguments: [false, true])
  func agesAreCountedByIndexesAlone(analysed: Bool) throws {
    let edges = [TimeSpan.seconds(1), .minutes(1), .hours(1)]
    let request = ReadyAgesRequest(of: .default, edges: edges, most: 1000, now: rig.now)
    let plans = try plans(analysed) { _ = try rig.store.readyAges(request) }
    for index in ["qctl_jobs_ready", "qctl_jobs_aged", "qctl_jobs_due"] {
      #expect(plans.use(index, "count(*)"))
    }
    plans.expectNoWalk()
    plans.expectNoSorting()
  }

  @Test(arguments: [false, true])
  func outstandingWorkIsCountedWithoutTheJobs(analysed: Bool) throws {
    let past = rig.now + .hours(-2)
    let plans = try plans(analysed) { _ = try rig.store.outstanding(in: [.default], at: past) }
    #expect(plans.use("qctl_jobs_due", "run_at > ?2", "LIMIT 1"))
    plans.expectNoWalk()
    plans.expectNoSorting()
  }

  @Test(arguments: [JobOrder.newestFirst, .oldestFirst, .latestFinishedFirst], [false, true])
  func deadJobsAreFoundBehindAllOthers(_ order: JobOrder, analysed: Bool) throws {
    var filter = JobFilter()
    filter.states.anyOf = [.dead]
    var request = JobPageRequest(filter, order: order, size: 1, now: rig.now)
    let plans = try plans(analysed) {
      request.after = try rig.store.page(request).next
      #expect(try rig.store.page(request).jobs.count == 1)
    }
    #expect(plans.use("qctl_jobs_ended", "FROM qctl_jobs"))
    plans.expectNoWalk()
  }

  @Test(arguments: [JobState.ready, .scheduled, .retrying, .active, .completed, .cancelled])
  func otherStatesWalkTheirOwnIndexOnly(_ state: JobState) throws {
    var filter = JobFilter()
    filter.states.anyOf = [state]
    let plans = try plans(false) {
      _ = try rig.store.page(JobPageRequest(filter, size: 5, now: rig.now))
    }
    plans.expectNoWalk()
  }

  @Test(arguments: [false, true])
  func namedJobsAreFoundByTheirNumbers(analysed: Bool) throws {
    var filter = JobFilter()
    filter.ids = ids
    let plans = try plans(analysed) { () throws in
      #expect(try rig.store.page(JobPageRequest(filter, size: 5, now: rig.now)).jobs.count == 2)
      #expect(try rig.store.job(ids[0]) != nil)
    }
    plans.expectNoWalk()
  }

  @Test(arguments: [false, true])
  func enqueueLooksUpItsKeysAndTheLatestID(analysed: Bool) throws {
    let plans = try plans(analysed) {
      _ = try rig.add { $0.uniqueKey = "new" }
      _ = try rig.add { $0.idempotencyKey = "newer" }
    }
    #expect(plans.use("qctl_jobs_key", "held_key = ?2"))
    plans.expectNoWalk()
  }

  @Test(arguments: [false, true])
  func anEnqueueThroughTheViewDoesNotWalkTheJobs(analysed: Bool) throws {
    let application = try rig.application()
    if analysed { try application.run("ANALYZE") }
    let plan = try application.plan(of: "INSERT INTO qctl_enqueue(queue) VALUES ('default')")
    SeenPlans(parts: [("the view", plan)]).expectNoWalk()
  }

  @Test func aWalkOfTheJobsWouldBeSeen() throws {
    let application = try rig.application()
    for sql in [
      "SELECT count(*) FROM qctl_jobs WHERE state = 'dead' AND finished_at > 0 OR type = 'x'",
      "SELECT id FROM qctl_jobs j WHERE j.type = 'x'",
    ] {
      let plan = try application.plan(of: sql)
      #expect(SeenPlans(parts: [(sql, plan)]).walks.count == 1)
    }
  }

  private func plans(_ analysed: Bool, _ body: () throws -> Void) throws -> SeenPlans {
    let application = try rig.application()
    if analysed { try application.run("ANALYZE") }
    let texts = try StatementTrace.of(rig.store, body)
    return SeenPlans(
      parts: try texts.filter { $0.contains("qctl_jobs") }.map {
        ($0, try application.plan(of: $0))
      })
  }
}

/// Statements and the steps by which SQLite answers each.
private struct SeenPlans {
  let parts: [(sql: String, steps: [String])]

  /// Whether some statement that holds all `words` goes by `index`.
  func use(_ index: String, _ words: String...) -> Bool {
    parts.contains { part in
      words.allSatisfy { part.sql.contains($0) }
        && part.steps.contains { $0.contains("INDEX \(index)") && !$0.contains("SCAN j ") }
    }
  }

  /// The steps that walk jobs.
  ///
  /// A partial index of live ones may be walked: it holds nothing else.
  var walks: [String] {
    let live = ["qctl_jobs_ready", "qctl_jobs_due", "qctl_jobs_running"]
    return parts.flatMap { part in
      part.steps.filter { step in
        step.hasPrefix("SCAN") && (step.contains("qctl_jobs") || step.hasPrefix("SCAN j"))
          && !live.contains { step.contains("INDEX \($0)") }
      }.map { "\($0) in \(part.sql)" }
    }
  }

  func expectNoWalk(_ place: SourceLocation = #_sourceLocation) {
    #expect(!parts.isEmpty, sourceLocation: place)
    #expect(walks == [], sourceLocation: place)
  }

  func expectNoSorting(_ place: SourceLocation = #_sourceLocation) {
    for part in parts {
      #expect(
        !part.steps.contains { $0.contains("TEMP B-TREE") }, "sorts: \(part.sql)",
        sourceLocation: place)
    }
  }
}
