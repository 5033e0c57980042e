import Jobs
import Storage

/// The memory of requests: a row of qctl_idempotency lives for a day, longer than its job may.
enum IdempotencyRow {
  /// The job that the same request made before, if any; a row past its time counts as none.
  ///
  /// - Throws: `keyConflict` where the key was used with other content.
  static func known(
    _ job: NewJob, key: String, at now: Instant, in transaction: Transaction
  ) throws(StorageError) -> JobID? {
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try find(job, key: key, at: now, on: connection)
    }
    guard let found else { return nil }
    guard found.isSame else {
      throw .keyConflict(
        KeyConflict(kind: .idempotency, key: key, queue: job.queue, holder: found.id))
    }
    return found.id
  }

  /// Remembers a request, in place of one whose time is over.
  static func insert(
    _ job: NewJob, key: String, id: JobID, at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      INSERT OR REPLACE INTO qctl_idempotency(queue, key, job_id, digest, expires_at)
      VALUES (?1, ?2, ?3, ?4, ?5)
      """)
    statement.bind(1, job.queue.description)
    statement.bind(2, key)
    statement.bind(3, id.rawValue)
    statement.bind(4, job.contentDigest)
    statement.bind(5, job.requestExpiry(at: now).milliseconds)
    try statement.run()
  }

  /// Keeps what a request said that the view took in, before its job changes its queue or payload.
  static func seal(
    _ job: Job, _ payload: [UInt8], _ tags: [Tag], on connection: Connection
  ) throws(SQLiteFailure) {
    guard let key = job.idempotencyKey else { return }
    var request = NewJob(queue: job.queue, type: job.type, payload: payload)
    request.tags = tags
    let statement = try connection.statement(
      """
      UPDATE qctl_idempotency SET digest = ?4
      WHERE queue = ?1 AND key = ?2 AND job_id = ?3 AND digest IS NULL
      """)
    statement.bind(1, job.queue.description)
    statement.bind(2, key)
    statement.bind(3, job.id.rawValue)
    statement.bind(4, request.contentDigest)
    try statement.run()
  }

  /// Whether a request with this key is remembered, whatever it said.
  static func isTaken(
    _ key: String, in queue: QueueName, at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement(
      "SELECT 1 FROM qctl_idempotency WHERE queue = ?1 AND key = ?2 AND expires_at > ?3")
    statement.bind(1, queue.description)
    statement.bind(2, key)
    statement.bind(3, now.milliseconds)
    defer { statement.reset() }
    return try statement.step()
  }

  private static func find(
    _ job: NewJob, key: String, at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> (id: JobID, isSame: Bool)? {
    let statement = try connection.statement(
      """
      SELECT job_id, digest FROM qctl_idempotency
      WHERE queue = ?1 AND key = ?2 AND expires_at > ?3
      """)
    statement.bind(1, job.queue.description)
    statement.bind(2, key)
    statement.bind(3, now.milliseconds)
    defer { statement.reset() }
    guard try statement.step(), let id = JobID(rawValue: statement.integer(0)) else { return nil }
    guard let digest = statement.optionalBytes(1) else {
      return (id, try isSame(job, as: id, on: connection))
    }
    return (id, digest == job.contentDigest)
  }

  /// The view's trigger cannot make a digest; its rows are compared with the job itself.
  private static func isSame(
    _ job: NewJob, as id: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement(
      """
      SELECT j.type, p.payload, p.tags FROM qctl_jobs j JOIN qctl_payloads p ON p.id = j.id
      WHERE j.id = ?1
      """)
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    guard try statement.step() else { return true }
    return statement.text(0) == job.type.description && statement.bytes(1) == job.payload
      && TagText.read(statement.optionalText(2)) == job.tags
  }
}
