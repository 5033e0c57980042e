import Jobs

/// Changes with no more columns than they change; claim and completion are those that every job goes
/// through.
///
/// What changes is still judged by `Job.apply`; that nothing else does is compared with `update` by
/// tests.
extension JobRow {
  /// Writes what a claim changes.
  static func claim(_ job: Job, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      UPDATE qctl_jobs SET state = 'active', started_at = ?2, attempt = ?3, lease_until = ?4,
        token = ?5, worker = ?6, presence = ?7, cancel_requested = 0
      WHERE id = ?1
      """)
    statement.bind(1, job.id.rawValue)
    statement.bind(2, job.startedAt?.milliseconds)
    statement.bind(3, job.attempt)
    statement.bind(4, job.leaseUntil?.milliseconds)
    statement.bind(5, job.token?.rawValue)
    statement.bind(6, job.worker)
    statement.bind(7, job.presence?.rawValue)
    try statement.run()
  }

  /// Writes that a job holds its unique key no more.
  static func releaseKey(of id: JobID, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement("UPDATE qctl_jobs SET held_key = NULL WHERE id = ?1")
    statement.bind(1, id.rawValue)
    try statement.run()
  }

  /// Writes what the completion of a job changes that gives no unique key up, if its row is still as a
  /// claim with this token left it, the end of its lease apart, and nobody waits for it.
  ///
  /// - Returns: whether it was; if not, nothing has changed.
  static func complete(
    _ job: Job, by token: LeaseToken, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement(
      """
      UPDATE qctl_jobs SET state = 'completed', finished_at = ?3, lease_until = NULL, token = NULL,
        marked = 0, error = NULL, presence = NULL
      WHERE id = ?1 AND token = ?2 AND state = 'active' AND cancel_requested = 0
        AND dependants = 0
      """)
    statement.bind(1, job.id.rawValue)
    statement.bind(2, token.rawValue)
    statement.bind(3, job.finishedAt?.milliseconds)
    try statement.run()
    return connection.changes == 1
  }

  /// Puts a job into another queue.
  static func setQueue(
    _ queue: QueueName, of id: JobID, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement("UPDATE qctl_jobs SET queue = ?2 WHERE id = ?1")
    statement.bind(1, id.rawValue)
    statement.bind(2, queue.description)
    try statement.run()
    // Its place is the one that its new queue gives it.
    let strict = "run_at + priority * \(Priority.strictQuantum.milliseconds)"
    let order = try connection.statement(
      "UPDATE qctl_jobs SET ord = \(JobRow.place("qctl_jobs.run_at", strict)) WHERE id = ?1")
    order.bind(1, id.rawValue)
    try order.run()
  }
}
