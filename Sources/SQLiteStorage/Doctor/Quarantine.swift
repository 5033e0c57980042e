import Jobs
import Storage

/// Where a repair puts rows that nothing can be made of: the table `qctl_quarantine`, made only when
/// something goes there, so that it belongs to no format.
///
/// Each row is kept as the INSERT statement that would put it back, with when and why. Nothing here
/// is ever removed by qctl.
enum Quarantine {
  /// Why a row goes there.
  struct Note {
    let reason: String
    let now: Instant
  }

  private static let table = """
    CREATE TABLE IF NOT EXISTS qctl_quarantine(
      number INTEGER PRIMARY KEY,
      quarantined_at INTEGER NOT NULL,
      reason TEXT NOT NULL,
      job_id INTEGER NOT NULL,
      content TEXT NOT NULL
    )
    """

  /// Moves a job with all its parts, and counts it no more.
  static func take(
    job id: Int64, _ note: Note, in transaction: inout Transaction
  ) throws(StorageError) {
    try transaction.change { connection throws(SQLiteFailure) in
      try uncount(id, on: connection)
      try JobRow.raiseFloor(to: id, on: connection)
      for table in RowFlaw.Table.allCases {
        try move(table, of: id, where: "1", note, on: connection)
      }
    }
  }

  /// Moves the rows of one table that belong to a job and have a flaw.
  static func take(
    _ flaw: RowFlaw, of id: Int64, _ note: Note, in transaction: inout Transaction
  ) throws(StorageError) {
    try transaction.change { connection throws(SQLiteFailure) in
      try move(flaw.table, of: id, where: flaw.condition, note, on: connection)
    }
  }

  /// Moves a schedule that nobody can read.
  static func take(
    schedule name: String, _ note: Note, in transaction: inout Transaction
  ) throws(StorageError) {
    try transaction.change { connection throws(SQLiteFailure) in
      try connection.execute(Self.table)
      let keep = try connection.prepare(
        """
        INSERT INTO qctl_quarantine(quarantined_at, reason, job_id, content)
        SELECT ?2, ?3, 0, \(try statementText(of: "qctl_schedules", on: connection))
        FROM qctl_schedules AS t WHERE t.name = ?1
        """)
      keep.bind(1, name)
      keep.bind(2, note.now.milliseconds)
      keep.bind(3, note.reason)
      try keep.run()
      let delete = try connection.prepare("DELETE FROM qctl_schedules WHERE name = ?1")
      delete.bind(1, name)
      try delete.run()
    }
  }

  /// How many rows are there.
  static func count(on connection: Connection) throws(SQLiteFailure) -> Int64 {
    let name = try connection.scalarText(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'qctl_quarantine'")
    guard name != nil else { return 0 }
    let statement = try connection.prepare("SELECT count(*) FROM qctl_quarantine")
    return try statement.step() ? statement.integer(0) : 0
  }

  private static func move(
    _ table: RowFlaw.Table, of id: Int64, where condition: String, _ note: Note,
    on connection: Connection
  ) throws(SQLiteFailure) {
    try connection.execute(Self.table)
    let rows = "FROM \(table.rawValue) AS t WHERE t.\(table.key) = ?1 AND (\(condition))"
    let keep = try connection.prepare(
      """
      INSERT INTO qctl_quarantine(quarantined_at, reason, job_id, content)
      SELECT ?2, ?3, ?1, \(try statementText(of: table.rawValue, on: connection)) \(rows)
      """)
    keep.bind(1, id)
    keep.bind(2, note.now.milliseconds)
    keep.bind(3, note.reason)
    try keep.run()
    let delete = try connection.prepare("DELETE \(rows)")
    delete.bind(1, id)
    try delete.run()
  }

  /// An expression that gives a row as an INSERT statement.
  ///
  /// `quote` ends a text at a NUL, so that such a text is written as its bytes.
  private static func statementText(
    of table: String, on connection: Connection
  ) throws(SQLiteFailure) -> String {
    let info = try connection.prepare("PRAGMA table_info(\(table))")
    var names: [String] = []
    while try info.step() { names.append(info.text(1)) }
    let values = names.map { name in
      """
      CASE WHEN typeof(t."\(name)") = 'text' AND instr(CAST(t."\(name)" AS BLOB), x'00')
      THEN 'CAST(' || quote(CAST(t."\(name)" AS BLOB)) || ' AS TEXT)'
      ELSE quote(t."\(name)") END
      """
    }
    return "'INSERT INTO \(table)(\(names.joined(separator: ", "))) VALUES (' || "
      + values.joined(separator: " || ', ' || ") + " || ');'"
  }

  /// Takes a job out of the kept counts, if it is in them.
  private static func uncount(_ id: Int64, on connection: Connection) throws(SQLiteFailure) {
    let row = try connection.prepare(
      """
      SELECT queue, CASE WHEN bulk IS NULL THEN state ELSE \(StagedJobs.state) END
      FROM qctl_jobs j WHERE id = ?1 AND \(StagedJobs.isVisible)
      """)
    row.bind(1, id)
    guard try row.step(), let state = JobState(rawValue: row.text(1)) else { return }
    let update = try connection.prepare(
      "UPDATE qctl_queues SET \(state.rawValue) = \(state.rawValue) - 1 WHERE queue = ?1")
    update.bind(1, row.text(0))
    row.reset()
    try update.run()
  }
}
