import Jobs
import Storage

/// A filter as SQL: what an index or a cheap condition can answer is asked of SQLite, and
/// `JobFilter.matches` has the last word on each row, so that every adapter means the same.
struct JobQuery {
  /// By what jobs are found.
  enum Route: Equatable {
    /// The filter names them: each is looked up.
    case ids
    /// The indexes of the wanted states give a list of ids, which is then looked up.
    case states
    /// The index of ended jobs, in its own order.
    case ended
    /// Every job, by id.
    case all
  }

  let filter: JobFilter
  let order: JobOrder
  let now: Instant
  let route: Route
  /// The states as shown that the filter lets through.
  let wanted: [JobState]
  /// Whether some rows are those of staged bulks.
  let seesBulks: Bool
  /// The ids that the filter names, once each and in order.
  private let ids: [JobID]

  init(
    _ filter: JobFilter, order: JobOrder, now: Instant, route: Route, seesBulks: Bool = false
  ) {
    var judge = filter
    // They are looked up; asking each job again would take the square of their number.
    judge.ids = []
    self.filter = judge
    self.order = order
    self.now = now
    self.route = route
    self.seesBulks = seesBulks
    wanted = Self.wanted(filter)
    ids = Set(filter.ids).sorted(by: order == .newestFirst ? { $0 > $1 } : { $0 < $1 })
  }

  /// The states as shown that a filter lets through.
  static func wanted(_ filter: JobFilter) -> [JobState] {
    JobState.allCases.filter { state in filter.states.accepts { $0 == state } }
  }

  /// One page.
  func page(
    after: JobCursor?, size: Int, on connection: Connection
  ) throws(SQLiteFailure) -> JobPage {
    var jobs: [Job] = []
    let next = try scan(after: after, upTo: max(size, 1), on: connection) {
      jobs.append($0)
      return true
    }
    return JobPage(jobs: jobs, next: next)
  }

  /// Visits jobs behind a place, in order; looks at a bounded number of rows, so that a rare match
  /// behind many others gives several short reads rather than a long one, which would keep the log
  /// from being folded into the database.
  ///
  /// - Parameters:
  ///   - limit: visits at most so many.
  ///   - visit: says whether to go on.
  /// - Returns: where to go on; `nil` where nothing is left.
  func scan(
    after cursor: JobCursor?, upTo limit: Int = .max, on connection: Connection,
    _ visit: (Job) -> Bool
  ) throws(SQLiteFailure) -> JobCursor? {
    guard !wanted.isEmpty else { return nil }
    guard route == .ids else { return try scanRows(after: cursor, limit, on: connection, visit) }
    guard order == .latestFinishedFirst else {
      return try scanIDs(after: cursor, limit, on: connection, visit)
    }
    return try scanEndedIDs(after: cursor, limit, on: connection, visit)
  }

  private static let rowsPerCall = 20_000
}

// MARK: - Rows

extension JobQuery {
  private func scanRows(
    after cursor: JobCursor?, _ limit: Int, on connection: Connection, _ visit: (Job) -> Bool
  ) throws(SQLiteFailure) -> JobCursor? {
    let statement = try JobQueryText(self, after: cursor).prepare(on: connection)
    defer { statement.reset() }
    var place = cursor
    var visited = 0
    var effort = 0
    let passesRows = self.passesRows
    while try statement.step() {
      guard visited < limit, effort < Self.rowsPerCall else { return place }
      // No page begins behind such a row, and no door of ours lets it in.
      guard let id = JobID(rawValue: statement.integer(0)) else { continue }
      let isMark = passesRows && id.rawValue & JobQueryText.markMask == 0
      effort += isMark ? Self.effortOfMark : 1
      if let job = try accepted(statement, isSeen: !isMark, on: connection) {
        guard visit(job) else { return place }
        visited += 1
      }
      place = Self.place(of: id, statement)
    }
    return nil
  }

  /// Whether SQLite passes over rows by itself, so that some rows must show how far it has come.
  var passesRows: Bool {
    guard route == .all || route == .ended else { return false }
    return seesBulks || !JobQueryText.judgements(of: self).isEmpty
  }

  /// What it takes to pass over the rows between two marks, as against reading one.
  private static let effortOfMark = 512

  private static func place(of id: JobID, _ row: Statement) -> JobCursor {
    JobCursor(id: id, finishedAt: row.optionalInteger(9).map(Instant.init(milliseconds:)))
  }

  /// The job of the present row, if it can be read and is wanted.
  ///
  /// - Parameter isSeen: whether SQLite has judged already that the row may be seen.
  private func accepted(
    _ row: Statement, isSeen: Bool, on connection: Connection
  ) throws(SQLiteFailure) -> Job? {
    guard let job = JobRow.readIfSound(row), filter.matches(job, at: now) else { return nil }
    if !row.isNull(JobRow.bulkColumn) {
      // Where there is no bulk, a row of one is a leftover for the doctor.
      guard seesBulks else { return nil }
      if !isSeen, try !StagedJobs.isVisible(row, on: connection) { return nil }
    }
    guard filter.needsDetail else { return job }
    let matches = filter.matchesDetail(
      tags: TagText.read(row.optionalText(JobRow.columnCount)),
      payload: row.bytes(JobRow.columnCount + 1))
    return matches ? job : nil
  }
}

// MARK: - Named jobs

extension JobQuery {
  private func scanIDs(
    after cursor: JobCursor?, _ limit: Int, on connection: Connection, _ visit: (Job) -> Bool
  ) throws(SQLiteFailure) -> JobCursor? {
    let statement = try JobQueryText.lookup(self).prepare(on: connection)
    defer { statement.reset() }
    var visited = 0
    let start = cursor.map { behind($0.id) } ?? 0
    for index in start..<ids.count {
      guard visited < limit, index - start < Self.rowsPerCall else { return place(before: index) }
      guard let job = try look(up: ids[index], statement, on: connection) else { continue }
      guard visit(job) else { return index == start ? cursor : place(before: index) }
      visited += 1
    }
    return nil
  }

  /// How many ids are at or before a place.
  private func behind(_ id: JobID) -> Int {
    let isDescending = order == .newestFirst
    var (low, high) = (0, ids.count)
    while low < high {
      let middle = (low + high) / 2
      if isDescending ? ids[middle] >= id : ids[middle] <= id {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  private func place(before index: Int) -> JobCursor? {
    index > 0 ? JobCursor(id: ids[index - 1], finishedAt: nil) : nil
  }

  private func look(
    up id: JobID, _ statement: Statement, on connection: Connection
  ) throws(SQLiteFailure) -> Job? {
    statement.reset()
    statement.bind(1, id.rawValue)
    guard try statement.step() else { return nil }
    return try accepted(statement, isSeen: false, on: connection)
  }

  /// No index gives these in order, so they are all found first.
  private func scanEndedIDs(
    after cursor: JobCursor?, _ limit: Int, on connection: Connection, _ visit: (Job) -> Bool
  ) throws(SQLiteFailure) -> JobCursor? {
    let statement = try JobQueryText.lookup(self).prepare(on: connection)
    defer { statement.reset() }
    var jobs: [Job] = []
    for id in ids {
      guard let job = try look(up: id, statement, on: connection), job.finishedAt != nil else {
        continue
      }
      guard cursor.map({ Self.isBefore($0, JobCursor(after: job)) }) ?? true else { continue }
      jobs.append(job)
    }
    jobs.sort { Self.isBefore(JobCursor(after: $0), JobCursor(after: $1)) }
    var place = cursor
    var visited = 0
    for job in jobs {
      guard visited < limit, visit(job) else { return place }
      visited += 1
      place = JobCursor(after: job)
    }
    return nil
  }

  private static func isBefore(_ left: JobCursor, _ right: JobCursor) -> Bool {
    let none = Instant(milliseconds: .min)
    return (left.finishedAt ?? none, left.id) > (right.finishedAt ?? none, right.id)
  }
}
