import Jobs
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// A listing may go by the states' own indexes or by the ids of all jobs, whichever is shorter; all
/// ways must find the same jobs.
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
    rig.now = rig.now + .hours(1)
    for state in 0..<6 {
      try rig.add {
        $0.queue = try QueueName("rare")
        $0.type = try JobType("odd")
        if state > 3 { $0.runAt = rig.now + .hours(2) }
      }
    }
    let rare = ClaimRequest(
      queues: [try QueueName("rare")], limit: 3, worker: "w1", now: rig.now)
    var claimed = try rig.store.claim(rare)
    var dead = Settlement(claimed.removeLast().lease, .reject)
    dead.error = "boom"
    _ = try rig.store.settle([dead], thenClaim: nil, at: rig.now)
    try rig.settle([claimed.removeLast()], .complete(result: nil))
    rig.now = rig.now + .hours(1)
  }

  static let filters: [JobFilter] = {
    var filters =
      ([
        [.ready], [.dead], [.scheduled], [.retrying], [.active], [.completed, .dead],
        [.ready, .dead], [.cancelled], [.blocked], [.scheduled, .retrying], [],
      ] as [[JobState]]).map { states in
        var filter = JobFilter()
        filter.states.anyOf = states
        return filter
      }
    for edit in [
      { $0.states.noneOf = [.ready, .completed] },
      { $0.olderThan = .minutes(90) },
      { $0.newerThan = .minutes(90) },
      { ($0.ageOrigin, $0.olderThan) = (.death, .minutes(90)) },
      { ($0.ageOrigin, $0.newerThan) = (.death, .minutes(90)) },
      { ($0.ageOrigin, $0.newerThan, $0.states.anyOf) = (.death, .minutes(90), [.dead]) },
      { ($0.ageOrigin, $0.olderThan, $0.states.anyOf) = (.death, .minutes(90), [.dead, .ready]) },
      { $0.errors.anyOf = ["boom"] },
    ] as [(inout JobFilter) -> Void] {
      var filter = JobFilter()
      edit(&filter)
      filters.append(filter)
    }
    let rare = try? QueueName("rare")
    return filters
      + filters.map { filter in
        var filter = filter
        filter.queues.anyOf = [rare].compactMap(\.self)
        return filter
      }
      + filters.map { filter in
        var filter = filter
        filter.queues.noneOf = [rare].compactMap(\.self)
        filter.types.noneOf = [(try? JobType("odd"))].compactMap(\.self)
        return filter
      }
  }()

  /// Whatever leads to the jobs, they are those that the filter means.
  @Test(arguments: filters, [JobOrder.newestFirst, .oldestFirst, .latestFinishedFirst])
  func everyWayFindsTheSameJobs(_ filter: JobFilter, _ order: JobOrder) throws {
    let every = try jobs(JobFilter(), .oldestFirst, .all).map { try rig.job($0).job }
    var meant = every.filter { filter.matches($0, at: rig.now) }
    switch order {
    case .oldestFirst: break
    case .newestFirst: meant.reverse()
    case .latestFinishedFirst:
      meant = meant.filter { $0.finishedAt != nil }.sorted {
        ($0.finishedAt ?? rig.now, $0.id) > ($1.finishedAt ?? rig.now, $1.id)
      }
    }
    let routes: [JobQuery.Route] =
      order == .latestFinishedFirst
      ? [.ended] : [.all] + (filter.states.anyOf == [.blocked] ? [] : [.states])
    for route in routes {
      #expect(try jobs(filter, order, route) == meant.map(\.id), "by \(route)")
    }
    var named = filter
    named.ids = every.map(\.id)
    #expect(try jobs(named, order, .ids) == meant.map(\.id), "by ids")
  }

  @Test func theCountsSayWhichWayIsShort() throws {
    let rare = try QueueName("rare")
    #expect(try route { _ in } == .all)
    #expect(try route { $0.states.anyOf = [.dead] } == .states)
    #expect(try route { $0.queues.anyOf = [rare] } == .states)
    #expect(try route { $0.types.anyOf = [try JobType("odd")] } == .all)
    try rig.addMany(6000)
    #expect(try route { $0.states.anyOf = [.ready] } == .all)
    #expect(try route { $0.states.anyOf = [.dead] } == .states)
    #expect(try route { $0.queues.anyOf = [.default] } == .all)
    #expect(try route { $0.queues.anyOf = [rare] } == .states)
    #expect(try route { $0.queues.noneOf = [rare] } == .all)
    // As if so many had died.
    try rig.application().run("UPDATE qctl_queues SET dead = dead + 5500 WHERE queue = 'default'")
    #expect(try route { $0.states.anyOf = [.dead] } == .all)
    #expect(try route { $0.queues.anyOf = [rare] } == .all)
    let recent = { (filter: inout JobFilter) in
      (filter.states.anyOf, filter.ageOrigin) = ([.dead], .death)
      filter.olderThan = .minutes(90)
    }
    #expect(try route(recent) == .states)
  }

  /// A million jobs that were just enqueued are no reason to list them all for the few of another
  /// queue.
  @Test func aBulkOfAnotherQueueIsNotLookedThrough() throws {
    let rig = try StoreRig(staging: .always(rows: 3))
    try rig.addMany(30)
    var job = NewJob(queue: try QueueName("rare"))
    let id = try rig.store.enqueue(job, at: rig.now).id
    job.runAt = rig.now + .hours(1)
    let later = try rig.store.enqueue(job, at: rig.now).id
    var filter = JobFilter()
    filter.queues.anyOf = [job.queue]
    let (text, page, count) = try rig.store.withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        let query = JobQuery(
          filter, order: .oldestFirst, now: rig.now, route: .states, seesBulks: true)
        let staged = try JobQueryText.countStaged(query).prepare(on: connection)
        let count = try staged.step() ? staged.integer(0) : -1
        let page = try query.page(after: nil, size: 9, on: connection)
        return (JobQueryText(query, after: nil).sql, page, count)
      }
    }
    #expect(count == 0)
    #expect(text.contains("b.queue IN (?)"))
    #expect(page.jobs.map(\.id) == [id, later])
    filter.queues.anyOf = [.default]
    let request = JobPageRequest(filter, size: 99, now: rig.now)
    #expect(try rig.store.page(request).jobs.count == 30)
  }

  private func route(
    _ edit: (inout JobFilter) throws -> Void
  ) throws -> JobQuery.Route {
    var filter = JobFilter()
    try edit(&filter)
    return try rig.store.withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try JobQuery.planned(filter, order: .newestFirst, now: rig.now, on: connection).route
      }
    }
  }

  /// Page by page, three jobs at a time.
  private func jobs(
    _ filter: JobFilter, _ order: JobOrder, _ route: JobQuery.Route
  ) throws -> [JobID] {
    let query = JobQuery(filter, order: order, now: rig.now, route: route)
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
