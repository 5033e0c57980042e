import CSQLite
import Jobs
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// Tidying in short steps, by indexes, and with no lock where there is nothing to do (trap 12).
@Suite struct TidyTests {
  private let rig: StoreRig

  init() throws { rig = try StoreRig() }

  /// A fiftieth of what the trap speaks of, for the time that a test may take.
  @Test func manyJobsGoInShortTransactionsAndClaimsGoOn() throws {
    try end(Self.many, as: "completed")
    try rig.addMany(200)
    rig.now = rig.now + .hours(8 * 24)
    let handle = try rig.store.handle
    var removed = 0
    var mostRows: Int32 = 0
    var (calls, claimed) = (0, 0)
    while true {
      let before = sqlite3_total_changes(handle)
      let result = try rig.store.tidy(TidyRequest(now: rig.now))
      mostRows = max(mostRows, sqlite3_total_changes(handle) - before)
      removed += result.removed[.completed] ?? 0
      calls += 1
      claimed += try rig.claim().count
      guard result.hasMore else { break }
    }
    #expect(removed == Self.many)
    #expect(calls == Self.many / 250)
    #expect(claimed == calls)
    // The counts of the queue, its minute, the floor of ids; never the jobs of two calls.
    #expect(mostRows <= 500 + 6)
    #expect(try rig.counts()[.completed] == nil)
    #expect(try rig.problems().isEmpty)
  }

  private static let many = 20_000

  /// Freeing the pages of 250 payloads of 256 KiB took 0.4 s behind the gate.
  @Test func largePayloadsGoFewAtATime() throws {
    try rig.addMany(60, payload: 250_000)
    try rig.settle(try rig.claim(60), .complete(result: nil))
    rig.now = rig.now + .hours(8 * 24)
    var removed: [Int] = []
    while true {
      let result = try rig.store.tidy(TidyRequest(now: rig.now))
      removed.append(result.removed[.completed] ?? 0)
      guard result.hasMore else { break }
    }
    #expect(removed == [34, 26])
    #expect(try rig.problems().isEmpty)
  }

  /// SQLite reads 'forever' as 0.
  @Test(arguments: ["'forever'", "'90 days'", "1e300"])
  func aStrangeRuleRemovesNothing(rule: String) throws {
    try rig.addMany(2)
    try rig.settle(try rig.claim(2), .reject)
    try rig.application().run("UPDATE qctl_queues SET keep_dead = \(rule)")
    rig.now = rig.now + .hours(1)
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed.isEmpty)
    #expect(try rig.counts()[.dead] == 2)
  }

  @Test func nothingToDoTakesNoWriteLock() throws {
    try rig.addMany(20) { $0.idempotencyKey = nil }
    try rig.add { $0.idempotencyKey = "key" }
    try rig.settle(try rig.claim(10), .complete(result: nil))
    try rig.settle(try rig.claim(5), .reject)
    #expect(try !writes())
    rig.now = rig.now + .hours(8 * 24)
    #expect(try writes())
    #expect(try !writes())
  }

  @Test(arguments: [0, 8, 31, 91])
  func afterAllIsRemovedNothingIsToDo(days: Int64) throws {
    try rig.addMany(20)
    try rig.settle(try rig.claim(10), .complete(result: nil))
    try rig.settle(try rig.claim(5), .fail(retryAfter: nil))
    rig.now = rig.now + .hours(days * 24)
    // The first change after long puts the minute away that was the present one: old as it is.
    while try !rig.store.tidy(TidyRequest(now: rig.now)).removed.isEmpty {}
    #expect(try !writes())
  }

  @Test func whatIsKeptForEverIsPassedOverOnce() throws {
    try end(3000, as: "completed")
    try keep(Retention(completed: .forever))
    let other = try rig.add { $0.queue = try QueueName("other") }
    let work = ClaimRequest(queues: [try QueueName("other")], worker: "w1", now: rig.now)
    try rig.settle(try rig.store.claim(work), .complete(result: nil))
    rig.now = rig.now + .hours(8 * 24)
    var calls = 0
    var result = TidyResult()
    repeat {
      result = try rig.store.tidy(TidyRequest(now: rig.now))
      calls += 1
    } while result.hasMore && calls < 10
    #expect(calls == 2)
    #expect(try rig.store.job(other) == nil)
    #expect(try !writes())
    #expect(try rowsRead { _ = try rig.store.tidy(TidyRequest(now: rig.now)) } < 100)
    try keep(Retention())
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed[.completed] == 250)
  }

  @Test func aPlaceThatAWrongClockLeftIsForgotten() throws {
    try end(10, as: "completed")
    try keep(Retention(completed: .forever))
    rig.now = rig.now + .hours(4000 * 24)
    _ = try rig.store.tidy(TidyRequest(now: rig.now))
    rig.now = rig.now + .hours(-4000 * 24)
    let other = ClaimRequest(queues: [try QueueName("other")], worker: "w1", now: rig.now)
    let id = try rig.add { $0.queue = other.queues[0] }
    try rig.settle(try rig.store.claim(other), .complete(result: nil))
    rig.now = rig.now + .hours(8 * 24)
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed[.completed] == 1)
    #expect(try rig.store.job(id) == nil)
  }

  @Test func aStrangeRowHoldsNothingUp() throws {
    try end(3, as: "completed")
    try rig.application().run("UPDATE qctl_jobs SET queue = '?' WHERE id = 2")
    rig.now = rig.now + .hours(8 * 24)
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed[.completed] == 2)
    #expect(try !writes())
  }

  @Test func removedRowsLeaveNothingBehind() throws {
    try rig.add { $0.maxAttempts = 1 }
    let held = try rig.claim()
    _ = try rig.store.settle(
      held.map {
        var settlement = Settlement($0.lease, .fail(retryAfter: nil))
        settlement.output = [1, 2, 3]
        return settlement
      }, thenClaim: nil, at: rig.now)
    rig.now = rig.now + .hours(90 * 24)
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed[.dead] == 1)
    let application = try rig.application()
    for table in ["jobs", "payloads", "attempts", "outputs"] {
      #expect(try application.number("SELECT count(*) FROM qctl_\(table)") == 0, "\(table)")
    }
    #expect(try rig.problems().isEmpty)
  }

  @Test(arguments: [false, true])
  func everythingGoesByItsIndex(analysed: Bool) throws {
    try end(100, as: "completed")
    try rig.addMany(200)
    try rig.settle(try rig.claim(50), .fail(retryAfter: .hours(1)))
    try keep(Retention(completed: .span(.hours(1))))
    let application = try rig.application()
    if analysed { try application.run("ANALYZE") }
    rig.now = rig.now + .hours(100 * 24)
    let texts = try StatementTrace.of(rig.store) {
      while try rig.store.tidy(TidyRequest(now: rig.now)).hasMore {}
    }
    var steps: [String] = []
    for text in texts where text.contains("qctl_") {
      steps += try application.plan(of: text).map { $0 + " in " + text.prefix(60) }
    }
    func uses(_ words: String...) -> Bool {
      steps.contains { step in words.allSatisfy { step.contains($0) } }
    }
    #expect(uses("qctl_jobs_ended", "state=? AND finished_at=? AND rowid>?"))
    #expect(uses("qctl_jobs_ended", "state=? AND finished_at>? AND finished_at<?"))
    #expect(uses("SEARCH a ", "PRIMARY KEY", "job_id"))
    #expect(uses("qctl_idempotency_expiry", "expires_at<?"))
    #expect(uses("SEARCH m ", "queue=? AND minute<?"))
    #expect(uses("SEARCH qctl_log", "rowid<?"))
    // Queues are few, and each has its own rules and minutes.
    let walks = steps.filter {
      $0.hasPrefix("SCAN") && !$0.hasPrefix("SCAN q ")
        && !$0.hasPrefix("SCAN qctl_queues") && !$0.hasPrefix("SCAN qctl_ended")
    }
    #expect(walks == [])
    #expect(steps.filter { $0.contains("TEMP B-TREE") } == [])
  }

  // MARK: - Words

  /// Jobs of the default queue that ended now, made faster than by working them off.
  private func end(_ count: Int, as state: String) throws {
    let application = try rig.application()
    try application.transaction {
      try application.run(
        """
        WITH n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < \(count))
        INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at, run_at,
          max_attempts, finished_at)
        SELECT n, 'default', 't', '\(state)', 5, n, 0, 0, 1, \(rig.now.milliseconds) FROM n
        """)
      try application.run("INSERT INTO qctl_payloads(id, payload) SELECT id, x'00' FROM qctl_jobs")
      try application.run(
        "INSERT OR IGNORE INTO qctl_queues(queue) VALUES ('default')")
      try application.run("UPDATE qctl_queues SET \(state) = \(state) + \(count)")
    }
  }

  private func keep(_ retention: Retention) throws {
    if try rig.store.queues(at: rig.now).isEmpty { try rig.add() }
    let changes = [JobState.completed, .cancelled, .dead].map {
      QueueSettings.Change.keep($0, retention[$0])
    }
    #expect(try rig.store.configure(ConfigureRequest(.default, changes, actor: "a", now: rig.now)))
  }

  private func writes() throws -> Bool {
    try StatementTrace.of(rig.store) { _ = try rig.store.tidy(TidyRequest(now: rig.now)) }
      .contains("BEGIN IMMEDIATE")
  }

  /// How many rows the store's statements stepped through, as SQLite's own clock of instructions
  /// tells: one tick for each hundred.
  private func rowsRead(_ body: () throws -> Void) throws -> Int {
    let ticks = Ticks()
    let handle = try rig.store.handle
    sqlite3_progress_handler(
      handle, 100,
      { context in
        if let context { Unmanaged<Ticks>.fromOpaque(context).takeUnretainedValue().count += 1 }
        return 0
      }, Unmanaged.passUnretained(ticks).toOpaque())
    defer { sqlite3_progress_handler(handle, 0, nil, nil) }
    try body()
    return ticks.count
  }

  private final class Ticks { var count = 0 }
}
