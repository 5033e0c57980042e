import Jobs

/// The rows of staged jobs, written one after the other.
///
/// What repeats from row to row stays bound: a bulk mostly has one queue and one type, and a
/// statement keeps its parameters when it is reset.
struct StagedRow {
  private let now: Instant
  private var queue: QueueName?
  private var type: JobType?
  private var isPlain = false

  init(now: Instant) {
    self.now = now
  }

  mutating func insert(
    _ new: NewJob, _ id: JobID, bulk: Int64, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at, run_at,
        max_attempts, unique_key, idempotency_key, timeout_ms, backoff, bulk)
      VALUES (?1, ?2, ?3, 'blocked', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      """)
    let runAt = new.runAt ?? now
    statement.bind(1, id.rawValue)
    if queue != new.queue {
      statement.bind(2, new.queue.description)
      if queue == nil {
        statement.bind(6, now.milliseconds)
        statement.bind(13, bulk)
      }
      queue = new.queue
    }
    if type != new.type {
      statement.bind(3, new.type.description)
      type = new.type
    }
    statement.bind(4, new.priority.level)
    statement.bind(5, new.priority.order(runAt: runAt))
    statement.bind(7, runAt.milliseconds)
    statement.bind(8, new.maxAttempts ?? Job.defaultMaxAttempts)
    bindRest(of: new, to: statement)
    try statement.run()
    try PayloadRow.insert(id, payload: new.payload, tags: new.tags, on: connection)
  }

  /// What most jobs have not.
  private mutating func bindRest(of new: NewJob, to statement: Statement) {
    let isPlain =
      new.uniqueKey == nil && new.idempotencyKey == nil && new.timeout == nil && new.backoff == nil
    guard !(isPlain && self.isPlain) else { return }
    self.isPlain = isPlain
    statement.bind(9, new.uniqueKey)
    statement.bind(10, new.idempotencyKey)
    statement.bind(11, new.timeout?.milliseconds)
    statement.bind(12, new.backoff?.description)
  }
}
