import Jobs

/// What is set for a queue, as columns of qctl_queues.
///
/// A column that makes no sense, since somebody else wrote it, counts as not set; one that says how long
/// something is kept, as for ever, so that it removes nothing.
enum SettingsRow {
  /// The columns that `read` expects, in its order.
  ///
  /// A text and no list that is joined: the first use of each kind of collection costs a process 40 µs.
  static let columns =
    KeepRules.columns + """
      , concurrency, concurrency_per_key, rate, burst, max_attempts, backoff, timeout_ms, priority,
      max_depth, aging_ms, workers
      """

  /// The settings of the present row.
  static func read(_ row: Statement, from first: Int32) -> QueueSettings {
    var settings = QueueSettings(retention: KeepRules.read(row, from: first))
    let column = first + KeepRules.count
    settings.limits = limits(row, from: column)
    settings.defaults.maxAttempts = number(row, column + 4, 1...1000)
    settings.defaults.backoff = row.optionalText(column + 5).flatMap { try? Backoff($0) }
    settings.defaults.timeout = number(row, column + 6, 1...Int64.max).map(span)
    settings.defaults.priority = number(row, column + 7, Priority.levels)
      .flatMap { try? Priority($0) }
    settings.maxDepth = number(row, column + 8, 1...QueueSettings.largestDepth)
    settings.aging = number(row, column + 9, 1...QueueSettings.longestAging.milliseconds).map(span)
    settings.workers = number(row, column + 10, 1...QueueSettings.mostWorkers)
    return settings
  }

  /// The columns that `limits` expects.
  static let limitColumns = "concurrency, concurrency_per_key, rate, burst"

  /// The limits of the present row.
  static func limits(_ row: Statement, from column: Int32) -> QueueLimits {
    var limits = QueueLimits()
    limits.concurrency = number(row, column, 1...QueueLimits.most)
    limits.concurrencyPerKey = number(row, column + 1, 1...QueueLimits.most)
    limits.rate = row.optionalText(column + 2).flatMap { Rate($0) }
    limits.burst = number(row, column + 3, 1...Rate.most)
    return limits
  }

  private static func number(
    _ row: Statement, _ column: Int32, _ bounds: ClosedRange<Int64>
  ) -> Int64? {
    guard !row.isNull(column), row.isInteger(column) else { return nil }
    let number = row.integer(column)
    return bounds.contains(number) ? number : nil
  }

  private static func span(_ milliseconds: Int64) -> TimeSpan {
    TimeSpan(milliseconds: milliseconds)
  }

  /// The settings of a queue; `nil` for one that is not known.
  static func settings(
    of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> QueueSettings? {
    let statement = try connection.statement(
      "SELECT \(columns) FROM qctl_queues WHERE queue = ?1")
    statement.bind(1, queue.description)
    defer { statement.reset() }
    return try statement.step() ? read(statement, from: 0) : nil
  }

  /// Writes the settings of a known queue.
  static func store(
    _ settings: QueueSettings, of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      UPDATE qctl_queues SET keep_completed = ?2, keep_cancelled = ?3, keep_dead = ?4,
        keep_attempts = ?5, keep_keys = ?6, concurrency = ?7, concurrency_per_key = ?8, rate = ?9,
        burst = ?10, max_attempts = ?11, backoff = ?12, timeout_ms = ?13, priority = ?14,
        max_depth = ?15, aging_ms = ?16, workers = ?17,
        reordered = CASE WHEN aging_ms IS ?16 THEN reordered ELSE 0 END
      WHERE queue = ?1
      """)
    statement.bind(1, queue.description)
    statement.bind(2, KeepRules.stored(settings.retention.completed))
    statement.bind(3, KeepRules.stored(settings.retention.cancelled))
    statement.bind(4, KeepRules.stored(settings.retention.dead))
    statement.bind(5, KeepRules.stored(settings.retention.attempts))
    statement.bind(6, KeepRules.stored(settings.retention.keys))
    statement.bind(7, settings.limits.concurrency)
    statement.bind(8, settings.limits.concurrencyPerKey)
    statement.bind(9, settings.limits.rate?.description)
    statement.bind(10, settings.limits.burst)
    statement.bind(11, settings.defaults.maxAttempts)
    statement.bind(12, settings.defaults.backoff?.description)
    statement.bind(13, settings.defaults.timeout?.milliseconds)
    statement.bind(14, settings.defaults.priority?.level)
    statement.bind(15, settings.maxDepth)
    statement.bind(16, settings.aging?.milliseconds)
    statement.bind(17, settings.workers)
    try statement.run()
  }
}
