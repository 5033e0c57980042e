package import Storage
import Jobs

extension SQLiteStore {
  package func log(_ request: LogPageRequest) throws(StorageError) -> LogPage {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        switch request.range {
        case .after(let cursor):
          return try Self.records(after: cursor, request, on: connection)
        case .last:
          return try Self.lastRecords(request, on: connection)
        }
      }
    }
  }

  /// How many records one call looks through.
  private static let recordsPerCall = 20_000

  private static func records(
    after cursor: LogCursor, _ request: LogPageRequest, on connection: Connection
  ) throws(SQLiteFailure) -> LogPage {
    let statement = try connection.statement(
      "SELECT \(LogRow.columns) FROM qctl_log WHERE seq > ?1 ORDER BY seq LIMIT ?2")
    statement.bind(1, cursor.position)
    statement.bind(2, Int64(recordsPerCall))
    defer { statement.reset() }
    var records: [LogRecord] = []
    var next = cursor
    var seen = 0
    while records.count < request.size, try statement.step() {
      seen += 1
      next = LogCursor(position: statement.integer(0))
      if let record = LogRow.read(statement), request.filter.matches(record) {
        records.append(record)
      }
    }
    let more = records.count == request.size || seen == recordsPerCall
    return LogPage(records: records, next: next, hasMore: more)
  }

  private static func lastRecords(
    _ request: LogPageRequest, on connection: Connection
  ) throws(SQLiteFailure) -> LogPage {
    let statement = try connection.statement(
      "SELECT \(LogRow.columns) FROM qctl_log ORDER BY seq DESC")
    defer { statement.reset() }
    var records: [LogRecord] = []
    var newest = LogCursor.start
    while records.count < request.size, try statement.step() {
      if newest == .start { newest = LogCursor(position: statement.integer(0)) }
      guard let record = LogRow.read(statement) else { continue }
      if let since = request.filter.since, record.timestamp < since - .hours(1) { break }
      if request.filter.matches(record) { records.append(record) }
    }
    return LogPage(records: records.reversed(), next: newest, hasMore: false)
  }
}
