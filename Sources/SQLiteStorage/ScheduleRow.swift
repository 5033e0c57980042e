import Jobs

/// A schedule as a row of qctl_schedules.
///
/// What changes with each tick has columns of its own; the rule, with the payload, is written once.
enum ScheduleRow {
  private static let columns = "rule, paused, created_at, next_tick, last_tick, last_job"

  /// All that can be read, by name; what a newer qctl wrote is left to it.
  static func all(on connection: Connection) throws(SQLiteFailure) -> [Schedule] {
    let statement = try connection.statement(
      "SELECT \(columns) FROM qctl_schedules ORDER BY name")
    defer { statement.reset() }
    var found: [Schedule] = []
    while try statement.step() {
      if let schedule = read(statement) { found.append(schedule) }
    }
    return found
  }

  static func find(
    _ name: ScheduleName, on connection: Connection
  ) throws(SQLiteFailure) -> Schedule? {
    let statement = try connection.statement(
      "SELECT \(columns) FROM qctl_schedules WHERE name = ?1")
    statement.bind(1, name.description)
    defer { statement.reset() }
    return try statement.step() ? read(statement) : nil
  }

  /// The earliest next tick of those that are not paused.
  static func nextTick(on connection: Connection) throws(SQLiteFailure) -> Instant? {
    let statement = try connection.statement(
      """
      SELECT next_tick FROM qctl_schedules WHERE paused = 0 AND next_tick IS NOT NULL
      ORDER BY next_tick LIMIT 1
      """)
    defer { statement.reset() }
    return try statement.step() ? Instant(milliseconds: statement.integer(0)) : nil
  }

  private static func read(_ row: Statement) -> Schedule? {
    guard var schedule = try? Schedule(json: row.bytes(0)) else { return nil }
    schedule.isPaused = row.integer(1) != 0
    schedule.createdAt = Instant(milliseconds: row.integer(2))
    schedule.next = row.optionalInteger(3).map(Instant.init(milliseconds:))
    schedule.last = row.optionalInteger(4).map(Instant.init(milliseconds:))
    schedule.lastJob = row.optionalInteger(5).flatMap(JobID.init(rawValue:))
    return schedule
  }

  /// Writes a whole schedule, in the place of the one that has its name.
  static func write(_ schedule: Schedule, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      REPLACE INTO qctl_schedules(name, \(columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    statement.bind(1, schedule.name.description)
    statement.bind(2, schedule.json)
    statement.bind(3, schedule.isPaused)
    statement.bind(4, schedule.createdAt.milliseconds)
    statement.bind(5, schedule.next?.milliseconds)
    statement.bind(6, schedule.last?.milliseconds)
    statement.bind(7, schedule.lastJob?.rawValue)
    try statement.run()
  }

  /// Writes what a tick or a pause changes.
  static func advance(_ schedule: Schedule, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      UPDATE qctl_schedules SET paused = ?2, next_tick = ?3, last_tick = ?4, last_job = ?5
      WHERE name = ?1
      """)
    statement.bind(1, schedule.name.description)
    statement.bind(2, schedule.isPaused)
    statement.bind(3, schedule.next?.milliseconds)
    statement.bind(4, schedule.last?.milliseconds)
    statement.bind(5, schedule.lastJob?.rawValue)
    try statement.run()
  }

  static func remove(_ name: ScheduleName, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement("DELETE FROM qctl_schedules WHERE name = ?1")
    statement.bind(1, name.description)
    try statement.run()
  }
}
