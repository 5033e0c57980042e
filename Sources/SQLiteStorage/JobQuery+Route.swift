import Jobs
import Storage

/// Which way is the shorter one, by the kept counts.
extension JobQuery {
  /// The states that have an end, in the order in which they are asked for.
  static let ended: [JobState] = [.completed, .dead, .cancelled]

  /// The states in which wanted jobs are stored: ready is stored as itself, or due and not promoted.
  var storedStates: Set<JobState> {
    var stored = Set(wanted)
    if stored.contains(.ready) { stored.formUnion([.scheduled, .retrying]) }
    return stored
  }

  /// A query by the shortest way.
  static func planned(
    _ filter: JobFilter, order: JobOrder, now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> JobQuery {
    let seesBulks = try BulkRange.exist(on: connection)
    let query = { (route: Route) in
      JobQuery(filter, order: order, now: now, route: route, seesBulks: seesBulks)
    }
    guard filter.ids.isEmpty else { return query(.ids) }
    guard order != .latestFinishedFirst else { return query(.ended) }
    let byState = query(.states)
    return try byState.areFew(on: connection) ? byState : query(.all)
  }

  /// Whether the indexes of the wanted states lead to so few jobs that listing them costs less than
  /// meeting them on a walk by id.
  private func areFew(on connection: Connection) throws(SQLiteFailure) -> Bool {
    let stored = storedStates
    guard stored.count < JobState.allCases.count || !filter.queues.anyOf.isEmpty else {
      return false
    }
    let all = try QueueRow.stored(on: connection)
    // No index holds blocked jobs.
    guard stored != [.blocked], !stored.contains(.blocked) || all[.blocked] ?? 0 == 0 else {
      return false
    }
    let few = max(Self.fewJobs, all.values.reduce(0, &+) / 20)
    let queues = filter.queues.anyOf
    let ofQueues = queues.isEmpty ? all : try QueueRow.stored(in: queues, on: connection)
    var cost: Int64 = 0
    for state in stored where !Self.ended.contains(state) { cost &+= ofQueues[state] ?? 0 }
    if seesBulks, stored.contains(.ready) || stored.contains(.scheduled) {
      cost &+= try count(JobQueryText.countStaged(self), on: connection)
    }
    guard cost <= few else { return false }
    return cost &+ (try ended(all, upTo: few, on: connection)) <= few
  }

  /// How many rows of the index of ended jobs have to be looked at; no more than so many and one.
  private func ended(
    _ counts: [JobState: Int64], upTo most: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> Int64 {
    let isBounded =
      filter.ageOrigin == .death && (filter.olderThan != nil || filter.newerThan != nil)
    guard isBounded else {
      return Self.ended.reduce(0) { wanted.contains($1) ? $0 &+ (counts[$1] ?? 0) : $0 }
    }
    return try count(JobQueryText.countEnded(self, upTo: most &+ 1), on: connection)
  }

  private func count(
    _ text: JobQueryText, on connection: Connection
  ) throws(SQLiteFailure) -> Int64 {
    let statement = try text.prepare(on: connection)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  private static let fewJobs: Int64 = 5_000
}
