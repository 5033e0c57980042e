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

  /// What the queues have, as far as it is known without a look at each.
  struct Census {
    /// Known of a queue by its name.
    fileprivate(set) var named: [String: Waiting] = [:]
    /// Since when jobs could run that belong to nobody knows which queues.
    fileprivate(set) var anyQueue: Instant?

    /// Since when the oldest of a queue that is ready could run.
    ///
    /// - Parameters:
    ///   - ready: How many jobs the queue has ready, those in bulks among them.
    ///   - promoted: Since when the oldest could run that is in no bulk.
    func oldest(
      of queue: QueueName, ready: Int64, promoted: Instant?, on connection: Connection
    ) throws(SQLiteFailure) -> Instant? {
      let known = [named[queue.description]?.oldest, promoted].compactMap(\.self).min()
      guard let anyQueue, known.map({ anyQueue < $0 }) ?? true,
        try hasMore(queue, than: ready, on: connection)
      else { return known }
      return anyQueue
    }

    /// Whether fewer jobs of a queue are in the index of ready jobs than are ready.
    private func hasMore(
      _ queue: QueueName, than ready: Int64, on connection: Connection
    ) throws(SQLiteFailure) -> Bool {
      let statement = try connection.statement(StagedJobs.indexed)
      statement.bind(1, queue.description)
      statement.bind(2, ready)
      defer { statement.reset() }
      return try statement.step() && statement.integer(0) < ready
    }
  }

  private static let indexed = """
    SELECT count(*) FROM (SELECT 1 FROM qctl_jobs INDEXED BY qctl_jobs_ready
      WHERE state = 'ready' AND queue = ?1 LIMIT ?2)
    """

  /// What is there of such jobs; costs nothing while there are none.
  ///
  /// A stretch of one queue whose jobs can all run since the same moment is told from its own row.
  /// Where that moment is the same for all stretches, what the ready index lacks tells which queues
  /// are in those of several; else those are walked, as are those whose jobs differ among themselves.
  static func waiting(at now: Instant, on connection: Connection) throws(SQLiteFailure) -> Census {
    var census = Census()
    guard try BulkRange.exist(on: connection) else { return census }
    let moments = try noteEven(in: &census, on: connection)
    let isOne = moments.count == 1
    census.anyQueue = isOne ? moments.first ?? nil : nil
    let walk = try connection.statement(walk)
    walk.bind(1, now.milliseconds)
    walk.bind(2, !isOne)
    defer { walk.reset() }
    while try walk.step() {
      let part = Waiting(
        due: walk.integer(1),
        oldest: walk.optionalInteger(2).map(Instant.init(milliseconds:)),
        next: walk.optionalInteger(3).map(Instant.init(milliseconds:)))
      note(part, of: walk.text(0), in: &census.named)
    }
    return census
  }

  /// Notes what rows of stretches tell; since when jobs could run in each, where that is known.
  private static func noteEven(
    in census: inout Census, on connection: Connection
  ) throws(SQLiteFailure) -> Set<Instant?> {
    let statement = try connection.statement(
      """
      SELECT b.queue, b.oldest FROM qctl_bulks b WHERE b.published = 1 AND EXISTS (
        SELECT 1 FROM qctl_jobs s WHERE s.id BETWEEN b.first_id AND b.last_id AND s.bulk = b.bulk)
      """)
    defer { statement.reset() }
    var moments: Set<Instant?> = []
    while try statement.step() {
      let oldest = statement.optionalInteger(1).map(Instant.init(milliseconds:))
      moments.insert(oldest)
      guard let oldest, let queue = statement.optionalText(0) else { continue }
      note(Waiting(oldest: oldest), of: queue, in: &census.named)
    }
    return moments
  }

  private static let walk = """
    SELECT s.queue, sum(s.run_at > s.enqueued_at AND s.run_at <= ?1),
      min(CASE WHEN s.run_at <= max(?1, s.enqueued_at) THEN s.run_at END),
      min(CASE WHEN s.run_at > max(?1, s.enqueued_at) THEN s.run_at END)
    FROM qctl_bulks b CROSS JOIN qctl_jobs s ON s.id BETWEEN b.first_id AND b.last_id
    WHERE b.published = 1 AND (b.oldest IS NULL OR b.queue IS NULL AND ?2) AND s.bulk = b.bulk
      AND s.waits = 0
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
