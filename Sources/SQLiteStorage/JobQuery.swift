import Jobs
import Storage

/// A filter as SQL: what an index or a cheap condition can answer is asked of SQLite, and
/// `JobFilter.matches` has the last word on each row, so that every adapter means the same.
struct JobQuery {
  private var filter: JobFilter
  private let order: JobOrder
  private let now: Instant
  /// Walks the jobs by id and judges the state of each.
  private let followsIDs: Bool
  /// Whether some rows are those of staged bulks.
  private let seesBulks: Bool
  private var conditions: [String] = []
  private var values: [Value] = []

  /// What stands for a parameter.
  private enum Value {
    case integer(Int64)
    case text(String)
  }

  /// Plans a query.
  ///
  /// - Parameter statesAreRare: whether the wanted states hold few jobs, so that their indexes lead
  ///   to them faster than the order of ids does.
  init(
    _ filter: JobFilter, order: JobOrder, now: Instant, statesAreRare: Bool = true,
    seesBulks: Bool = false
  ) {
    self.filter = filter
    self.order = order
    self.now = now
    followsIDs = !statesAreRare && order != .latestFinishedFirst
    self.seesBulks = seesBulks
    if seesBulks { conditions.append(StagedJobs.isVisible) }
    addIDs()
    addStates()
    addNames("queue", filter.queues.anyOf.map(\.description))
    addNames("type", filter.types.anyOf.map(\.description))
    if order == .latestFinishedFirst { conditions.append("finished_at IS NOT NULL") }
    // SQLite has judged them; asking each job again would take the square of their number.
    self.filter.ids = []
  }

  /// One page.
  ///
  /// Looks through a bounded number of rows, so that a rare match behind many others gives
  /// short pages rather than one long wait.
  func page(
    after: JobCursor?, size: Int, on connection: Connection
  ) throws(SQLiteFailure) -> JobPage {
    var jobs: [Job] = []
    var last: JobCursor?
    var seen = 0
    let most = min(max(size, Self.rowsPerCall), Int(Int32.max))
    let statement = try prepare(after: after, limit: most + 1, on: connection)
    defer { statement.reset() }
    while try statement.step() {
      if jobs.count == size || seen == most { return JobPage(jobs: jobs, next: last) }
      seen += 1
      guard let job = JobRow.readIfSound(statement) else {
        last = Self.place(of: statement) ?? last
        continue
      }
      last = JobCursor(after: job)
      if accepts(job, statement) { jobs.append(job) }
    }
    return JobPage(jobs: jobs, next: nil)
  }

  /// Every job, one at a time, on one snapshot; `visit` says whether to go on.
  func forEach(
    on connection: Connection, _ visit: (Job) -> Bool
  ) throws(SQLiteFailure) {
    let statement = try prepare(after: nil, limit: -1, on: connection)
    defer { statement.reset() }
    while try statement.step() {
      guard let job = JobRow.readIfSound(statement) else { continue }
      guard !accepts(job, statement) || visit(job) else { return }
    }
  }

  /// The query's text, for tests that look at its plan.
  func text(after: JobCursor?) -> String {
    let detail = filter.needsDetail
    let columns = detail ? JobRow.joinedColumns + ", p.tags, p.payload" : JobRow.columns
    let jobs = followsIDs ? "qctl_jobs j NOT INDEXED" : "qctl_jobs j"
    let source = detail ? jobs + " LEFT JOIN qctl_payloads p ON p.id = j.id" : jobs
    var terms = conditions
    if after != nil { terms.append(cursorCondition) }
    let filter = terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ")
    return "SELECT \(columns) FROM \(source)\(filter) ORDER BY \(ordering) LIMIT ?"
  }

  private static let rowsPerCall = 20_000

  /// Where a row stands that cannot be read.
  private static func place(of row: Statement) -> JobCursor? {
    JobID(rawValue: row.integer(0)).map {
      JobCursor(id: $0, finishedAt: row.optionalInteger(9).map(Instant.init(milliseconds:)))
    }
  }

  private func accepts(_ job: Job, _ row: Statement) -> Bool {
    // Where there is no bulk, a row of one is a leftover for the doctor.
    guard seesBulks || row.isNull(JobRow.bulkColumn) else { return false }
    guard filter.matches(job, at: now) else { return false }
    guard filter.needsDetail else { return true }
    return filter.matchesDetail(
      tags: TagText.read(row.optionalText(JobRow.columnCount)),
      payload: row.bytes(JobRow.columnCount + 1))
  }

  private func prepare(
    after: JobCursor?, limit: Int, on connection: Connection
  ) throws(SQLiteFailure) -> Statement {
    let statement = try connection.prepare(text(after: after))
    var index: Int32 = 1
    for value in values + cursorValues(after) + [.integer(Int64(limit))] {
      switch value {
      case .integer(let number): statement.bind(index, number)
      case .text(let text): statement.bind(index, text)
      }
      index += 1
    }
    return statement
  }
}

// MARK: - Order

extension JobQuery {
  private var ordering: String {
    switch order {
    case .newestFirst: "j.id DESC"
    case .oldestFirst: "j.id"
    case .latestFinishedFirst: "j.finished_at DESC, j.id DESC"
    }
  }

  private var cursorCondition: String {
    switch order {
    case .newestFirst: "j.id < ?"
    case .oldestFirst: "j.id > ?"
    case .latestFinishedFirst: "(j.finished_at, j.id) < (?, ?)"
    }
  }

  private func cursorValues(_ cursor: JobCursor?) -> [Value] {
    guard let cursor else { return [] }
    guard order == .latestFinishedFirst else { return [.integer(cursor.id.rawValue)] }
    return [
      .integer(cursor.finishedAt?.milliseconds ?? 0), .integer(cursor.id.rawValue),
    ]
  }
}

// MARK: - Conditions

extension JobQuery {
  private mutating func addIDs() {
    guard !filter.ids.isEmpty else { return }
    let list = filter.ids.map { String($0.rawValue) }.joined(separator: ",")
    conditions.append("j.id IN (\(list))")
  }

  private mutating func addNames(_ column: String, _ names: [String]) {
    guard !names.isEmpty else { return }
    let marks = names.map { _ in "?" }.joined(separator: ",")
    conditions.append("j.\(column) IN (\(marks))")
    values += names.map { .text($0) }
  }

  /// Wanted states become a list of ids out of the partial indexes, so that a few dead jobs are
  /// found at once behind millions of others.
  ///
  /// Ready is stored as itself, or due and not promoted.
  private mutating func addStates() {
    guard !filter.states.anyOf.isEmpty, filter.ids.isEmpty else { return }
    let stored = Set(filter.states.anyOf.flatMap(Self.storedStates)).sorted {
      $0.rawValue < $1.rawValue
    }
    let mayBeStaged = seesBulks && (stored.contains(.ready) || stored.contains(.scheduled))
    if order == .latestFinishedFirst || followsIDs {
      let list = stored.map { "'\($0.rawValue)'" }.joined(separator: ",")
      conditions.append("(j.state IN (\(list))\(mayBeStaged ? " OR j.bulk IS NOT NULL" : ""))")
      return
    }
    var parts = stored.map { state in
      "SELECT id FROM qctl_jobs WHERE \(Self.indexTerm(state)) AND state = '\(state.rawValue)'"
    }
    if mayBeStaged { parts.append(StagedJobs.ids) }
    conditions.append("j.id IN (\(parts.joined(separator: " UNION ALL ")))")
  }

  private static func storedStates(_ shown: JobState) -> [JobState] {
    shown == .ready ? [.ready, .scheduled, .retrying] : [shown]
  }

  /// The condition of the partial index that holds a state.
  private static func indexTerm(_ state: JobState) -> String {
    switch state {
    case .scheduled, .retrying: "state IN ('scheduled', 'retrying')"
    case .completed, .dead, .cancelled: "finished_at IS NOT NULL"
    case .ready, .active, .blocked: "1"
    }
  }
}

extension JobQuery {
  /// Plans a query by the kept counts: wanted states that hold much of the store are met soon enough
  /// when the jobs are walked by id, and listing all their ids first would cost more.
  static func planned(
    _ filter: JobFilter, order: JobOrder, now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> JobQuery {
    let seesBulks = try BulkRange.exist(on: connection)
    guard !filter.states.anyOf.isEmpty, order != .latestFinishedFirst else {
      return JobQuery(filter, order: order, now: now, seesBulks: seesBulks)
    }
    let wanted = Set(filter.states.anyOf.flatMap(storedStates))
    let counts = try QueueRow.stored(on: connection)
    let all = counts.values.reduce(0, &+)
    let some = counts.reduce(0) { wanted.contains($1.key) ? $0 &+ $1.value : $0 }
    let areRare = some <= fewJobs || some < all / 20
    return JobQuery(
      filter, order: order, now: now, statesAreRare: areRare, seesBulks: seesBulks)
  }

  private static let fewJobs: Int64 = 5_000
}
