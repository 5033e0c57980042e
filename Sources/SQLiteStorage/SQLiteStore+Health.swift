package import Jobs
package import Storage
import Text

// Rules of health: a row each, written with its log record in one transaction, so whoever is killed has
// done both or neither.

extension SQLiteStore {
  package func healthRules() throws(StorageError) -> [StoredHealthRule] {
    try withSession { session throws(StorageError) in try session.read(HealthRow.all) }
  }

  package func changeHealthRule(_ request: HealthRuleRequest) throws(StorageError) -> Bool {
    try withSession { session throws(StorageError) in
      try session.write(at: request.now) { transaction throws(StorageError) in
        let rules = try transaction.sql(HealthRow.all)
        guard try request.applied(to: rules) != nil else { return false }
        try transaction.change { connection throws(SQLiteFailure) in
          try HealthRow.write(request.rule, named: request.name, on: connection)
        }
        try log(request.record, in: &transaction)
        return true
      }
    }
  }
}

/// A rule of health as a row of qctl_health.
enum HealthRow {
  /// All that can be read, by name.
  static func all(on connection: Connection) throws(SQLiteFailure) -> [StoredHealthRule] {
    let statement = try connection.statement("SELECT rule FROM qctl_health ORDER BY name")
    defer { statement.reset() }
    var rules: [StoredHealthRule] = []
    while try statement.step() {
      let value = try? JSONValue.parse(statement.bytes(0))
      if let rule = value.flatMap(StoredHealthRule.init) { rules.append(rule) }
    }
    return rules
  }

  /// Puts a rule in the place of the one of its name, or removes that.
  static func write(
    _ rule: StoredHealthRule?, named name: QueueName, on connection: Connection
  ) throws(SQLiteFailure) {
    guard let rule else {
      let delete = try connection.statement("DELETE FROM qctl_health WHERE name = ?1")
      delete.bind(1, name.description)
      return try delete.run()
    }
    let replace = try connection.statement(
      "REPLACE INTO qctl_health(name, rule) VALUES (?1, ?2)")
    replace.bind(1, name.description)
    replace.bind(2, rule.json)
    try replace.run()
  }
}
