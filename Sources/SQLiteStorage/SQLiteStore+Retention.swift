package import Jobs
package import Storage

extension SQLiteStore {
  package func configure(_ request: ConfigureRequest) throws(StorageError) -> Bool {
    try withSession { session throws(StorageError) in
      try session.write(at: request.now) { transaction throws(StorageError) in
        let found = try transaction.sql { connection throws(SQLiteFailure) in
          try Self.retention(of: request.queue, on: connection)
        }
        let before = QueueSettings(retention: found ?? Retention())
        var after = before
        for change in request.changes { after.apply(change) }
        guard found == nil || after != before else { return false }
        try transaction.change { connection throws(SQLiteFailure) in
          try PresentMinute.open(nil, of: request.queue, on: connection)
          try Self.store(after.retention, of: request.queue, on: connection)
          try TidyCursor.forgetAll(on: connection)
        }
        try log(request.record, in: &transaction)
        return true
      }
    }
  }

  package func settings(of queue: QueueName) throws(StorageError) -> QueueSettings {
    let found = try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try Self.retention(of: queue, on: connection)
      }
    }
    guard let found else { throw .unknownQueue(queue) }
    return QueueSettings(retention: found)
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
