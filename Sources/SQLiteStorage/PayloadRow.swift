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

  /// As `read`, with what operators did.
  static func readAll(
    _ id: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> (payload: [UInt8], tags: [Tag], result: [UInt8]?, actions: [JobAction])
  {
    let statement = try connection.statement(
      "SELECT payload, tags, result, actions FROM qctl_payloads WHERE id = ?1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    guard try statement.step() else { return ([], [], nil, []) }
    return (
      statement.bytes(0), TagText.read(statement.optionalText(1)), statement.optionalBytes(2),
      ActionLines.read(statement.bytes(3))
    )
  }

  /// The payload of a job; `nil` where its row is gone.
  static func payload(
    of id: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> [UInt8]? {
    let statement = try connection.statement("SELECT payload FROM qctl_payloads WHERE id = ?1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    return try statement.step() ? statement.bytes(0) : nil
  }

  static func tags(of id: JobID, on connection: Connection) throws(SQLiteFailure) -> [Tag] {
    let statement = try connection.statement("SELECT tags FROM qctl_payloads WHERE id = ?1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    guard try statement.step() else { return [] }
    return TagText.read(statement.optionalText(0))
  }

  /// Replaces the payload.
  static func setPayload(
    _ id: JobID, _ payload: [UInt8], on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement("UPDATE qctl_payloads SET payload = ?2 WHERE id = ?1")
    statement.bind(1, id.rawValue)
    try statement.run(2, payload)
  }

  /// Adds what operators did to what they did before.
  static func append(
    _ actions: [JobAction], of id: JobID, on connection: Connection
  ) throws(SQLiteFailure) {
    guard !actions.isEmpty else { return }
    let statement = try connection.statement(
      """
      UPDATE qctl_payloads SET actions = CAST(coalesce(actions, '') || ?2 AS BLOB) WHERE id = ?1
      """)
    statement.bind(1, id.rawValue)
    try statement.run(2, ActionLines.write(actions))
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
