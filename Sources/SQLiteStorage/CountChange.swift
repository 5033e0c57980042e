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

  var isEmpty: Bool {
    for index in values.indices where values[index] != 0 { return false }
    return true
  }

  mutating func move(from old: JobState?, to new: JobState?) {
    if let old { values[Self.index(old)] -= 1 }
    if let new { values[Self.index(new)] += 1 }
  }

  mutating func add(_ total: Total, times: Int64 = 1) {
    values[total.rawValue] &+= times
  }

  mutating func add(_ count: Int64, to state: JobState) {
    values[Self.index(state)] &+= count
  }

  func write(to queue: QueueName, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(Self.update)
    for index in values.indices { statement.bind(Int32(index) + 1, values[index]) }
    statement.bind(13, queue.description)
    try statement.run()
    guard connection.changes == 0 else { return }
    let insert = try connection.statement("INSERT INTO qctl_queues(queue) VALUES (?1)")
    insert.bind(1, queue.description)
    try insert.run()
    try statement.run()
  }

  private static let update = """
    UPDATE qctl_queues SET scheduled = scheduled + ?1, ready = ready + ?2, active = active + ?3,
      retrying = retrying + ?4, blocked = blocked + ?5, completed = completed + ?6,
      dead = dead + ?7, cancelled = cancelled + ?8, total_enqueued = total_enqueued + ?9,
      total_succeeded = total_succeeded + ?10, total_retried = total_retried + ?11,
      total_dead = total_dead + ?12
    WHERE queue = ?13
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
