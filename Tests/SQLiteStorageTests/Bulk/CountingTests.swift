import CSQLite
import Jobs
import PosixIO
import Storage
import Testing

@testable import SQLiteStorage

/// How the counts of bulks are written.
@Suite struct CountingTests {
  private let rig: StoreRig

  init() throws { rig = try StoreRig() }

  /// A bulk that took two hours is counted when it is there, not when it began: else all that failed
  /// in these two hours would have failed before them.
  @Test func aLongBulkDoesNotMoveWhatHappenedMeanwhile() throws {
    let hours = TimeSpan.hours(2)
    let begin = rig.now - hours
    _ = try rig.store.enqueue(NewJob(), at: begin)
    try rig.settle(try rig.claim(), .reject)
    var bulk = StagedBulk(
      rig.store, at: begin,
      begun: SystemClock.monotonicNanoseconds() - hours.milliseconds * 1_000_000)
    try bulk.add([NewJob(), NewJob()])
    try bulk.publish()
    _ = bulk.finish()
    let minutes = try rig.store.minutes(
      MinutesRequest(of: .default, from: begin, to: rig.now + .minutes(2)))
    #expect(minutes.first?.totals.dead == 0)
    #expect(minutes.first?.totals.enqueued == 1)
    #expect(minutes.last?.totals.dead == 1)
    #expect(minutes.last?.totals.enqueued == 3)
  }

  /// A list that is searched must stay short: with ten thousand queues the gate was held for 0.5 s.
  @Test func countsOfManyQueuesAreWrittenBetweenTheJobs() throws {
    let handle = try rig.store.handle
    let trace = Longest()
    sqlite3_trace_v2(
      handle, UInt32(SQLITE_TRACE_STMT),
      { _, context, statement, _ in
        guard let context, let text = sqlite3_sql(OpaquePointer(statement)) else { return 0 }
        Unmanaged<Longest>.fromOpaque(context).takeUnretainedValue().note(String(cString: text))
        return 0
      }, Unmanaged.passUnretained(trace).toOpaque())
    defer { sqlite3_trace_v2(handle, 0, nil, nil) }
    var index = 0
    _ = try rig.store.enqueueAll(
      at: rig.now,
      from: { () throws(BulkSourceError) -> NewJob? in
        guard index < 500, let queue = try? QueueName("q\(index % 250)") else { return nil }
        index += 1
        return NewJob(queue: queue)
      }, progress: { _ in })
    #expect(trace.longest <= 32)
    let queues = try rig.store.queues(at: rig.now)
    #expect(queues.count == 250)
    #expect(queues.allSatisfy { $0.count(.ready) == 2 })
    #expect(try rig.problems().isEmpty)
  }

  /// The most jobs that were written without a count between.
  private final class Longest {
    private(set) var longest = 0
    private var present = 0

    func note(_ sql: String) {
      if sql.hasPrefix("INSERT INTO qctl_jobs") { present += 1 }
      if sql.hasPrefix("UPDATE qctl_queues") { present = 0 }
      longest = max(longest, present)
    }
  }
}
