import Jobs

/// The kept counts of queues against the truth.
enum KeptCounts {
  /// By how much the counts of one queue are too low, by state.
  struct Difference: Equatable {
    let queue: String
    let missing: [JobState: Int64]
  }

  /// Walks all jobs.
  static func differences(on connection: Connection) throws(SQLiteFailure) -> [Difference] {
    let statement = try connection.prepare(query)
    var found: [Difference] = []
    while try statement.step() {
      var missing: [JobState: Int64] = [:]
      for (index, state) in states.enumerated() {
        let count = statement.integer(Int32(clamping: index + 1))
        if count != 0 { missing[state] = count }
      }
      found.append(Difference(queue: statement.text(0), missing: missing))
    }
    return found
  }

  /// Adds what was missing.
  ///
  /// Whatever was counted since it was found missing was counted on both sides, so the difference is
  /// still the same, and no job need be looked at behind the write lock. Only another repair would
  /// have changed it.
  static func add(_ difference: Difference, on connection: Connection) throws(SQLiteFailure) {
    guard let queue = try? QueueName(difference.queue) else { return }
    try PresentMinute.open(nil, of: queue, on: connection)
    let changes = difference.missing.map { "\($0.key.rawValue) = \($0.key.rawValue) + \($0.value)" }
    guard !changes.isEmpty else { return }
    let statement = try connection.prepare(
      "UPDATE qctl_queues SET \(changes.sorted().joined(separator: ", ")) WHERE queue = ?1")
    statement.bind(1, difference.queue)
    try statement.run()
  }

  private static let states = JobState.allCases

  private static let query: String = {
    let names = states.map(\.rawValue)
    let sums = names.map { "sum(state = '\($0)') AS \($0)" }.joined(separator: ", ")
    let missing = names.map { "coalesce(t.\($0), 0) - q.\($0)" }.joined(separator: ", ")
    let wrong = names.map { "q.\($0) <> coalesce(t.\($0), 0)" }.joined(separator: " OR ")
    let truth = "SELECT queue, \(sums) FROM (\(shownStates)) GROUP BY queue"
    return """
      SELECT q.queue, \(missing) FROM qctl_queues q LEFT JOIN (\(truth)) t ON t.queue = q.queue
      WHERE \(wrong)
      UNION ALL SELECT queue, \(names.joined(separator: ", ")) FROM (\(truth))
      WHERE queue NOT IN (SELECT queue FROM qctl_queues)
      """
  }()

  /// The jobs that can be seen, those of published bulks with the state that they are shown in.
  private static let shownStates = """
    SELECT queue, CASE WHEN bulk IS NULL THEN state ELSE \(StagedJobs.state) END AS state
    FROM qctl_jobs j WHERE \(StagedJobs.isVisible)
    """
}
