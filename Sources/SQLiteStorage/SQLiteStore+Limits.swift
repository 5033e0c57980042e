import Jobs
import Storage

/// Limits of queues, kept inside the claim's transaction.
///
/// What runs is counted in the rows themselves, by indexes that hold active jobs only, never in a number
/// of its own that could be wrong after a crash: a job of a worker that died counts until somebody has
/// rescued it, for its handler may still run. What was settled in the same transaction does not count.
/// What a rate has left is one column of the queue's row, written with the claim and undone with it; no
/// claim that gives nothing writes it.
extension SQLiteStore {
  /// How many jobs a claim may take of a queue.
  func room(
    in queue: QueueName, _ look: Look, _ request: ClaimRequest, taken: Int,
    _ transaction: Transaction
  ) throws(StorageError) -> Int {
    try look.limits.room(
      wanted: request.limit - taken, atOnce: (request.atOnce ?? request.limit) - taken,
      paid: look.paid, at: request.now
    ) { () throws(StorageError) in
      try transaction.sql { connection throws(SQLiteFailure) in
        try Self.running(in: queue, on: connection)
      }
    }
  }

  /// Whether a claim could take anything of a queue, judged from outside.
  func hasRoom(
    in queue: QueueName, _ request: ClaimRequest, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let (limits, paid) = try Self.limits(of: queue, on: connection)
    let room = try limits.room(
      wanted: request.limit, atOnce: request.atOnce ?? request.limit, paid: paid, at: request.now
    ) { () throws(SQLiteFailure) in try Self.running(in: queue, on: connection) }
    return room > 0
  }

  /// Writes down that so many jobs of a queue have started.
  func charge(
    _ starts: Int, to queue: QueueName, _ look: Look, at now: Instant,
    in transaction: inout Transaction
  ) throws(StorageError) {
    guard starts > 0, let (rate, burst) = look.limits.pace else { return }
    let paid = rate.charged(Int64(starts), paid: look.paid, burst: burst, at: now)
    try transaction.change { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        "UPDATE qctl_queues SET rate_paid = ?2 WHERE queue = ?1")
      statement.bind(1, queue.description)
      statement.bind(2, paid)
      try statement.run()
    }
  }

  /// The limits of a queue, and until when its starts are paid for.
  static func limits(
    of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> (QueueLimits, paid: Int64?) {
    let statement = try connection.statement(
      "SELECT rate_paid, \(SettingsRow.limitColumns) FROM qctl_queues WHERE queue = ?1")
    statement.bind(1, queue.description)
    defer { statement.reset() }
    guard try statement.step() else { return (QueueLimits(), nil) }
    return (SettingsRow.limits(statement, from: 1), statement.optionalInteger(0))
  }

  /// The settings of a queue; nothing set for one that is not known yet.
  func settings(
    of queue: QueueName, _ transaction: Transaction
  ) throws(StorageError) -> QueueSettings {
    try transaction.sql { connection throws(SQLiteFailure) in
      try SettingsRow.settings(of: queue, on: connection)
    } ?? QueueSettings()
  }

  /// The rules for all queues, where a request may need them.
  func rules(for new: NewJob, _ transaction: Transaction) throws(StorageError) -> Retention {
    guard new.idempotencyKey != nil else { return Retention() }
    return try transaction.sql(KeepRules.all)
  }

  /// How the queue of a job has it wait between failures, where a settlement must know.
  func policy(
    for settlement: Settlement, _ job: Job, _ transaction: Transaction
  ) throws(StorageError) -> Backoff? {
    guard settlement.needsPolicy(for: job) else { return nil }
    return try settings(of: job.queue, transaction).defaults.backoff
  }

  /// Refuses what has been done in a transaction, if more jobs wait in one of these queues than may.
  ///
  /// - Parameter yielding: jobs that are to give way, but have not done so yet.
  func requireRoom(
    in queues: [QueueName], besides yielding: [JobID] = [], _ transaction: Transaction
  ) throws(StorageError) {
    var leaving: [QueueName: Int64] = [:]
    for id in yielding {
      let found = try transaction.sql { connection throws(SQLiteFailure) in
        try Self.soundJob(id, on: connection)
      }
      guard let job = found, job.holdsUniqueKey, !job.state.isTerminal, job.state != .active else {
        continue
      }
      leaving[job.queue, default: 0] += 1
    }
    for queue in queues {
      let (limit, waiting) = try transaction.sql { connection throws(SQLiteFailure) in
        let statement = try connection.statement(
          """
          SELECT max_depth, scheduled + ready + retrying + blocked FROM qctl_queues
          WHERE queue = ?1
          """)
        statement.bind(1, queue.description)
        defer { statement.reset() }
        guard try statement.step() else { return (Int64?.none, Int64(0)) }
        return (statement.optionalInteger(0), statement.integer(1))
      }
      let sum = waiting &+ transaction.newlyWaiting(in: queue) &- (leaving[queue] ?? 0)
      guard let limit, sum > limit else { continue }
      throw .queueFull(queue, limit: limit)
    }
  }

  private static func running(
    in queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> Int64 {
    let statement = try connection.statement(runningQuery)
    statement.bind(1, queue.description)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  static let runningQuery = """
    SELECT count(*) FROM qctl_jobs INDEXED BY qctl_jobs_running
    WHERE state = 'active' AND queue = ?1
    """
}

/// How many jobs of each concurrency key may still be taken by one claim.
struct KeyRoom {
  private let queue: QueueName
  private let most: Int64
  /// What is left of the keys that were met.
  private var left: [String: Int64] = [:]

  init(of queue: QueueName, upTo most: Int64) {
    self.queue = queue
    self.most = most
  }

  /// Whether one more job of a key may run; of none, always.
  mutating func hasRoom(
    for key: String?, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    guard let key else { return true }
    if let known = left[key] { return known > 0 }
    let statement = try connection.statement(Self.query)
    statement.bind(1, queue.description)
    statement.bind(2, key)
    defer { statement.reset() }
    let room = most - (try statement.step() ? statement.integer(0) : 0)
    left[key] = room
    return room > 0
  }

  /// Notes that a job was taken.
  mutating func take(_ key: String?) {
    if let key { left[key]? -= 1 }
  }

  static let query = """
    SELECT count(*) FROM qctl_jobs INDEXED BY qctl_jobs_running_key
    WHERE state = 'active' AND concurrency_key IS NOT NULL AND queue = ?1 AND concurrency_key = ?2
    """
}
