import Jobs
import Storage

/// The SQL of a query, with the values of its parameters in their order.
struct JobQueryText {
  /// What stands for a parameter.
  fileprivate enum Value {
    case integer(Int64)
    case text(String)
  }

  private(set) var sql = ""
  private var values: [Value] = []

  /// The rows of a query behind a place.
  init(_ query: JobQuery, after cursor: JobCursor?) {
    switch query.route {
    case .ended: addEnded(query, after: cursor)
    case .ids, .states, .all: addWalk(query, after: cursor)
    }
  }

  private init() {}

  /// One job by its id, the one parameter.
  static func lookup(_ query: JobQuery) -> JobQueryText {
    var text = JobQueryText()
    text.sql = "\(select(query)) WHERE j.id = ?"
    return text
  }

  func prepare(on connection: Connection) throws(SQLiteFailure) -> Statement {
    let statement = try connection.prepare(sql)
    for (index, value) in values.enumerated() {
      switch value {
      case .integer(let number): statement.bind(Int32(clamping: index + 1), number)
      case .text(let text): statement.bind(Int32(clamping: index + 1), text)
      }
    }
    return statement
  }

  private static func select(_ query: JobQuery) -> String {
    let jobs = query.route == .all ? "qctl_jobs j NOT INDEXED" : "qctl_jobs j"
    guard query.filter.needsDetail else { return "SELECT \(JobRow.columns) FROM \(jobs)" }
    return """
      SELECT \(JobRow.joinedColumns), p.tags, p.payload FROM \(jobs) \
      LEFT JOIN qctl_payloads p ON p.id = j.id
      """
  }

  private mutating func add(_ part: String, _ values: Value...) {
    sql += part
    self.values += values
  }

  private mutating func add(_ condition: Condition) {
    sql += condition.sql
    values += condition.values
  }
}

// MARK: - By id

extension JobQueryText {
  private mutating func addWalk(_ query: JobQuery, after cursor: JobCursor?) {
    add("\(Self.select(query)) WHERE 1")
    addPlace(query, after: cursor, "j.id")
    if query.route == .states { addStates(query, after: cursor) }
    addJudgements(query)
    add(query.order == .newestFirst ? " ORDER BY j.id DESC" : " ORDER BY j.id")
  }

  /// Where a walk by id goes on, and where it ends.
  private mutating func addPlace(_ query: JobQuery, after cursor: JobCursor?, _ column: String) {
    if let cursor {
      let comparison = query.order == .newestFirst ? "<" : ">"
      add(" AND \(column) \(comparison) ?", .integer(cursor.id.rawValue))
    }
    // No id is older than its job. It may be younger, where the clock was set back, so that the other
    // limit of an age gives no bound.
    if query.filter.ageOrigin == .enqueue, let newest = query.filter.newerThan {
      add(" AND \(column) >= ?", .integer(JobID.bound(before: query.now - newest)))
    }
  }

  /// Wanted states become a list of ids out of the partial indexes, so that a few dead jobs are found
  /// at once behind millions of others.
  private mutating func addStates(_ query: JobQuery, after cursor: JobCursor?) {
    let stored = query.storedStates
    add(" AND j.id IN (")
    var isFirst = true
    for arm in Self.arms(stored) {
      add(
        isFirst ? "SELECT id FROM qctl_jobs WHERE " : " UNION ALL SELECT id FROM qctl_jobs WHERE ")
      isFirst = false
      add(arm.term)
      if arm.isEnded {
        addEnds(query, "finished_at")
      } else if !query.filter.queues.anyOf.isEmpty {
        add(" AND ")
        add(Condition("queue IN", query.filter.queues.anyOf.map(\.description)))
      }
      addPlace(query, after: cursor, "id")
    }
    if query.seesBulks, stored.contains(.ready) || stored.contains(.scheduled) {
      add(isFirst ? StagedJobs.ids : " UNION ALL \(StagedJobs.ids)")
      addBulks(query)
    }
    add(")")
  }

  /// Only stretches that may hold jobs of the wanted queues.
  private mutating func addBulks(_ query: JobQuery) {
    guard !query.filter.queues.anyOf.isEmpty else { return }
    add(" AND (b.queue IS NULL OR ")
    add(Condition("b.queue IN", query.filter.queues.anyOf.map(\.description)))
    add(")")
  }

  /// The number of a count of the ids of staged jobs that may be of the wanted queues.
  static func countStaged(_ query: JobQuery) -> JobQueryText {
    var text = JobQueryText()
    text.add("SELECT total(last_id - first_id + 1) FROM qctl_bulks b WHERE published = 1")
    text.addBulks(query)
    return text
  }

  /// A stretch of a partial index.
  private struct Arm {
    let term: String
    var isEnded = false
  }

  /// No job is blocked yet, and no index would hold it.
  private static func arms(_ stored: Set<JobState>) -> [Arm] {
    var arms: [Arm] = []
    if stored.contains(.ready) { arms.append(Arm(term: "state = 'ready'")) }
    if stored.contains(.active) { arms.append(Arm(term: "state = 'active'")) }
    let waiting = "state IN ('scheduled', 'retrying')"
    switch (stored.contains(.scheduled), stored.contains(.retrying)) {
    case (true, true): arms.append(Arm(term: waiting))
    case (true, false): arms.append(Arm(term: "\(waiting) AND state = 'scheduled'"))
    case (false, true): arms.append(Arm(term: "\(waiting) AND state = 'retrying'"))
    case (false, false): break
    }
    for state in JobQuery.ended where stored.contains(state) {
      arms.append(
        Arm(term: "finished_at IS NOT NULL AND state = '\(state.rawValue)'", isEnded: true))
    }
    return arms
  }

  /// The limits of an age that counts from the end.
  private mutating func addEnds(_ query: JobQuery, _ column: String) {
    guard query.filter.ageOrigin == .death else { return }
    if let oldest = query.filter.olderThan {
      add(" AND \(column) <= ?", .integer((query.now - oldest).milliseconds))
    }
    if let newest = query.filter.newerThan {
      add(" AND \(column) >= ?", .integer((query.now - newest).milliseconds))
    }
  }
}

// MARK: - By the end

extension JobQueryText {
  /// Each state has its stretch of the index; SQLite merges several.
  private mutating func addEnded(_ query: JobQuery, after cursor: JobCursor?) {
    let states = JobQuery.ended.filter { query.wanted.contains($0) }
    for (index, state) in states.enumerated() {
      if index > 0 { add(" UNION ALL ") }
      add("\(Self.select(query)) WHERE j.finished_at IS NOT NULL AND j.state = '\(state.rawValue)'")
      if let cursor {
        add(
          " AND (j.finished_at, j.id) < (?, ?)",
          .integer(cursor.finishedAt?.milliseconds ?? 0), .integer(cursor.id.rawValue))
      }
      addEnds(query, "j.finished_at")
      addJudgements(query)
    }
    guard !states.isEmpty else { return add("\(Self.select(query)) WHERE 0") }
    add(" ORDER BY 10 DESC, 1 DESC")
  }

  /// The number of a count of ended jobs, of no more than so many.
  static func countEnded(_ query: JobQuery, upTo most: Int64) -> JobQueryText {
    var text = JobQueryText()
    text.add("SELECT count(*) FROM (")
    var isFirst = true
    for state in JobQuery.ended where query.wanted.contains(state) {
      if !isFirst { text.add(" UNION ALL ") }
      isFirst = false
      text.add(
        "SELECT 1 FROM qctl_jobs WHERE finished_at IS NOT NULL AND state = '\(state.rawValue)'")
      text.addEnds(query, "finished_at")
    }
    if isFirst { text.add("SELECT 1 WHERE 0") }
    text.add(" LIMIT ?)", .integer(most))
    return text
  }
}

// MARK: - Judging rows

extension JobQueryText {
  /// A condition on rows of `j` that no index answers.
  struct Condition {
    let sql: String
    fileprivate var values: [Value] = []

    fileprivate init(_ sql: String) { self.sql = sql }

    fileprivate init(_ sql: String, _ names: [String]) {
      self.sql = "\(sql) (\(names.map { _ in "?" }.joined(separator: ",")))"
      values = names.map { .text($0) }
    }

    fileprivate init(_ sql: String, _ number: Int64) {
      self.sql = sql
      values = [.integer(number)]
    }
  }

  /// A row whose id has these bits 0 is given whatever it holds: one in some thousands, since the low
  /// bits of an id are random, or count jobs.
  static let markMask: Int64 = 4095

  /// SQLite judges rows faster than we read them.
  ///
  /// So that it comes back now and then, it is asked for
  /// some rows more.
  private mutating func addJudgements(_ query: JobQuery) {
    var judgements = Self.judgements(of: query)
    if query.seesBulks { judgements.append(Condition(StagedJobs.isVisible)) }
    guard !judgements.isEmpty else { return }
    let isMarked = query.passesRows
    add(isMarked ? " AND (j.id & \(Self.markMask) = 0 OR " : " AND ")
    for (index, judgement) in judgements.enumerated() {
      if index > 0 { add(" AND ") }
      add(judgement)
    }
    if isMarked { add(")") }
  }

  /// What is asked of each row beside what its index says.
  static func judgements(of query: JobQuery) -> [Condition] {
    let filter = query.filter
    var conditions: [Condition] = []
    if query.route == .all, query.wanted.count < JobState.allCases.count {
      let list = query.storedStates.map { "'\($0.rawValue)'" }.sorted().joined(separator: ",")
      conditions.append(
        Condition("(j.state IN (\(list))\(query.seesBulks ? " OR j.bulk IS NOT NULL" : ""))"))
    }
    let (queues, types) = (filter.queues, filter.types)
    for (column, verb, names) in [
      ("queue", "IN", queues.anyOf.map(\.description)),
      ("queue", "NOT IN", queues.noneOf.map(\.description)),
      ("type", "IN", types.anyOf.map(\.description)),
      ("type", "NOT IN", types.noneOf.map(\.description)),
    ] where !names.isEmpty {
      conditions.append(Condition("j.\(column) \(verb)", names))
    }
    return conditions + ages(of: query)
  }

  private static func ages(of query: JobQuery) -> [Condition] {
    guard query.filter.ageOrigin == .enqueue || query.route == .all else { return [] }
    let origin =
      query.filter.ageOrigin == .enqueue
      ? "j.enqueued_at" : "coalesce(j.finished_at, j.enqueued_at)"
    var conditions: [Condition] = []
    if let oldest = query.filter.olderThan {
      conditions.append(Condition("\(origin) <= ?", (query.now - oldest).milliseconds))
    }
    if let newest = query.filter.newerThan {
      conditions.append(Condition("\(origin) >= ?", (query.now - newest).milliseconds))
    }
    return conditions
  }
}
