import Jobs

/// For how long the queues keep jobs that are over: the keep_* columns of qctl_queues.
///
/// Queues that keep jobs of a state equally long are looked through together.
struct KeepRules {
  /// The queues that have rules of their own; few do.
  private var own: [String: Retention] = [:]

  init(on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      SELECT queue, \(Self.columns) FROM qctl_queues
      WHERE keep_completed IS NOT NULL OR keep_cancelled IS NOT NULL OR keep_dead IS NOT NULL
      """)
    defer { statement.reset() }
    while try statement.step() { own[statement.text(0)] = Self.read(statement, from: 1) }
  }

  /// The lengths of time for which jobs of a state are kept, shortest first.
  func spans(_ state: JobState) -> [TimeSpan] {
    var spans: Set<TimeSpan> = [Retention.standard(state)]
    for rules in own.values {
      if case .span(let span) = rules.keep(state) { spans.insert(span) }
    }
    return spans.sorted()
  }

  /// How a queue keeps its jobs, by the name as stored.
  func retention(of queue: String) -> Retention { own[queue] ?? Retention() }

  // MARK: - The columns

  static let columns = "keep_completed, keep_cancelled, keep_dead, keep_attempts, keep_keys"

  /// How many columns there are.
  static let count: Int32 = 5

  /// The settings of the present row.
  static func read(_ row: Statement, from column: Int32) -> Retention {
    var rules = Retention(
      completed: keep(row, column), cancelled: keep(row, column + 1), dead: keep(row, column + 2))
    rules.attempts = keep(row, column + 3)
    rules.keys = keep(row, column + 4)
    return rules
  }

  /// What a column holds for a setting.
  static func stored(_ keep: Keep?) -> Int64? {
    switch keep {
    case .span(let span): max(span.milliseconds, 0)
    case .forever: -1
    case nil: nil
    }
  }

  /// What is no whole number was written by somebody else; it must not remove anything.
  private static func keep(_ row: Statement, _ column: Int32) -> Keep? {
    guard !row.isNull(column) else { return nil }
    let stored = row.isInteger(column) ? row.integer(column) : -1
    return stored < 0 ? .forever : .span(TimeSpan(milliseconds: stored))
  }
}
