import Jobs
import Storage

/// The kept counts and settings of a queue: a row of qctl_queues.
///
/// Nothing here walks the jobs. What is due but not promoted is counted in the index of waiting
/// jobs, from its beginning up to now; the oldest ready job of each priority is the first entry of
/// its stretch of the ready index, or of that of aged jobs, so at most twenty look-ups find the oldest.
enum QueueRow {
  /// The condition on a row that its queue is paused at the moment of a parameter.
  static func isPaused(at parameter: String) -> String {
    "(paused <> 0 AND (paused_until IS NULL OR paused_until > \(parameter)))"
  }

  /// Each queue, in the order of their names.
  static func all(
    at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> [QueueSummary] {
    let statement = try connection.statement("\(kept) ORDER BY queue")
    return try summaries(
      statement, StagedJobs.waiting(at: now, on: connection), at: now, on: connection)
  }

  /// One queue, if it is known, given what is staged.
  static func one(
    _ queue: QueueName, _ staged: StagedJobs.Census, at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> QueueSummary? {
    let statement = try connection.statement("\(kept) WHERE queue = ?2")
    statement.bind(2, queue.description)
    return try summaries(statement, staged, at: now, on: connection).first
  }

  private static let kept = """
    SELECT queue, \(isPaused(at: "?1")), paused_until, pause_reason,
      scheduled, ready, active, retrying, blocked, completed, dead, cancelled FROM qctl_queues
    """

  private static func summaries(
    _ statement: Statement, _ staged: StagedJobs.Census, at now: Instant,
    on connection: Connection
  ) throws(SQLiteFailure) -> [QueueSummary] {
    statement.bind(1, now.milliseconds)
    defer { statement.reset() }
    var summaries: [QueueSummary] = []
    while try statement.step() {
      guard let name = try? QueueName(statement.text(0)) else { continue }
      var summary = summary(name, statement)
      try addDue(to: &summary, staged, at: now, on: connection)
      summaries.append(summary)
    }
    return summaries
  }

  /// Rows alone, without what has come due: those whose names begin with a text, in order.
  static func kept(
    at now: Instant, beginningWith prefix: String, most: Int, on connection: Connection
  ) throws(SQLiteFailure) -> [QueueSummary] {
    let statement = try connection.statement(
      """
      SELECT queue, \(isPaused(at: "?1")), paused_until, pause_reason,
        scheduled, ready, active, retrying, blocked, completed, dead, cancelled
      FROM qctl_queues WHERE queue >= ?2 ORDER BY queue
      """)
    statement.bind(1, now.milliseconds)
    statement.bind(2, prefix)
    defer { statement.reset() }
    var summaries: [QueueSummary] = []
    while summaries.count < most, try statement.step() {
      let text = statement.text(0)
      guard text.utf8.starts(with: prefix.utf8) else { break }
      if let name = try? QueueName(text) { summaries.append(summary(name, statement)) }
    }
    return summaries
  }

  /// The names of all queues, in order.
  static func names(on connection: Connection) throws(SQLiteFailure) -> [QueueName] {
    let statement = try connection.statement("SELECT queue FROM qctl_queues ORDER BY queue")
    defer { statement.reset() }
    var names: [QueueName] = []
    while try statement.step() {
      if let name = try? QueueName(statement.text(0)) { names.append(name) }
    }
    return names
  }

  /// How many jobs are stored in each state, over all queues.
  static func stored(on connection: Connection) throws(SQLiteFailure) -> [JobState: Int64] {
    let statement = try connection.statement(sums)
    defer { statement.reset() }
    return try counts(statement)
  }

  /// How many jobs are stored in each state, over some queues.
  static func stored(
    in queues: [QueueName], on connection: Connection
  ) throws(SQLiteFailure) -> [JobState: Int64] {
    let marks = queues.map { _ in "?" }.joined(separator: ",")
    let statement = try connection.prepare("\(sums) WHERE queue IN (\(marks))")
    for (index, queue) in queues.enumerated() {
      statement.bind(Int32(clamping: index + 1), queue.description)
    }
    return try counts(statement)
  }

  private static let sums = """
    SELECT total(scheduled), total(ready), total(active), total(retrying), total(blocked),
      total(completed), total(dead), total(cancelled) FROM qctl_queues
    """

  private static func counts(_ row: Statement) throws(SQLiteFailure) -> [JobState: Int64] {
    guard try row.step() else { return [:] }
    var counts: [JobState: Int64] = [:]
    for (index, state) in states.enumerated() { counts[state] = row.integer(Int32(index)) }
    return counts
  }

  /// The columns of counts in the order of every query here.
  private static let states: [JobState] = [
    .scheduled, .ready, .active, .retrying, .blocked, .completed, .dead, .cancelled,
  ]

  /// Adds what one queue still has to do.
  static func addOutstanding(
    of queue: QueueName, _ census: StagedJobs.Census, at now: Instant,
    to sum: inout Outstanding, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "SELECT scheduled, ready, active, retrying FROM qctl_queues WHERE queue = ?1")
    statement.bind(1, queue.description)
    defer { statement.reset() }
    guard try statement.step() else { return }
    let staged = census.named[queue.description]
    var due = try due(queue, at: now, on: connection)
    due.scheduled &+= staged?.due ?? 0
    // Whatever a row says, no sum may trap.
    sum.ready &+= statement.integer(1) &+ due.scheduled &+ due.retrying
    sum.active &+= statement.integer(2)
    sum.scheduled &+= statement.integer(0) &- due.scheduled
    sum.retrying &+= statement.integer(3) &- due.retrying
    let ready = statement.integer(1) &+ due.scheduled &+ due.retrying
    if ready > 0, let start = try nextStart(in: queue, at: now, on: connection) {
      sum.nextDue = min(sum.nextDue ?? start, start)
    }
    guard statement.integer(0) > 0 || statement.integer(3) > 0 else { return }
    let next = try firstWaiting(queue, after: now, on: connection)
    sum.nextDue = [sum.nextDue, next, staged?.next].compactMap(\.self).min()
  }

  /// When a queue may start the next job, where it has a rate that is used up.
  private static func nextStart(
    in queue: QueueName, at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> Instant? {
    let (limits, paid) = try SQLiteStore.limits(of: queue, on: connection)
    guard let (rate, burst) = limits.pace else { return nil }
    return rate.next(paid: paid, burst: burst, at: now)
  }

  private static func summary(_ name: QueueName, _ row: Statement) -> QueueSummary {
    let paused = row.integer(1) != 0
    var summary = QueueSummary(queue: name, paused: paused)
    if paused {
      summary.pausedUntil = row.optionalInteger(2).map(Instant.init(milliseconds:))
      summary.pauseReason = row.optionalText(3)
    }
    for (index, state) in states.enumerated() {
      let count = row.integer(4 + Int32(index))
      if count != 0 { summary.counts[state] = count }
    }
    return summary
  }

  private static func addDue(
    to summary: inout QueueSummary, _ staged: StagedJobs.Census, at now: Instant,
    on connection: Connection
  ) throws(SQLiteFailure) {
    let stored = summary.count(.ready)
    if summary.count(.scheduled) > 0 || summary.count(.retrying) > 0 {
      var due = try due(summary.queue, at: now, on: connection)
      due.scheduled &+= staged.named[summary.queue.description]?.due ?? 0
      summary.counts = [
        .scheduled: -due.scheduled, .retrying: -due.retrying, .ready: due.scheduled + due.retrying,
      ].merging(summary.counts, uniquingKeysWith: &+).filter { $0.value != 0 }
      summary.oldestReady = due.first
    }
    guard summary.count(.ready) > 0 else { return }
    let promoted = [summary.oldestReady, try oldestReady(summary.queue, on: connection)]
    summary.oldestReady = try staged.oldest(
      of: summary.queue, ready: stored, promoted: promoted.compactMap(\.self).min(), on: connection)
  }

  private static func due(
    _ queue: QueueName, at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> (scheduled: Int64, retrying: Int64, first: Instant?) {
    let statement = try connection.statement(dueQuery)
    statement.bind(1, queue.description)
    statement.bind(2, now.milliseconds)
    defer { statement.reset() }
    guard try statement.step() else { return (0, 0, nil) }
    return (
      statement.integer(0), statement.integer(1),
      statement.optionalInteger(2).map(Instant.init(milliseconds:))
    )
  }

  static let dueQuery = """
    SELECT coalesce(sum(state = 'scheduled'), 0), coalesce(sum(state = 'retrying'), 0), min(run_at)
    FROM qctl_jobs INDEXED BY qctl_jobs_due
    WHERE state IN ('scheduled', 'retrying') AND queue = ?1 AND run_at <= ?2
    """

  private static func firstWaiting(
    _ queue: QueueName, after now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> Instant? {
    let statement = try connection.statement(
      """
      SELECT run_at FROM qctl_jobs INDEXED BY qctl_jobs_due
      WHERE state IN ('scheduled', 'retrying') AND queue = ?1 AND run_at > ?2
      ORDER BY run_at LIMIT 1
      """)
    statement.bind(1, queue.description)
    statement.bind(2, now.milliseconds)
    defer { statement.reset() }
    return try statement.step() ? Instant(milliseconds: statement.integer(0)) : nil
  }

  private static func oldestReady(
    _ queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> Instant? {
    var oldest = try oldestAged(queue, on: connection)
    let statement = try connection.statement(oldestQuery)
    var from = Priority.strictQuantum.milliseconds
    while true {
      statement.bind(1, queue.description)
      statement.bind(2, from)
      defer { statement.reset() }
      guard try statement.step() else { return oldest }
      let runAt = Instant(milliseconds: statement.integer(0))
      oldest = min(oldest ?? runAt, runAt)
      let level = statement.integer(1)
      guard level < Priority.levels.upperBound else { return oldest }
      let next = (max(level, 0) + 1) * Priority.strictQuantum.milliseconds
      // A row whose place is not its priority's would be found for ever.
      guard next > from else { return oldest }
      from = next
    }
  }

  /// The oldest of those that are not ordered by strict priority, and of those of priority 0.
  private static func oldestAged(
    _ queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> Instant? {
    let statement = try connection.statement(agedQuery)
    var oldest: Instant?
    var level: Int64 = 0
    while level <= Priority.levels.upperBound {
      statement.bind(1, queue.description)
      statement.bind(2, level)
      defer { statement.reset() }
      guard try statement.step() else { return oldest }
      let runAt = Instant(milliseconds: statement.integer(0))
      oldest = min(oldest ?? runAt, runAt)
      level = max(statement.integer(1), level) + 1
    }
    return oldest
  }

  static let agedQuery = """
    SELECT run_at, priority FROM qctl_jobs INDEXED BY qctl_jobs_aged
    WHERE state = 'ready' AND ord < 288230376151711744 AND queue = ?1 AND priority >= ?2
    ORDER BY priority, run_at LIMIT 1
    """

  static let oldestQuery = """
    SELECT run_at, priority FROM qctl_jobs INDEXED BY qctl_jobs_ready
    WHERE state = 'ready' AND queue = ?1 AND ord >= ?2 ORDER BY ord LIMIT 1
    """
}
