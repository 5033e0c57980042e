package import Jobs
package import Storage

extension SQLiteStore {
  package func configure(_ request: ConfigureRequest) throws(StorageError) -> Bool {
    guard let queue = request.queue else { return try configureAll(request) }
    let isChanged = try withSession { session throws(StorageError) in
      try session.write(at: request.now) { transaction throws(StorageError) in
        let found = try transaction.sql { connection throws(SQLiteFailure) in
          try SettingsRow.settings(of: queue, on: connection)
        }
        let before = found ?? QueueSettings()
        var after = before
        for change in request.changes { after.apply(change) }
        guard found == nil || after != before else { return false }
        try store(after, of: queue, in: &transaction)
        try log(request.record, in: &transaction)
        return true
      }
    }
    if isChanged { try reorder(queue) }
    return isChanged
  }

  /// Changes the rules for all queues.
  private func configureAll(_ request: ConfigureRequest) throws(StorageError) -> Bool {
    try withSession { session throws(StorageError) in
      try session.write(at: request.now) { transaction throws(StorageError) in
        let before = try transaction.sql(KeepRules.all)
        let after = before.changed(by: request.changes)
        guard after != before else { return false }
        try transaction.change { connection throws(SQLiteFailure) in
          try KeepRules.store(after, on: connection)
          try TidyCursor.forgetAll(on: connection)
        }
        try log(request.record, in: &transaction)
        return true
      }
    }
  }

  package func rules() throws(StorageError) -> Retention {
    try withSession { session throws(StorageError) in try session.read(KeepRules.all) }
  }

  /// Writes the settings of a queue, which becomes known, with all that follows from them.
  func store(
    _ settings: QueueSettings, of queue: QueueName, in transaction: inout Transaction
  ) throws(StorageError) {
    try transaction.change { connection throws(SQLiteFailure) in
      try PresentMinute.open(nil, of: queue, on: connection)
      try SettingsRow.store(settings, of: queue, on: connection)
      try TidyCursor.forgetAll(on: connection)
    }
    // A limit that was raised lets workers take what they could not.
    transaction.announce()
  }

  package func settings(of queue: QueueName) throws(StorageError) -> QueueSettings {
    let found = try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try SettingsRow.settings(of: queue, on: connection)
      }
    }
    guard let found else { throw .unknownQueue(queue) }
    return found
  }
}
