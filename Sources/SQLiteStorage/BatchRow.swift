package import Jobs
package import Storage

/// A batch: a row of qctl_batches, whose counts are kept with each change of one of its jobs.
enum BatchRow {
  private static let columns =
    "id, name, created_at, total, completed, dead, cancelled, finished_at, follower"

  private static func read(_ row: Statement) -> BatchSummary? {
    guard let id = JobID(rawValue: row.integer(0)) else { return nil }
    return BatchSummary(
      id: id, name: row.text(1), createdAt: Instant(milliseconds: row.integer(2)),
      total: row.integer(3), completed: row.integer(4), dead: row.integer(5),
      cancelled: row.integer(6),
      finishedAt: row.optionalInteger(7).map(Instant.init(milliseconds:)),
      follower: row.optionalInteger(8).flatMap(JobID.init(rawValue:)))
  }

  static func batch(_ id: JobID, on connection: Connection) throws(SQLiteFailure) -> BatchSummary? {
    let statement = try connection.statement(
      "SELECT \(columns) FROM qctl_batches WHERE id = ?1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    return try statement.step() ? read(statement) : nil
  }

  /// Some batches, the newest first.
  static func page(
    _ request: BatchPageRequest, on connection: Connection
  ) throws(SQLiteFailure) -> [BatchSummary] {
    let statement = try connection.statement(
      "SELECT \(columns) FROM qctl_batches WHERE id < ?1 ORDER BY id DESC LIMIT ?2")
    statement.bind(1, request.after?.rawValue ?? .max)
    statement.bind(2, Int64(max(request.size, 1)))
    defer { statement.reset() }
    var found: [BatchSummary] = []
    while try statement.step() {
      if let batch = read(statement) { found.append(batch) }
    }
    return found
  }

  /// Writes a batch, in place of what it was.
  static func save(_ batch: BatchSummary, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      """
      INSERT OR REPLACE INTO qctl_batches(\(columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      """)
    statement.bind(1, batch.id.rawValue)
    statement.bind(2, batch.name)
    statement.bind(3, batch.createdAt.milliseconds)
    statement.bind(4, batch.total)
    statement.bind(5, batch.completed)
    statement.bind(6, batch.dead)
    statement.bind(7, batch.cancelled)
    statement.bind(8, batch.finishedAt?.milliseconds)
    statement.bind(9, batch.follower?.rawValue)
    try statement.run()
  }

  /// The batches that ended at a moment or before, the first to end first.
  static func over(
    at end: Instant, upTo limit: Int, on connection: Connection
  ) throws(SQLiteFailure) -> [JobID] {
    let statement = try connection.statement(
      """
      SELECT id FROM qctl_batches INDEXED BY qctl_batches_ended
      WHERE finished_at IS NOT NULL AND finished_at <= ?1 ORDER BY finished_at, id LIMIT ?2
      """)
    statement.bind(1, end.milliseconds)
    statement.bind(2, Int64(limit))
    defer { statement.reset() }
    var found: [JobID] = []
    while try statement.step() {
      if let id = JobID(rawValue: statement.integer(0)) { found.append(id) }
    }
    return found
  }

  static func remove(_ id: JobID, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement("DELETE FROM qctl_batches WHERE id = ?1")
    statement.bind(1, id.rawValue)
    try statement.run()
  }
}

/// How the jobs of one batch changed in a transaction.
struct BatchChange {
  let id: JobID
  var total: Int64 = 0
  var completed: Int64 = 0
  var dead: Int64 = 0
  var cancelled: Int64 = 0

  mutating func count(from old: JobState, to new: JobState?) {
    var counts = BatchSummary(
      id: id, name: "", createdAt: Instant(milliseconds: 0), total: 0, completed: completed,
      dead: dead, cancelled: cancelled)
    counts.count(from: old, to: new)
    (completed, dead, cancelled) = (counts.completed, counts.dead, counts.cancelled)
  }

  func apply(to batch: inout BatchSummary) {
    batch.total &+= total
    batch.completed &+= completed
    batch.dead &+= dead
    batch.cancelled &+= cancelled
  }
}

extension SQLiteStore {
  package func batches(_ request: BatchPageRequest) throws(StorageError) -> [BatchSummary] {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try BatchRow.page(request, on: connection)
      }
    }
  }

  package func batch(_ id: JobID) throws(StorageError) -> BatchSummary? {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try BatchRow.batch(id, on: connection)
      }
    }
  }
}

extension Tidier {
  /// Removes batches that ended long ago.
  mutating func removeBatches(in transaction: inout Transaction) throws(StorageError) {
    let end = now - BatchSummary.retention
    let over = try transaction.sql { connection throws(SQLiteFailure) in
      try BatchRow.over(at: end, upTo: TidyRequest.largestStep + 1, on: connection)
    }
    var count = 0
    for id in over {
      guard take(1) else { break }
      try transaction.change { connection throws(SQLiteFailure) in
        // Ids only rise, also past the newest batch's removal.
        try JobRow.raiseFloor(to: id.rawValue, on: connection)
        try BatchRow.remove(id, on: connection)
      }
      try transaction.followEnd(of: id)
      count += 1
    }
    note(count, .batches)
  }

  static func hasBatches(
    at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    try !BatchRow.over(at: now - BatchSummary.retention, upTo: 1, on: connection).isEmpty
  }
}
