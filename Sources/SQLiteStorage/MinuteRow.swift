import Jobs

/// A minute of a queue that is over: a row of qctl_minutes.
///
/// After a clock stepped back, a minute may be lived again: its durations are added to those it had,
/// its depth is the new one, and the totals of all minutes behind it are raised to the new ones, so
/// that no difference of totals is negative and nothing counts twice.
enum MinuteRow {
  /// Puts the present minute of a queue away.
  static func store(
    _ minute: Int64, of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) {
    let earlier = try timings(of: queue, minute, on: connection)
    let statement = try connection.statement(
      """
      INSERT OR REPLACE INTO qctl_minutes(queue, minute, total_enqueued, total_succeeded,
        total_retried, total_dead, total_run_ms, total_waited_ms, ready, active, waiting, dead,
        durations)
      SELECT queue, minute, total_enqueued, total_succeeded, total_retried, total_dead,
        total_run_ms, total_waited_ms, \(depth), coalesce(?2, durations)
      FROM qctl_queues WHERE queue = ?1
      """)
    statement.bind(1, queue.description)
    statement.bind(2, earlier?.bytes)
    try statement.run()
    try raiseLater(than: minute, of: queue, on: connection)
  }

  /// The four counts of a `QueueMinute.Depth`, from the columns of qctl_queues.
  private static let depth = "ready, active, scheduled + retrying + blocked, dead"

  /// The timings of a minute that was lived before, with those of the present one; else `nil`.
  private static func timings(
    of queue: QueueName, _ minute: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> Timings? {
    let statement = try connection.statement(
      """
      SELECT m.durations, q.durations FROM qctl_minutes m JOIN qctl_queues q ON q.queue = m.queue
      WHERE m.queue = ?1 AND m.minute = ?2
      """)
    statement.bind(1, queue.description)
    statement.bind(2, minute)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    var sum = Timings(bytes: statement.bytes(0))
    sum.merge(Timings(bytes: statement.bytes(1)))
    return sum
  }

  private static func raiseLater(
    than minute: Int64, of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      UPDATE qctl_minutes SET (total_enqueued, total_succeeded, total_retried, total_dead,
        total_run_ms, total_waited_ms) = (
        SELECT max(qctl_minutes.total_enqueued, q.total_enqueued),
          max(qctl_minutes.total_succeeded, q.total_succeeded),
          max(qctl_minutes.total_retried, q.total_retried),
          max(qctl_minutes.total_dead, q.total_dead),
          max(qctl_minutes.total_run_ms, q.total_run_ms),
          max(qctl_minutes.total_waited_ms, q.total_waited_ms)
        FROM qctl_queues q WHERE q.queue = ?1)
      WHERE queue = ?1 AND minute > ?2
      """)
    statement.bind(1, queue.description)
    statement.bind(2, minute)
    try statement.run()
  }
}

// MARK: - Reading

extension MinuteRow {
  /// The minutes of one queue from a minute to another, and the latest one before; oldest first.
  static func all(
    of queue: QueueName, from first: Int64, to last: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> [QueueMinute] {
    var minutes: [QueueMinute] = []
    let earlier = try connection.statement(
      "\(columns) FROM qctl_minutes WHERE queue = ?1 AND minute < ?2 ORDER BY minute DESC LIMIT 1")
    try read(earlier, queue, first, last, into: &minutes)
    let within = try connection.statement(
      "\(columns) FROM qctl_minutes WHERE queue = ?1 AND minute BETWEEN ?2 AND ?3 ORDER BY minute")
    try read(within, queue, first, last, into: &minutes)
    let present = try connection.statement(
      """
      SELECT minute, \(totalColumns), \(depth), durations
      FROM qctl_queues WHERE queue = ?1 AND minute BETWEEN 1 AND ?3
      """)
    var now: [QueueMinute] = []
    try read(present, queue, first, last, into: &now)
    for minute in now { add(minute, to: &minutes) }
    let begin = minutes.lastIndex { $0.minute < first } ?? 0
    return Array(minutes[begin...])
  }

  private static let columns = """
    SELECT minute, \(totalColumns), ready, active, waiting, dead, durations
    """

  /// The columns of `QueueMinute.Totals`, in qctl_minutes and in qctl_queues.
  static let totalColumns = """
    total_enqueued, total_succeeded, total_retried, total_dead, total_run_ms, total_waited_ms
    """

  /// Reads these columns, from the given place on.
  static func totals(_ statement: Statement, from first: Int32) -> QueueMinute.Totals {
    var totals = QueueMinute.Totals()
    totals.enqueued = statement.integer(first)
    totals.succeeded = statement.integer(first + 1)
    totals.retried = statement.integer(first + 2)
    totals.dead = statement.integer(first + 3)
    totals.run = statement.integer(first + 4)
    totals.waited = statement.integer(first + 5)
    return totals
  }

  private static func read(
    _ statement: Statement, _ queue: QueueName, _ first: Int64, _ last: Int64,
    into minutes: inout [QueueMinute]
  ) throws(SQLiteFailure) {
    statement.bind(1, queue.description)
    statement.bind(2, first)
    statement.bind(3, last)
    defer { statement.reset() }
    while try statement.step() {
      var minute = QueueMinute(queue: queue, minute: statement.integer(0))
      minute.totals = totals(statement, from: 1)
      minute.depth.ready = statement.integer(7)
      minute.depth.active = statement.integer(8)
      minute.depth.waiting = statement.integer(9)
      minute.depth.dead = statement.integer(10)
      minute.timings = Timings(bytes: statement.bytes(11))
      minutes.append(minute)
    }
  }

  /// As `store` will do once the present minute is over.
  private static func add(_ present: QueueMinute, to minutes: inout [QueueMinute]) {
    for index in minutes.indices where minutes[index].minute > present.minute {
      minutes[index].totals = minutes[index].totals.raised(to: present.totals)
    }
    let place = minutes.firstIndex { $0.minute >= present.minute } ?? minutes.count
    var present = present
    if place < minutes.count, minutes[place].minute == present.minute {
      present.timings.merge(minutes[place].timings)
      minutes[place] = present
    } else {
      minutes.insert(present, at: place)
    }
  }
}
