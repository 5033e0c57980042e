import Jobs
import Storage

/// A job as a row of qctl_jobs: the columns, their order, and both directions.
enum JobRow {
  /// The columns that `read` expects, in its order.
  static let columns = """
    id, queue, type, state, priority, enqueued_at, run_at, max_attempts, started_at, finished_at, \
    attempt, failures, crashes, replays, lease_until, token, worker, cancel_requested, marked, \
    unique_key, held_key IS NOT NULL, idempotency_key, timeout_ms, backoff, error, presence, bulk, \
    unique_scope, on_parent_failure, batch, concurrency_key, schedule, waits
    """

  /// The same columns of a join in which qctl_jobs is called `j`.
  static let joinedColumns = """
    j.id, j.queue, j.type, j.state, j.priority, j.enqueued_at, j.run_at, j.max_attempts, \
    j.started_at, j.finished_at, j.attempt, j.failures, j.crashes, j.replays, j.lease_until, \
    j.token, j.worker, j.cancel_requested, j.marked, j.unique_key, j.held_key IS NOT NULL, \
    j.idempotency_key, j.timeout_ms, j.backoff, j.error, j.presence, j.bulk, \
    j.unique_scope, j.on_parent_failure, j.batch, j.concurrency_key, j.schedule, j.waits
    """

  /// How many columns there are; further ones of a query follow.
  static let columnCount: Int32 = 33

  /// Where the concurrency key stands.
  static let keyColumn: Int32 = 30

  /// Where the number of a bulk stands, for a job of one that is not promoted yet.
  static let bulkColumn: Int32 = 26

  /// The job of the present row.
  ///
  /// Names are checked here too: a row may come from any program.
  static func read(_ row: Statement) throws(SQLiteFailure) -> Job {
    do {
      return try parse(row)
    } catch {
      throw SQLiteFailure(
        Self.corruptCode,
        message: "job \(row.integer(0)): its \(error.field.rawValue) \(error.reason)")
    }
  }

  /// As `read`; `nil` for a row that cannot be read, where it must not stop the others (trap 17).
  static func readIfSound(_ row: Statement) -> Job? { try? parse(row) }

  /// The jobs of the rows that follow, at most so many, without those that cannot be read.
  static func sound(
    _ rows: Statement, upTo limit: Int = .max
  ) throws(SQLiteFailure) -> [Job] {
    var jobs: [Job] = []
    while jobs.count < limit, try rows.step() {
      if let job = readIfSound(rows) { jobs.append(job) }
    }
    return jobs
  }

  /// What keeps the present row from being read, if anything does.
  static func flaw(_ row: Statement) -> String? {
    do {
      _ = try parse(row)
      return nil
    } catch {
      return "its \(error.field.rawValue) \(error.reason)"
    }
  }

  private static func parse(_ row: Statement) throws(InvalidValue) -> Job {
    guard let id = JobID(rawValue: row.integer(0)) else {
      throw InvalidValue(.id, "is not positive")
    }
    guard let state = row.withText(3, state) else { throw InvalidValue(.state, "is unknown") }
    var job = Job(
      id: id, queue: try QueueName(row.text(1)), type: try JobType(row.text(2)), state: state,
      priority: try Priority(row.integer(4)), enqueuedAt: instant(row.integer(5)),
      runAt: instant(row.integer(6)), maxAttempts: row.integer(7))
    fillRest(&job, row)
    return job
  }

  private static func fillRest(_ job: inout Job, _ row: Statement) {
    job.startedAt = row.optionalInteger(8).map(instant)
    job.finishedAt = row.optionalInteger(9).map(instant)
    job.attempt = row.integer(10)
    job.failures = row.integer(11)
    job.crashes = row.integer(12)
    job.replays = row.integer(13)
    job.leaseUntil = row.optionalInteger(14).map(instant)
    job.token = row.optionalInteger(15).map(LeaseToken.init(rawValue:))
    job.worker = row.optionalText(16)
    job.cancelRequested = row.integer(17) != 0
    job.marked = row.integer(18) != 0
    job.uniqueKey = row.optionalText(19)
    job.holdsUniqueKey = row.integer(20) != 0
    job.idempotencyKey = row.optionalText(21)
    job.timeout = row.optionalInteger(22).map(TimeSpan.init(milliseconds:))
    job.backoff = row.optionalText(23).flatMap { try? Backoff($0) }
    job.error = row.optionalText(24)
    job.presence = row.optionalInteger(25).flatMap(PresenceID.init(rawValue:))
    job.uniqueScope = row.optionalText(27).flatMap(UniqueScope.init(rawValue:)) ?? .active
    job.onParentFailure = row.optionalText(28).flatMap(ParentFailure.init(rawValue:))
    job.batch = row.optionalInteger(29).flatMap(JobID.init(rawValue:))
    job.concurrencyKey = row.optionalText(30)
    job.schedule = row.optionalText(31).flatMap { try? QueueName($0) }
    guard !row.isNull(bulkColumn) else { return }
    // As it would be if it had been inserted directly; whether it can be seen, others ask.
    job.state =
      row.integer(32) > 0 ? .blocked : job.runAt > job.enqueuedAt ? .scheduled : .ready
    job.holdsUniqueKey = job.uniqueKey != nil
    job.worker = nil
  }

  /// Writes everything of a job that a transition can change.
  static func update(_ job: Job, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      UPDATE qctl_jobs SET state = ?2, ord = \(place("?4", "?3")), run_at = ?4, started_at = ?5, finished_at = ?6,
        attempt = ?7, failures = ?8, crashes = ?9, replays = ?10, lease_until = ?11, token = ?12,
        worker = ?13, cancel_requested = ?14, marked = ?15, held_key = ?16, error = ?17,
        presence = ?18, waits = CASE ?2 WHEN 'blocked' THEN waits ELSE 0 END
      WHERE id = ?1
      """)
    statement.bind(1, job.id.rawValue)
    statement.bind(2, job.state.rawValue)
    statement.bind(3, job.priority.order(runAt: job.runAt))
    statement.bind(4, job.runAt.milliseconds)
    statement.bind(5, job.startedAt?.milliseconds)
    statement.bind(6, job.finishedAt?.milliseconds)
    statement.bind(7, job.attempt)
    statement.bind(8, job.failures)
    statement.bind(9, job.crashes)
    statement.bind(10, job.replays)
    statement.bind(11, job.leaseUntil?.milliseconds)
    statement.bind(12, job.token?.rawValue)
    statement.bind(13, job.worker)
    statement.bind(14, job.cancelRequested)
    statement.bind(15, job.marked)
    statement.bind(16, job.holdsUniqueKey ? job.uniqueKey : nil)
    statement.bind(17, job.error)
    statement.bind(18, job.presence?.rawValue)
    try statement.run()
  }

  /// The place of a row in its queue's order, where the queue has aging; else the one that is given.
  static func place(_ runAt: String, _ strict: String) -> String {
    """
    coalesce((SELECT min(\(runAt), 1 << 60) + qctl_jobs.priority * q.aging_ms FROM qctl_queues q
      WHERE q.queue = qctl_jobs.queue), \(strict))
    """
  }

  /// Writes a new job.
  ///
  /// - Parameter quantum: by how much a level of priority moves it back in its queue.
  static func insert(
    _ job: Job, quantum: TimeSpan = Priority.strictQuantum, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at, run_at,
        max_attempts, unique_key, held_key, idempotency_key, timeout_ms, backoff, unique_scope,
        on_parent_failure, batch, concurrency_key, schedule)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
      """)
    statement.bind(1, job.id.rawValue)
    statement.bind(2, job.queue.description)
    statement.bind(3, job.type.description)
    statement.bind(4, job.state.rawValue)
    statement.bind(5, job.priority.level)
    statement.bind(6, job.priority.order(runAt: job.runAt, quantum: quantum))
    statement.bind(7, job.enqueuedAt.milliseconds)
    statement.bind(8, job.runAt.milliseconds)
    statement.bind(9, job.maxAttempts)
    statement.bind(10, job.uniqueKey)
    statement.bind(11, job.holdsUniqueKey ? job.uniqueKey : nil)
    statement.bind(12, job.idempotencyKey)
    statement.bind(13, job.timeout?.milliseconds)
    statement.bind(14, job.backoff?.description)
    statement.bind(15, job.uniqueScope == .active ? nil : job.uniqueScope.rawValue)
    statement.bind(16, job.onParentFailure?.rawValue)
    statement.bind(17, job.batch?.rawValue)
    statement.bind(18, job.concurrencyKey)
    statement.bind(19, job.schedule?.description)
    try statement.run()
  }

  private static func instant(_ milliseconds: Int64) -> Instant {
    Instant(milliseconds: milliseconds)
  }

  /// By length and first letter: this runs once a row of every listing.
  private static func state(_ word: UnsafeBufferPointer<UInt8>) -> JobState? {
    guard let first = word.first else { return nil }
    let state: JobState =
      switch (word.count, first) {
      case (5, UInt8(ascii: "r")): .ready
      case (6, UInt8(ascii: "a")): .active
      case (9, UInt8(ascii: "c")): word[1] == UInt8(ascii: "o") ? .completed : .cancelled
      case (9, UInt8(ascii: "s")): .scheduled
      case (8, UInt8(ascii: "r")): .retrying
      case (7, UInt8(ascii: "b")): .blocked
      default: .dead
      }
    return state.rawValue.utf8.elementsEqual(word) ? state : nil
  }

  private static let corruptCode: Int32 = 11  // SQLITE_CORRUPT
}
