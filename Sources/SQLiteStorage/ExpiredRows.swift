import Jobs

// What the tables of rows are asked when things are removed whose time is over.

extension JobRow {
  /// Ids only rise, also past the newest job's removal.
  static func raiseFloor(to id: Int64, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "UPDATE qctl_meta SET value = max(value, ?1) WHERE key = 'id_floor'")
    statement.bind(1, id)
    try statement.run()
  }

  /// Removes a job with all its parts.
  static func remove(_ id: Int64, on connection: Connection) throws(SQLiteFailure) {
    try connection.statement("DELETE FROM qctl_jobs WHERE id = ?1").run(with: id)
    try connection.statement("DELETE FROM qctl_payloads WHERE id = ?1").run(with: id)
    try connection.statement("DELETE FROM qctl_attempts WHERE job_id = ?1").run(with: id)
    try connection.statement("DELETE FROM qctl_outputs WHERE job_id = ?1").run(with: id)
    try ParentRow.remove(id, on: connection)
  }
}

extension PayloadRow {
  /// How many bytes of payload, result, history and outputs a job has; of these SQLite reads no page but the
  /// first of each.
  static func size(of id: Int64, on connection: Connection) throws(SQLiteFailure) -> Int64 {
    let statement = try connection.statement(
      """
      SELECT length(payload) + coalesce(length(result), 0) + coalesce(length(actions), 0)
        + coalesce((SELECT sum(length(output)) FROM qctl_outputs WHERE job_id = ?1), 0)
      FROM qctl_payloads WHERE id = ?1
      """)
    statement.bind(1, id)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }
}

extension AttemptRow {
  /// How many rows of attempts and outputs a job has.
  static func count(of id: Int64, on connection: Connection) throws(SQLiteFailure) -> Int {
    let statement = try connection.statement(
      """
      SELECT (SELECT count(*) FROM qctl_attempts WHERE job_id = ?1)
        + (SELECT count(*) FROM qctl_outputs WHERE job_id = ?1)
      """)
    statement.bind(1, id)
    defer { statement.reset() }
    return try statement.step() ? Int(statement.integer(0)) : 0
  }

  /// The attempts behind a place of jobs that were made before a moment, when each ended, and its queue.
  static func old(
    behind cursor: TidyCursor, before end: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> Statement {
    let statement = try connection.statement(
      """
      SELECT job_id, attempt, finished_at, EXISTS (SELECT 1 FROM qctl_outputs o
        WHERE o.job_id = a.job_id AND o.attempt = a.attempt),
        coalesce((SELECT queue FROM qctl_jobs j WHERE j.id = a.job_id), '')
      FROM qctl_attempts a
      WHERE (job_id, attempt) > (?1, ?2) AND job_id < ?3 ORDER BY job_id, attempt
      """)
    statement.bind(1, cursor.first)
    statement.bind(2, cursor.second)
    statement.bind(3, JobID.bound(before: end))
    return statement
  }

  /// Removes one attempt and its output.
  static func remove(
    _ attempt: Int64, of id: Int64, on connection: Connection
  ) throws(SQLiteFailure) {
    try connection.statement("DELETE FROM qctl_attempts WHERE job_id = ?1 AND attempt = ?2")
      .run(with: id, attempt)
    try connection.statement("DELETE FROM qctl_outputs WHERE job_id = ?1 AND attempt = ?2")
      .run(with: id, attempt)
  }
}

extension IdempotencyRow {
  /// The keys (queue, key) whose time is over, oldest first.
  static func expired(
    at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> Statement {
    let statement = try connection.statement(
      """
      SELECT queue, key FROM qctl_idempotency INDEXED BY qctl_idempotency_expiry
      WHERE expires_at <= ?1 ORDER BY expires_at, queue, key
      """)
    statement.bind(1, now.milliseconds)
    return statement
  }

  static func remove(
    _ key: String, of queue: String, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "DELETE FROM qctl_idempotency WHERE queue = ?1 AND key = ?2")
    statement.bind(1, queue)
    statement.bind(2, key)
    try statement.run()
  }
}

extension LogRow {
  /// The records (seq, timestamp) in their order, without the newest.
  ///
  /// That one stays, since a table without rows would begin to count anew.
  static func oldest(on connection: Connection) throws(SQLiteFailure) -> Statement {
    try connection.statement(
      """
      SELECT seq, timestamp FROM qctl_log WHERE seq < (SELECT max(seq) FROM qctl_log) ORDER BY seq
      """)
  }

  static func remove(upTo seq: Int64, on connection: Connection) throws(SQLiteFailure) {
    try connection.statement("DELETE FROM qctl_log WHERE seq <= ?1").run(with: seq)
  }
}

extension MinuteRow {
  /// The queues that have minutes before one, in any order.
  static func queuesWithMinutes(
    before minute: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> Statement {
    let statement = try connection.statement(
      """
      SELECT queue FROM qctl_queues q WHERE EXISTS (
        SELECT 1 FROM qctl_minutes m WHERE m.queue = q.queue AND m.minute < ?1)
      """)
    statement.bind(1, minute)
    return statement
  }

  static func old(
    of queue: String, before minute: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> Statement {
    let statement = try connection.statement(
      "SELECT minute FROM qctl_minutes WHERE queue = ?1 AND minute < ?2 ORDER BY minute")
    statement.bind(1, queue)
    statement.bind(2, minute)
    return statement
  }

  static func remove(
    upTo minute: Int64, of queue: String, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "DELETE FROM qctl_minutes WHERE queue = ?1 AND minute <= ?2")
    statement.bind(1, queue)
    statement.bind(2, minute)
    try statement.run()
  }
}

extension Statement {
  /// Runs a statement whose parameters are numbers.
  fileprivate func run(with numbers: Int64...) throws(SQLiteFailure) {
    for (index, number) in numbers.enumerated() { bind(Int32(clamping: index + 1), number) }
    try run()
  }
}
