import Jobs
package import Storage

extension SQLiteStore {
  package func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    try withSession { session throws(StorageError) in
      try session.write { transaction throws(StorageError) in
        var changes: [Bool] = []
        for queue in request.queues {
          changes.append(try setPaused(queue, request, in: &transaction))
        }
        return changes
      }
    }
  }

  private func setPaused(
    _ queue: QueueName, _ request: PauseRequest, in transaction: inout Transaction
  ) throws(StorageError) -> Bool {
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try Self.pause(of: queue, at: request.now, on: connection)
    }
    guard let before = found else { throw .unknownQueue(queue) }
    let wanted = Pause(
      isPaused: request.paused, until: request.paused ? request.until?.milliseconds : nil,
      reason: request.paused ? request.reason : nil)
    guard before != wanted else { return false }
    try transaction.change { connection throws(SQLiteFailure) in
      try Self.store(wanted, of: queue, on: connection)
    }
    if !request.paused { transaction.announce() }
    try log(request.record(of: queue), in: &transaction)
    return true
  }

  /// The three columns that say whether a queue is paused.
  struct Pause: Equatable {
    var isPaused: Bool
    var until: Int64?
    var reason: String?
  }

  /// The pause of a queue as far as it is in force; `nil` for a queue that is not known.
  static func pause(
    of queue: QueueName, at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> Pause? {
    let statement = try connection.statement(
      "SELECT paused, paused_until, pause_reason FROM qctl_queues WHERE queue = ?1")
    statement.bind(1, queue.description)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    let until = statement.optionalInteger(1)
    let isOver = until.map { $0 <= now.milliseconds } ?? false
    guard statement.integer(0) != 0, !isOver else { return Pause(isPaused: false) }
    return Pause(isPaused: true, until: until, reason: statement.optionalText(2))
  }

  /// Writes the pause of a known queue.
  static func store(
    _ pause: Pause, of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "UPDATE qctl_queues SET paused = ?2, paused_until = ?3, pause_reason = ?4 WHERE queue = ?1")
    statement.bind(1, queue.description)
    statement.bind(2, pause.isPaused)
    statement.bind(3, pause.until)
    statement.bind(4, pause.reason)
    try statement.run()
  }
}
