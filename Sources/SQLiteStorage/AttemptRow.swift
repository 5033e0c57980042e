import Jobs

/// A finished execution: a row of qctl_attempts, and of qctl_outputs where there was any output.
enum AttemptRow {
  /// Writes an execution, in place of one with its number that somebody else wrote: a refusal here
  /// would keep all that is settled together from ever being settled.
  static func insert(
    _ attempt: Attempt, of id: JobID, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      INSERT OR REPLACE INTO qctl_attempts(job_id, attempt, started_at, finished_at, outcome, worker, error,
        exit_code, signal)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      """)
    statement.bind(1, id.rawValue)
    statement.bind(2, attempt.attempt)
    statement.bind(3, attempt.startedAt.milliseconds)
    statement.bind(4, attempt.finishedAt.milliseconds)
    statement.bind(5, attempt.outcome.rawValue)
    statement.bind(6, attempt.worker)
    statement.bind(7, attempt.error)
    statement.bind(8, attempt.exitCode)
    statement.bind(9, attempt.signal)
    try statement.run()
    guard let output = attempt.output, !output.isEmpty else { return }
    let insert = try connection.statement(
      "INSERT OR REPLACE INTO qctl_outputs(job_id, attempt, output) VALUES (?1, ?2, ?3)")
    insert.bind(1, id.rawValue)
    insert.bind(2, attempt.attempt)
    insert.bind(3, output)
    try insert.run()
  }

  /// The executions of a job, oldest first.
  static func all(of id: JobID, on connection: Connection) throws(SQLiteFailure) -> [Attempt] {
    let statement = try connection.statement(
      """
      SELECT a.attempt, a.started_at, a.finished_at, a.outcome, a.worker, a.error, a.exit_code,
        a.signal, o.output
      FROM qctl_attempts a
      LEFT JOIN qctl_outputs o ON o.job_id = a.job_id AND o.attempt = a.attempt
      WHERE a.job_id = ?1 ORDER BY a.attempt
      """)
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    var attempts: [Attempt] = []
    while try statement.step() {
      guard let outcome = Attempt.Outcome(rawValue: statement.text(3)) else { continue }
      attempts.append(
        Attempt(
          attempt: statement.integer(0), startedAt: Instant(milliseconds: statement.integer(1)),
          finishedAt: Instant(milliseconds: statement.integer(2)), outcome: outcome,
          worker: statement.text(4), error: statement.optionalText(5),
          exitCode: statement.optionalInteger(6), signal: statement.optionalInteger(7),
          output: statement.optionalBytes(8)))
    }
    return attempts
  }
}
