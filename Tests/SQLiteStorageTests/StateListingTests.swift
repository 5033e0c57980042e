import Jobs
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// A listing by state may go by the states' own indexes or by the ids of all jobs, whichever is
/// shorter; both must find the same jobs.
@Suite struct StateListingTests {
  private let rig: StoreRig

  init() throws {
    rig = try StoreRig()
    try rig.addMany(40)
    try rig.settle(try rig.claim(8), .reject)
    try rig.settle(try rig.claim(8), .complete(result: nil))
    try rig.settle(try rig.claim(6), .fail(retryAfter: .hours(5)))
    _ = try rig.claim(5)
    try rig.addMany(10) { $0.runAt = rig.now + .hours(3) }
    rig.now = rig.now + .hours(2)
  }

  @Test(
    arguments: [
      [.ready], [.dead], [.scheduled], [.retrying], [.active], [.completed, .dead],
      [.ready, .dead],
      [.cancelled], [.blocked],
    ] as [[JobState]], [JobOrder.newestFirst, .oldestFirst])
  func bothWaysFindTheSameJobs(_ states: [JobState], _ order: JobOrder) throws {
    var filter = JobFilter()
    filter.states.anyOf = states
    let byState = try jobs(filter, order, statesAreRare: true)
    let byID = try jobs(filter, order, statesAreRare: false)
    #expect(byState == byID)
    #expect(byID.isEmpty == (states == [.cancelled] || states == [.blocked]))
  }

  @Test func aCommonStateIsWalkedByID() throws {
    var filter = JobFilter()
    filter.states.anyOf = [.ready]
    let query = JobQuery(filter, order: .newestFirst, now: rig.now, statesAreRare: false)
    #expect(query.text(after: nil).contains("NOT INDEXED"))
    #expect(!query.text(after: nil).contains("UNION"))
  }

  /// Page by page, three jobs at a time.
  private func jobs(
    _ filter: JobFilter, _ order: JobOrder, statesAreRare: Bool
  ) throws -> [JobID] {
    let query = JobQuery(filter, order: order, now: rig.now, statesAreRare: statesAreRare)
    var found: [JobID] = []
    var cursor: JobCursor?
    repeat {
      let page = try rig.store.withSession { session throws(StorageError) in
        try session.read { connection throws(SQLiteFailure) in
          try query.page(after: cursor, size: 3, on: connection)
        }
      }
      found += page.jobs.map(\.id)
      cursor = page.next
    } while cursor != nil
    return found
  }
}
