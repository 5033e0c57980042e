import Jobs

/// The rows of qctl_jobs that belong to bulks: which of them can be seen, and as what.
///
/// A row of a published bulk reads as what it would be if it had been inserted directly; one of an
/// unpublished bulk is not there for anybody.
enum StagedJobs {
  /// The state of a published row, for queries.
  static let state = """
    CASE WHEN waits > 0 THEN 'blocked' WHEN run_at > enqueued_at THEN 'scheduled' ELSE 'ready' END
    """

  /// The condition on a row called `j` that it can be seen; needed only where bulks are pending.
  static let isVisible =
    "(j.bulk IS NULL OR j.bulk IN (SELECT bulk FROM qctl_bulks WHERE published = 1))"

  /// The ids of published rows that are not promoted.
  static let ids = """
    SELECT s.id FROM qctl_bulks b CROSS JOIN qctl_jobs s ON s.id BETWEEN b.first_id AND b.last_id
    WHERE b.published = 1 AND s.bulk = b.bulk
    """

  /// Whether the present row, with the columns of `JobRow`, can be seen.
  static func isVisible(_ row: Statement, on connection: Connection) throws(SQLiteFailure) -> Bool {
    guard let bulk = row.optionalInteger(JobRow.bulkColumn) else { return true }
    return try isPublished(bulk, on: connection)
  }

  private static func isPublished(
    _ bulk: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement(
      "SELECT 1 FROM qctl_bulks WHERE bulk = ?1 AND published = 1 LIMIT 1")
    statement.bind(1, bulk)
    defer { statement.reset() }
    return try statement.step()
  }

  /// The bulk of a job that is published and not promoted.
  static func publishedBulk(
    of id: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> Int64? {
    let statement = try connection.statement("SELECT bulk FROM qctl_jobs WHERE id = ?1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    guard try statement.step(), let bulk = statement.optionalInteger(0),
      try isPublished(bulk, on: connection)
    else { return nil }
    return bulk
  }
}

// MARK: - Promoting

extension StagedJobs {
  /// How many rows the front of a stretch has, at most so many, and the id of the last of them.
  ///
  /// Rows that were promoted one by one are counted too, so that one step is bounded.
  static func front(
    of range: BulkRange, upTo most: Int, on connection: Connection
  ) throws(SQLiteFailure) -> (count: Int, lastID: Int64) {
    let statement = try connection.statement(
      """
      SELECT count(*), max(id) FROM
        (SELECT id FROM qctl_jobs WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3)
      """)
    statement.bind(1, range.firstID)
    statement.bind(2, range.lastID)
    statement.bind(3, Int64(most))
    defer { statement.reset() }
    guard try statement.step() else { return (0, range.lastID) }
    return (Int(statement.integer(0)), statement.optionalInteger(1) ?? range.lastID)
  }

  /// Gives every job of a stretch its true state.
  static func promote(_ range: BulkRange, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      UPDATE qctl_jobs SET bulk = NULL, state = \(state)
      WHERE id BETWEEN ?1 AND ?2 AND bulk = ?3
      """)
    statement.bind(1, range.firstID)
    statement.bind(2, range.lastID)
    statement.bind(3, range.bulk)
    try statement.run()
  }

  /// The jobs of a stretch that have keys to take, by id, each with what it said of them.
  static func keyed(
    in range: BulkRange, on connection: Connection
  ) throws(SQLiteFailure) -> [(job: Job, rule: StagedRule)] {
    let statement = try connection.statement(
      """
      SELECT \(JobRow.columns), worker FROM qctl_jobs
      WHERE id BETWEEN ?1 AND ?2 AND bulk = ?3
        AND (unique_key IS NOT NULL OR idempotency_key IS NOT NULL)
      ORDER BY id
      """)
    statement.bind(1, range.firstID)
    statement.bind(2, range.lastID)
    statement.bind(3, range.bulk)
    defer { statement.reset() }
    var found: [(Job, StagedRule)] = []
    while try statement.step() {
      guard let job = JobRow.readIfSound(statement) else { continue }
      found.append((job, StagedRule(statement.optionalText(JobRow.columnCount))))
    }
    return found
  }

  /// Lets a job hold the keys that it was enqueued with, and gives it its true state: a later one of its
  /// bulk may take its place.
  static func holdKeys(
    _ job: Job, _ rule: StagedRule, on connection: Connection
  ) throws(SQLiteFailure) {
    if let key = job.idempotencyKey {
      let bulk = try PayloadRow.read(job.id, on: connection)
      var request = NewJob(queue: job.queue, type: job.type, payload: bulk.payload)
      request.tags = bulk.tags
      request.idempotencyLifetime = rule.lifetime
      try IdempotencyRow.insert(request, key: key, id: job.id, at: job.enqueuedAt, on: connection)
    }
    let statement = try connection.statement(
      """
      UPDATE qctl_jobs SET held_key = unique_key, worker = NULL, bulk = NULL, state = \(state)
      WHERE id = ?1
      """)
    statement.bind(1, job.id.rawValue)
    try statement.run()
  }
}

// MARK: - Counting

extension StagedJobs {
  /// What a queue has waiting in published bulks, which no index of waiting jobs holds.
  struct Waiting {
    /// Enqueued for later, and due.
    var due: Int64 = 0
    /// Since when the oldest that is ready could run.
    var oldest: Instant?
    /// When the next that is not due will be.
    var next: Instant?
  }

  /// The queues that have such jobs, by name; costs nothing while there are none.
  ///
  /// A stretch of one queue whose jobs can all run since the same moment is told from its own row;
  /// others are walked.
  static func waiting(
    at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> [String: Waiting] {
    var found: [String: Waiting] = [:]
    guard try BulkRange.exist(on: connection) else { return found }
    let even = try connection.statement(
      """
      SELECT b.queue, b.oldest FROM qctl_bulks b
      WHERE b.published = 1 AND b.queue IS NOT NULL AND b.oldest IS NOT NULL AND EXISTS (
        SELECT 1 FROM qctl_jobs s WHERE s.id BETWEEN b.first_id AND b.last_id AND s.bulk = b.bulk)
      """)
    defer { even.reset() }
    while try even.step() {
      note(Waiting(oldest: Instant(milliseconds: even.integer(1))), of: even.text(0), in: &found)
    }
    let mixed = try connection.statement(walk)
    mixed.bind(1, now.milliseconds)
    defer { mixed.reset() }
    while try mixed.step() {
      let part = Waiting(
        due: mixed.integer(1),
        oldest: mixed.optionalInteger(2).map(Instant.init(milliseconds:)),
        next: mixed.optionalInteger(3).map(Instant.init(milliseconds:)))
      note(part, of: mixed.text(0), in: &found)
    }
    return found
  }

  private static let walk = """
    SELECT s.queue, sum(s.run_at > s.enqueued_at AND s.run_at <= ?1),
      min(CASE WHEN s.run_at <= max(?1, s.enqueued_at) THEN s.run_at END),
      min(CASE WHEN s.run_at > max(?1, s.enqueued_at) THEN s.run_at END)
    FROM qctl_bulks b CROSS JOIN qctl_jobs s ON s.id BETWEEN b.first_id AND b.last_id
    WHERE b.published = 1 AND (b.queue IS NULL OR b.oldest IS NULL) AND s.bulk = b.bulk AND s.waits = 0
    GROUP BY s.queue
    """

  private static func note(_ part: Waiting, of queue: String, in found: inout [String: Waiting]) {
    var sum = found[queue] ?? Waiting()
    sum.due &+= part.due
    sum.oldest = [sum.oldest, part.oldest].compactMap(\.self).min()
    sum.next = [sum.next, part.next].compactMap(\.self).min()
    found[queue] = sum
  }
}
