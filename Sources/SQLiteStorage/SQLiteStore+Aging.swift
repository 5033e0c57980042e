import Jobs
import Storage

/// Giving the jobs of a queue other places in its order, once its aging has changed.
///
/// The change and the mark that there is something to do (`reordered`, the id up to which all have their
/// place) are one transaction. From then on whoever writes a job gives it its new place; those written
/// before are looked through by id in short steps, each of which moves the mark with what it changed. So
/// whoever dies in between leaves a mark, and the next claim of the queue goes on from there.
extension SQLiteStore {
  /// The most rows that a step looks at, and those that it changes: some milliseconds.
  private static let mostWalked = 5000
  private static let mostReordered = 500

  /// Gives all jobs of a queue their place, step by step.
  func reorder(_ queue: QueueName) throws(StorageError) {
    while true {
      let isDone = try withSession { session throws(StorageError) in
        try session.write(durable: false) { transaction throws(StorageError) in
          try reorderSome(of: queue, in: &transaction)
        }
      }
      guard !isDone else { return }
      letOthersIn()
    }
  }

  /// One step; whether all have their place.
  func reorderSome(
    of queue: QueueName, in transaction: inout Transaction
  ) throws(StorageError) -> Bool {
    try transaction.change { connection throws(SQLiteFailure) in
      guard let begin = try Self.mark(of: queue, on: connection) else { return true }
      let quantum = try SettingsRow.settings(of: queue, on: connection)?.quantum
      let (wrong, end) = try Self.misplaced(
        in: queue, behind: begin, quantum ?? Priority.strictQuantum, on: connection)
      let update = try connection.statement("UPDATE qctl_jobs SET ord = ?2 WHERE id = ?1")
      for (id, place) in wrong {
        update.bind(1, id)
        update.bind(2, place)
        try update.run()
      }
      let mark = try connection.statement("UPDATE qctl_queues SET reordered = ?2 WHERE queue = ?1")
      mark.bind(1, queue.description)
      mark.bind(2, end)
      try mark.run()
      return end == nil
    }
  }

  private static func mark(
    of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> Int64? {
    let statement = try connection.statement("SELECT reordered FROM qctl_queues WHERE queue = ?1")
    statement.bind(1, queue.description)
    defer { statement.reset() }
    return try statement.step() ? statement.optionalInteger(0) : nil
  }

  /// The next jobs that are not at their place, and the id up to which was looked; `nil` for the end.
  private static func misplaced(
    in queue: QueueName, behind begin: Int64, _ quantum: TimeSpan, on connection: Connection
  ) throws(SQLiteFailure) -> ([(id: Int64, place: Int64)], end: Int64?) {
    let statement = try connection.statement(
      "SELECT id, queue = ?2, ord, run_at, priority FROM qctl_jobs WHERE id > ?1 ORDER BY id")
    statement.bind(1, begin)
    statement.bind(2, queue.description)
    defer { statement.reset() }
    var wrong: [(Int64, Int64)] = []
    var (last, walked) = (begin, 0)
    while try statement.step() {
      guard walked < mostWalked, wrong.count < mostReordered else { return (wrong, last) }
      walked += 1
      last = statement.integer(0)
      guard statement.integer(1) != 0, let priority = try? Priority(statement.integer(4)) else {
        continue
      }
      let runAt = Instant(milliseconds: statement.integer(3))
      let place = priority.order(runAt: runAt, quantum: quantum)
      if statement.integer(2) != place { wrong.append((last, place)) }
    }
    return (wrong, nil)
  }
}
