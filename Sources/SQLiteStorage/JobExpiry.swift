import Jobs

/// The jobs of one terminal state that queues keep for one length of time, oldest first.
struct JobExpiry {
  /// A job whose time is over.
  struct Expired {
    let id: Int64
    let queue: QueueName
  }

  let state: JobState
  let span: TimeSpan
  /// Who ended at this or before has been kept for long enough.
  let cutoff: Instant

  init(_ state: JobState, _ span: TimeSpan, at now: Instant) {
    self.state = state
    self.span = span
    cutoff = now - span
  }

  /// Whether a job that is old enough lies behind those looked at already.
  func hasWork(on connection: Connection) throws(SQLiteFailure) -> Bool {
    let cursor = try readCursor(on: connection)
    if try same(as: cursor, on: connection).first() { return true }
    return try later(than: cursor, on: connection).first()
  }

  /// Visits jobs that are old enough from where the last call ended, and keeps the place if any of
  /// them stays.
  ///
  /// - Parameter visit: takes the row (id, queue, finished_at, attempt) and says what of it.
  func walk(
    on connection: Connection, _ visit: (Statement) throws(SQLiteFailure) -> Verdict
  ) throws(SQLiteFailure) {
    let begin = try readCursor(on: connection)
    var place = Place(cursor: begin)
    if try visitAll(try same(as: begin, on: connection), from: &place, visit) {
      _ = try visitAll(try later(than: begin, on: connection), from: &place, visit)
    }
    guard place.hasPassed else { return }
    try place.cursor.write(name, for: span.milliseconds, on: connection)
  }

  /// Where a walk is, and whether it has passed a row that stays.
  private struct Place {
    var cursor: TidyCursor
    var hasPassed = false
  }

  /// Visits all rows of a statement; false where the walk ends in front of one.
  private func visitAll(
    _ statement: Statement, from place: inout Place,
    _ visit: (Statement) throws(SQLiteFailure) -> Verdict
  ) throws(SQLiteFailure) -> Bool {
    defer { statement.reset() }
    while try statement.step() {
      let verdict = try visit(statement)
      guard verdict != .stop else { return false }
      if verdict == .stays { place.hasPassed = true }
      place.cursor = TidyCursor(first: statement.integer(2), second: statement.integer(0))
    }
    return true
  }

  /// What becomes of a row.
  enum Verdict {
    /// Removed after the walk.
    case goes
    /// Of a queue that keeps it for longer.
    case stays
    /// Nothing, and the walk ends in front of it.
    case stop
  }

  // MARK: - The rows

  private var name: String { "\(state.rawValue).\(span.milliseconds)" }

  /// Where a clock that was ahead put the place too far, everything is looked at again.
  private func readCursor(on connection: Connection) throws(SQLiteFailure) -> TidyCursor {
    let cursor = try TidyCursor.read(name, for: span.milliseconds, on: connection)
    return cursor.first > cutoff.milliseconds ? .start : cursor
  }

  private func same(
    as cursor: TidyCursor, on connection: Connection
  ) throws(SQLiteFailure) -> Statement {
    let statement = try connection.statement(
      """
      SELECT id, queue, finished_at, attempt FROM qctl_jobs INDEXED BY qctl_jobs_ended
      WHERE state = ?1 AND finished_at = ?2 AND id > ?3 ORDER BY id
      """)
    statement.bind(1, state.rawValue)
    statement.bind(2, cursor.first)
    statement.bind(3, cursor.second)
    return statement
  }

  private func later(
    than cursor: TidyCursor, on connection: Connection
  ) throws(SQLiteFailure) -> Statement {
    let statement = try connection.statement(
      """
      SELECT id, queue, finished_at, attempt FROM qctl_jobs INDEXED BY qctl_jobs_ended
      WHERE state = ?1 AND finished_at > ?2 AND finished_at <= ?3 ORDER BY finished_at, id
      """)
    statement.bind(1, state.rawValue)
    statement.bind(2, cursor.first)
    statement.bind(3, cutoff.milliseconds)
    return statement
  }
}

extension Statement {
  /// Whether there is any row.
  func first() throws(SQLiteFailure) -> Bool {
    defer { reset() }
    return try step()
  }
}
