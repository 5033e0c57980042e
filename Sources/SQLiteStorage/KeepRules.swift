import Jobs

/// For how long the queues keep jobs that are over: the keep_* columns of qctl_queues.
///
/// Queues that keep jobs of a state equally long are looked through together.
struct KeepRules {
  /// The rules where a queue has none of its own.
  let all: Retention
  /// The queues that have rules of their own; few do.
  private var own: [String: Retention] = [:]

  init(on connection: Connection) throws(SQLiteFailure) {
    all = try Self.all(on: connection)
    let statement = try connection.statement(
      """
      SELECT queue, \(Self.columns) FROM qctl_queues
      WHERE keep_completed IS NOT NULL OR keep_cancelled IS NOT NULL OR keep_dead IS NOT NULL
        OR keep_attempts IS NOT NULL
      """)
    defer { statement.reset() }
    while try statement.step() { own[statement.text(0)] = Self.read(statement, from: 1) }
  }

  /// The lengths of time for which jobs of a state are kept, shortest first.
  func spans(_ state: JobState) -> [TimeSpan] {
    var spans: Set<TimeSpan> = []
    for rules in [all] + own.values.map({ $0.over(all) }) {
      if case .span(let span) = rules.keep(state) { spans.insert(span) }
    }
    return spans.sorted()
  }

  /// What a queue says itself, by the name as stored.
  func own(of queue: String) -> Retention { own[queue] ?? Retention() }

  /// How a queue keeps its jobs, by the name as stored.
  func retention(of queue: String) -> Retention { own(of: queue).over(all) }

  /// What ended before this has been kept for long enough as an attempt in some queue.
  func attemptsEnd(at now: Instant) -> Instant? {
    ([all] + own.values.map { $0.over(all) }).compactMap { $0.attemptsEnd(at: now) }.max()
  }

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

  // MARK: - The rules for all queues, in qctl_meta

  private static var names: [(String, WritableKeyPath<Retention, Keep?>)] {
    [
      ("keep_completed", \.completed), ("keep_cancelled", \.cancelled), ("keep_dead", \.dead),
      ("keep_attempts", \.attempts), ("keep_keys", \.keys), ("keep_log", \.log),
      ("keep_minutes", \.minutes),
    ]
  }

  /// The rules where a queue has none of its own.
  static func all(on connection: Connection) throws(SQLiteFailure) -> Retention {
    let statement = try connection.statement(
      "SELECT key, value FROM qctl_meta WHERE key >= 'keep_' AND key < 'keep`'")
    defer { statement.reset() }
    var rules = Retention()
    while try statement.step() {
      let name = statement.text(0)
      guard let path = names.first(where: { $0.0 == name })?.1 else { continue }
      rules[keyPath: path] = keep(statement, 1)
    }
    return rules
  }

  /// Writes the rules for all queues.
  static func store(_ rules: Retention, on connection: Connection) throws(SQLiteFailure) {
    for (name, path) in names {
      let remove = try connection.statement("DELETE FROM qctl_meta WHERE key = ?1")
      remove.bind(1, name)
      try remove.run()
      guard let value = stored(rules[keyPath: path]) else { continue }
      let insert = try connection.statement("INSERT INTO qctl_meta(key, value) VALUES (?1, ?2)")
      insert.bind(1, name)
      insert.bind(2, value)
      try insert.run()
    }
  }
}
