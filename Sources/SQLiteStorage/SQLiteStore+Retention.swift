package import Jobs
package import Storage

extension SQLiteStore {
  package func setRetention(
    _ retention: Retention, of queue: QueueName, at now: Instant
  ) throws(StorageError) -> Bool {
    try withSession { session throws(StorageError) in
      try session.write(at: now) { transaction throws(StorageError) in
        let before = try transaction.sql { connection throws(SQLiteFailure) in
          try Self.retention(of: queue, on: connection)
        }
        guard let before else { throw .unknownQueue(queue) }
        guard before != retention else { return false }
        try transaction.change { connection throws(SQLiteFailure) in
          try Self.store(retention, of: queue, on: connection)
          try TidyCursor.forgetAll(on: connection)
        }
        return true
      }
    }
  }

  package func retention(of queue: QueueName) throws(StorageError) -> Retention {
    let found = try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try Self.retention(of: queue, on: connection)
      }
    }
    guard let found else { throw .unknownQueue(queue) }
    return found
  }

  static func retention(
    of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) -> Retention? {
    let statement = try connection.statement(
      "SELECT \(KeepRules.columns) FROM qctl_queues WHERE queue = ?1")
    statement.bind(1, queue.description)
    defer { statement.reset() }
    return try statement.step() ? KeepRules.read(statement, from: 0) : nil
  }

  static func store(
    _ retention: Retention, of queue: QueueName, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      UPDATE qctl_queues SET keep_completed = ?2, keep_cancelled = ?3, keep_dead = ?4
      WHERE queue = ?1
      """)
    statement.bind(1, queue.description)
    statement.bind(2, KeepRules.stored(retention.completed))
    statement.bind(3, KeepRules.stored(retention.cancelled))
    statement.bind(4, KeepRules.stored(retention.dead))
    try statement.run()
  }
}
