import Jobs
import Storage

/// Minutes that another store has counted.
extension MinuteRow {
  /// Takes one in, for a queue that has a row.
  static func restore(
    _ minute: QueueMinute, on connection: Connection
  ) throws(SQLiteFailure) -> RestoreOutcome {
    var minute = minute
    let seen = try all(
      of: minute.queue, from: minute.minute, to: minute.minute, on: connection)
    if let earlier = seen.first, earlier.minute < minute.minute {
      minute.totals = minute.totals.raised(to: earlier.totals)
    }
    var known: QueueMinute?
    if let there = seen.last, there.minute == minute.minute {
      guard there != minute else { return .alreadyThere }
      known = there
      let isPresent = try PresentMinute.isAt(minute.minute, of: minute.queue, on: connection)
      guard there.isContinued(by: minute), !isPresent else { return .differs }
    }
    try PresentMinute.end(before: minute.minute, of: minute.queue, on: connection)
    try put(minute, on: connection)
    let news = known.map { minute.timings.since($0.timings) } ?? minute.timings
    try PresentMinute.add(news, to: minute.queue, on: connection)
    try raiseLater(than: minute, on: connection)
    return .restored
  }

  private static func put(
    _ minute: QueueMinute, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      INSERT OR REPLACE INTO qctl_minutes(queue, total_enqueued, total_succeeded, total_retried,
        total_dead, total_run_ms, total_waited_ms, minute, ready, active, waiting, dead, durations)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      """)
    bind(minute, to: statement)
    statement.bind(8, minute.minute)
    statement.bind(9, minute.depth.ready)
    statement.bind(10, minute.depth.active)
    statement.bind(11, minute.depth.waiting)
    statement.bind(12, minute.depth.dead)
    statement.bind(13, minute.timings.isEmpty ? nil : minute.timings.bytes)
    try statement.run()
  }

  private static let raised = """
    total_enqueued = max(total_enqueued, ?2), total_succeeded = max(total_succeeded, ?3), \
    total_retried = max(total_retried, ?4), total_dead = max(total_dead, ?5), \
    total_run_ms = max(total_run_ms, ?6), total_waited_ms = max(total_waited_ms, ?7)
    """

  private static func raiseLater(
    than minute: QueueMinute, on connection: Connection
  ) throws(SQLiteFailure) {
    let minutes = try connection.statement(
      "UPDATE qctl_minutes SET \(raised) WHERE queue = ?1 AND minute > ?8")
    bind(minute, to: minutes)
    minutes.bind(8, minute.minute)
    try minutes.run()
    let queue = try connection.statement("UPDATE qctl_queues SET \(raised) WHERE queue = ?1")
    bind(minute, to: queue)
    try queue.run()
  }

  private static func bind(_ minute: QueueMinute, to statement: Statement) {
    statement.bind(1, minute.queue.description)
    statement.bind(2, minute.totals.enqueued)
    statement.bind(3, minute.totals.succeeded)
    statement.bind(4, minute.totals.retried)
    statement.bind(5, minute.totals.dead)
    statement.bind(6, minute.totals.run)
    statement.bind(7, minute.totals.waited)
  }
}
