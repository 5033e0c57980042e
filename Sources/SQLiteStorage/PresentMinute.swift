import Jobs

/// The minute of a queue that is not over yet: part of its row in qctl_queues.
///
/// So that counting costs no further page: only the first change in another minute moves the old one
/// to qctl_minutes. Minute 0 is none; a queue has it that only an application has put jobs into.
enum PresentMinute {
  /// What was counted so far in a queue's present minute; nothing, if that is another one.
  static func timings(
    of queue: QueueName, in minute: Int64?, on connection: Connection
  ) throws(SQLiteFailure) -> Timings {
    let statement = try connection.statement(
      "SELECT durations FROM qctl_queues WHERE queue = ?1 AND minute = coalesce(?2, minute)")
    statement.bind(1, queue.description)
    statement.bind(2, minute)
    defer { statement.reset() }
    guard try statement.step() else { return Timings() }
    return Timings(bytes: statement.bytes(0))
  }

  /// What was ever counted of a queue, up to now.
  private static func timings(
    ofAll queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> Timings {
    let statement = try connection.statement(
      "SELECT all_durations, durations FROM qctl_queues WHERE queue = ?1")
    statement.bind(1, queue.description)
    defer { statement.reset() }
    guard try statement.step() else { return Timings() }
    var ever = Timings(bytes: statement.bytes(0))
    ever.merge(Timings(bytes: statement.bytes(1)))
    return ever
  }

  /// Takes in what another store has counted of a queue that has a row.
  static func add(
    _ timings: Timings, to queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) {
    guard !timings.isEmpty else { return }
    let earlier = try connection.statement(
      "SELECT all_durations FROM qctl_queues WHERE queue = ?1")
    earlier.bind(1, queue.description)
    defer { earlier.reset() }
    var ever = timings
    if try earlier.step() { ever.merge(Timings(bytes: earlier.bytes(0))) }
    let update = try connection.statement(
      "UPDATE qctl_queues SET all_durations = ?2 WHERE queue = ?1")
    update.bind(1, queue.description)
    update.bind(2, ever.bytes)
    try update.run()
  }

  /// Makes the queue's row, or puts its present minute away and begins another.
  static func open(
    _ minute: Int64?, of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) {
    guard let old = try minuteOfRow(queue, on: connection) else {
      let insert = try connection.statement(
        "INSERT INTO qctl_queues(queue, minute) VALUES (?1, coalesce(?2, 0))")
      insert.bind(1, queue.description)
      insert.bind(2, minute)
      return try insert.run()
    }
    guard let minute, old != minute else { return }
    if old > 0 { try MinuteRow.store(old, of: queue, on: connection) }
    let ever = try timings(ofAll: queue, on: connection)
    let begin = try connection.statement(
      "UPDATE qctl_queues SET minute = ?2, durations = NULL, all_durations = ?3 WHERE queue = ?1")
    begin.bind(1, queue.description)
    begin.bind(2, minute)
    begin.bind(3, ever.isEmpty ? nil : ever.bytes)
    try begin.run()
  }

  /// Whether a queue's present minute is this one.
  static func isAt(
    _ minute: Int64, of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    try minuteOfRow(queue, on: connection) == minute
  }

  /// Puts a queue's present minute away if it is before this one, so that later totals are not its.
  static func end(
    before minute: Int64, of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) {
    guard let old = try minuteOfRow(queue, on: connection), old > 0, old < minute else { return }
    try open(0, of: queue, on: connection)
  }

  private static func minuteOfRow(
    _ queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> Int64? {
    let statement = try connection.statement("SELECT minute FROM qctl_queues WHERE queue = ?1")
    statement.bind(1, queue.description)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : nil
  }
}
