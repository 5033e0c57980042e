import Jobs

/// By how much the kept counts of one queue change in one transaction.
struct CountChange {
  /// What is only ever added up, for counters that must not fall.
  enum Total: Int {
    case enqueued, succeeded, retried, dead
  }

  private var states = [Int64](repeating: 0, count: Self.stateColumns.count)
  private var totals = [Int64](repeating: 0, count: Self.totalColumns.count)

  /// Columns of qctl_queues in the order of the arrays.
  private static let stateColumns: [JobState] = [
    .scheduled, .ready, .active, .retrying, .blocked, .completed, .dead, .cancelled,
  ]
  private static let totalColumns = [
    "total_enqueued", "total_succeeded", "total_retried", "total_dead",
  ]

  var isEmpty: Bool { states.allSatisfy { $0 == 0 } && totals.allSatisfy { $0 == 0 } }

  mutating func move(from old: JobState?, to new: JobState?) {
    if let old { states[Self.index(old)] -= 1 }
    if let new { states[Self.index(new)] += 1 }
  }

  mutating func add(_ total: Total) {
    totals[total.rawValue] += 1
  }

  func write(to queue: QueueName, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(Self.update)
    var index: Int32 = 1
    for value in states + totals {
      statement.bind(index, value)
      index += 1
    }
    statement.bind(index, queue.description)
    try statement.run()
    guard connection.changes == 0 else { return }
    let insert = try connection.statement("INSERT INTO qctl_queues(queue) VALUES (?1)")
    insert.bind(1, queue.description)
    try insert.run()
    try statement.run()
  }

  private static let update: String = {
    let columns = stateColumns.map(\.rawValue) + totalColumns
    let changes = columns.enumerated().map { "\($0.element) = \($0.element) + ?\($0.offset + 1)" }
    return "UPDATE qctl_queues SET " + changes.joined(separator: ", ")
      + " WHERE queue = ?\(columns.count + 1)"
  }()

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
