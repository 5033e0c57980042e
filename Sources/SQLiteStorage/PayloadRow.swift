import Jobs

/// The bulky parts of a job: a row of qctl_payloads.
enum PayloadRow {
  static func insert(
    _ id: JobID, payload: [UInt8], tags: [Tag], on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "INSERT INTO qctl_payloads(id, payload, tags) VALUES (?1, ?2, ?3)")
    statement.bind(1, id.rawValue)
    statement.bind(3, TagText.write(tags))
    try statement.run(2, payload)
  }

  static func read(
    _ id: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> (payload: [UInt8], tags: [Tag], result: [UInt8]?) {
    let statement = try connection.statement(
      "SELECT payload, tags, result FROM qctl_payloads WHERE id = ?1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    guard try statement.step() else { return ([], [], nil) }
    return (
      statement.bytes(0), TagText.read(statement.optionalText(1)), statement.optionalBytes(2)
    )
  }

  static func tags(of id: JobID, on connection: Connection) throws(SQLiteFailure) -> [Tag] {
    let statement = try connection.statement("SELECT tags FROM qctl_payloads WHERE id = ?1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    guard try statement.step() else { return [] }
    return TagText.read(statement.optionalText(0))
  }

  static func setResult(
    _ id: JobID, _ result: [UInt8]?, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement("UPDATE qctl_payloads SET result = ?2 WHERE id = ?1")
    statement.bind(1, id.rawValue)
    statement.bind(2, result)
    try statement.run()
  }
}
