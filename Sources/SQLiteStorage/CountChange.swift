import Jobs

/// By how much the kept counts of one queue change in one transaction.
struct CountChange {
  /// What is only ever added up, for counters that must not fall.
  enum Total: Int {
    case enqueued = 8
    case succeeded, retried, dead
  }

  /// The columns of qctl_queues in the order of `update`: eight states, then four totals.
  private var values: InlineArray<12, Int64> = .init(repeating: 0)
  /// How long the executions took that ended.
  private var durations = DurationHistogram()

  /// Whether jobs stopped running, so that others may.
  private(set) var endsJobs = false

  var isEmpty: Bool {
    for index in values.indices where values[index] != 0 { return false }
    return durations.isEmpty
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

  /// Counts an execution of so long.
  mutating func time(_ duration: TimeSpan) {
    durations.add(duration)
  }

  /// Adds all this to the row of a queue, whose present minute is then the one of `now`.
  ///
  /// - Parameter now: `nil` for whatever minute the row is at.
  func write(
    to queue: QueueName, at now: Instant?, on connection: Connection
  ) throws(SQLiteFailure) {
    let minute = now?.minute
    let durations = try present(of: queue, in: minute, on: connection)
    guard try !update(queue, minute, durations, on: connection) else { return }
    try PresentMinute.open(minute, of: queue, on: connection)
    _ = try update(queue, minute, durations, on: connection)
  }

  /// The durations of the present minute with those added; `nil` where there is nothing to add.
  private func present(
    of queue: QueueName, in minute: Int64?, on connection: Connection
  ) throws(SQLiteFailure) -> [UInt8]? {
    guard !durations.isEmpty else { return nil }
    var sum = try PresentMinute.durations(of: queue, in: minute, on: connection)
    sum.merge(durations)
    return sum.bytes
  }

  /// Adds the counts if the queue has a row at this minute; false where it has not.
  private func update(
    _ queue: QueueName, _ minute: Int64?, _ durations: [UInt8]?, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    let statement = try connection.statement(Self.update)
    for index in values.indices { statement.bind(Int32(index) + 1, values[index]) }
    statement.bind(13, queue.description)
    statement.bind(14, minute)
    statement.bind(15, durations)
    try statement.run()
    return connection.changes > 0
  }

  private static let update = """
    UPDATE qctl_queues SET scheduled = scheduled + ?1, ready = ready + ?2, active = active + ?3,
      retrying = retrying + ?4, blocked = blocked + ?5, completed = completed + ?6,
      dead = dead + ?7, cancelled = cancelled + ?8, total_enqueued = total_enqueued + ?9,
      total_succeeded = total_succeeded + ?10, total_retried = total_retried + ?11,
      total_dead = total_dead + ?12, durations = coalesce(?15, durations)
    WHERE queue = ?13 AND minute = coalesce(?14, minute)
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
