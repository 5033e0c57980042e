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
    guard let before = try paused(queue, at: request.now, transaction) else {
      throw .unknownQueue(queue)
    }
    let wanted = Pause(
      isPaused: request.paused, until: request.paused ? request.until?.milliseconds : nil,
      reason: request.paused ? request.reason : nil)
    guard before != wanted else { return false }
    try transaction.change { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        "UPDATE qctl_queues SET paused = ?2, paused_until = ?3, pause_reason = ?4 WHERE queue = ?1")
      statement.bind(1, queue.description)
      statement.bind(2, wanted.isPaused)
      statement.bind(3, wanted.until)
      statement.bind(4, wanted.reason)
      try statement.run()
    }
    if !request.paused { transaction.announce() }
    var record = LogRecord(request.paused ? .paused : .resumed, at: request.now)
    record.queue = queue
    record.actor = request.actor
    record.reason = request.reason
    try log(record, in: &transaction)
    return true
  }

  /// The three columns that say whether a queue is paused.
  private struct Pause: Equatable {
    var isPaused: Bool
    var until: Int64?
    var reason: String?
  }

  private func paused(
    _ queue: QueueName, at now: Instant, _ transaction: Transaction
  ) throws(StorageError) -> Pause? {
    try transaction.sql { connection throws(SQLiteFailure) in
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
  }
}
