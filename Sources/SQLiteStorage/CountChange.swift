import Jobs

/// By how much the kept counts of one queue change in one transaction.
struct CountChange {
  /// What is only ever added up, for counters that must not fall.
  enum Total: Int {
    case enqueued = 8
    case succeeded, retried, dead, run, waited
  }

  /// The columns of qctl_queues in the order of `update`: eight states, then six totals.
  private var values: InlineArray<14, Int64> = .init(repeating: 0)
  /// How long the executions took that ended, and their jobs had waited.
  private var timings = Timings()

  /// Whether jobs stopped running, so that others may.
  private(set) var endsJobs = false

  var isEmpty: Bool {
    for index in values.indices where values[index] != 0 { return false }
    return timings.isEmpty
  }

  /// By how many the waiting jobs grow.
  var newlyWaiting: Int64 {
    [JobState.scheduled, .ready, .retrying, .blocked].reduce(0) { $0 &+ values[Self.index($1)] }
  }

  mutating func move(from old: JobState?, to new: JobState?) {
    if old == .active { endsJobs = true }
    if let old { values[Self.index(old)] -= 1 }
    if let new { values[Self.index(new)] += 1 }
  }

  mutating func add(_ total: Total, times: Int64 = 1) {
    values[total.rawValue] &+= times
  }

  mutating func add(_ count: Int64, to state: JobState) {
    values[Self.index(state)] &+= count
  }

  /// Counts an execution of so long, after so long a wait.
  mutating func time(_ run: TimeSpan, after wait: TimeSpan) {
    timings.add(run: run, wait: wait)
    add(.run, times: max(run.milliseconds, 0))
    add(.waited, times: max(wait.milliseconds, 0))
  }

  /// Adds all this to the row of a queue, whose present minute is then the one of `now`.
  ///
  /// - Parameter now: `nil` for whatever minute the row is at.
  func write(
    to queue: QueueName, at now: Instant?, on connection: Connection
  ) throws(SQLiteFailure) {
    let minute = now?.minute
    let timings = try present(of: queue, in: minute, on: connection)
    guard try !update(queue, minute, timings, on: connection) else { return }
    try PresentMinute.open(minute, of: queue, on: connection)
    _ = try update(queue, minute, timings, on: connection)
  }

  /// The timings of the present minute with those added; `nil` where there is nothing to add.
  private func present(
    of queue: QueueName, in minute: Int64?, on connection: Connection
  ) throws(SQLiteFailure) -> [UInt8]? {
    guard !timings.isEmpty else { return nil }
    var sum = try PresentMinute.timings(of: queue, in: minute, on: connection)
    sum.merge(timings)
    return sum.bytes
  }

  /// Adds the counts if the queue has a row at this minute; false where it has not.
  private func update(
    _ queue: QueueName, _ minute: Int64?, _ timings: [UInt8]?, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement(Self.update)
    for index in values.indices { statement.bind(Int32(index) + 1, values[index]) }
    statement.bind(15, queue.description)
    statement.bind(16, minute)
    statement.bind(17, timings)
    try statement.run()
    return connection.changes > 0
  }

  private static let update = """
    UPDATE qctl_queues SET scheduled = scheduled + ?1, ready = ready + ?2, active = active + ?3,
      retrying = retrying + ?4, blocked = blocked + ?5, completed = completed + ?6,
      dead = dead + ?7, cancelled = cancelled + ?8, total_enqueued = total_enqueued + ?9,
      total_succeeded = total_succeeded + ?10, total_retried = total_retried + ?11,
      total_dead = total_dead + ?12, total_run_ms = total_run_ms + ?13,
      total_waited_ms = total_waited_ms + ?14, durations = coalesce(?17, durations)
    WHERE queue = ?15 AND minute = coalesce(?16, minute)
    """

  private static func index(_ state: JobState) -> Int {
    switch state {
    case .scheduled: 0
    case .ready: 1
    case .active: 2
    case .retrying: 3
    case .blocked: 4
    case .completed: 5
    case .dead: 6
    case .cancelled: 7
    }
  }
}
