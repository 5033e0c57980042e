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
  private let jobs: Statement
  private let payloads: Statement

  init(now: Instant, on connection: Connection) throws(SQLiteFailure) {
    self.now = now
    jobs = try connection.statement(
      """
      INSERT INTO qctl_jobs(id, queue, type, state, priority, ord, enqueued_at, run_at,
        max_attempts, unique_key, idempotency_key, timeout_ms, backoff, bulk, unique_scope,
        on_parent_failure, batch, concurrency_key, schedule, waits, worker)
      VALUES (?1, ?2, ?3, 'blocked', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
        ?17, ?18, ?19, ?20)
      """)
    payloads = try connection.statement(
      "INSERT INTO qctl_payloads(id, payload, tags) VALUES (?1, ?2, ?3)")
  }

  /// - Parameters:
  ///   - waits: for how many of its parents it must wait.
  ///   - quantum: by how much a level of priority moves it back in its queue.
  mutating func insert(
    _ new: NewJob, _ id: JobID, bulk: Int64, waits: Int, quantum: TimeSpan
  ) throws(SQLiteFailure) {
    let priority = new.priority ?? .default
    let runAt = new.runAt ?? now
    jobs.bind(1, id.rawValue)
    if queue != new.queue {
      jobs.bind(2, new.queue.description)
      if queue == nil {
        jobs.bind(6, now.milliseconds)
        jobs.bind(13, bulk)
      }
      queue = new.queue
    }
    if type != new.type {
      jobs.bind(3, new.type.description)
      type = new.type
    }
    jobs.bind(4, priority.level)
    jobs.bind(5, priority.order(runAt: runAt, quantum: quantum))
    jobs.bind(7, runAt.milliseconds)
    jobs.bind(8, new.maxAttempts ?? Job.defaultMaxAttempts)
    bindRest(of: new, waits)
    try jobs.run()
    payloads.bind(1, id.rawValue)
    payloads.bind(3, TagText.write(new.tags))
    try payloads.run(2, new.payload)
  }

  /// What most jobs have not.
  private mutating func bindRest(of new: NewJob, _ waits: Int) {
    let isPlain =
      new.uniqueKey == nil && new.idempotencyKey == nil && new.timeout == nil && new.backoff == nil
      && new.after.isEmpty && new.batch == nil && new.concurrencyKey == nil && new.schedule == nil
    guard !(isPlain && self.isPlain) else { return }
    self.isPlain = isPlain
    jobs.bind(9, new.uniqueKey)
    jobs.bind(10, new.idempotencyKey)
    jobs.bind(11, new.timeout?.milliseconds)
    jobs.bind(12, new.backoff?.description)
    jobs.bind(14, new.uniqueScope == .active ? nil : new.uniqueScope.rawValue)
    jobs.bind(15, new.after.isEmpty ? nil : new.onParentFailure.rawValue)
    jobs.bind(16, new.batch?.rawValue)
    jobs.bind(17, new.concurrencyKey)
    jobs.bind(18, new.schedule?.description)
    jobs.bind(19, Int64(waits))
    jobs.bind(20, StagedRule(new).text)
  }
}
