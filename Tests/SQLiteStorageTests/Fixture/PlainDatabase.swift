import CSQLite
import PosixIO

@testable import SQLiteStorage

/// A connection as an application would open it: nothing of ours between it and SQLite.
final class PlainDatabase {
  /// A value of a statement's parameter.
  enum Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral number: Int64) { self = .integer(number) }
    init(nilLiteral: ()) { self = .null }
  }

  let handle: OpaquePointer

  /// Opens a database, made where there is none.
  init(_ path: String, patience: Int32 = 60_000) throws {
    Self.configure
    var handle: OpaquePointer?
    let code = sqlite3_open(path, &handle)
    guard code == SQLITE_OK, let handle else { throw SQLiteFailure(code, handle) }
    sqlite3_busy_timeout(handle, patience)
    self.handle = handle
  }

  deinit { sqlite3_close_v2(handle) }

  /// SQLite takes its settings before its first use only, so ours come first.
  private static let configure: Void = { _ = try? Connection("/nonexistent/qctl", .readWrite) }()

  func run(_ sql: String, _ values: Value...) throws(SQLiteFailure) {
    _ = try rows(sql, values)
  }

  /// The first column of the first row.
  func text(_ sql: String, _ values: Value...) throws(SQLiteFailure) -> String? {
    try rows(sql, values).first?.first ?? nil
  }

  /// The first column of the first row, 0 where there is none.
  func number(_ sql: String, _ values: Value...) throws(SQLiteFailure) -> Int64 {
    try rows(sql, values).first?.first?.flatMap { Int64($0) } ?? 0
  }

  /// All rows as text.
  func rows(_ sql: String, _ values: [Value] = []) throws(SQLiteFailure) -> [[String?]] {
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
    defer { sqlite3_finalize(statement) }
    for (index, value) in values.enumerated() { bind(value, Int32(index) + 1, to: statement) }
    var rows: [[String?]] = []
    while true {
      let code = sqlite3_step(statement)
      guard code == SQLITE_ROW else {
        try check(code)
        return rows
      }
      rows.append(
        (0..<sqlite3_column_count(statement)).map { column in
          sqlite3_column_text(statement, column).map { String(cString: $0) }
        })
    }
  }

  private func bind(_ value: Value, _ place: Int32, to statement: OpaquePointer?) {
    switch value {
    case .null: sqlite3_bind_null(statement, place)
    case .integer(let number): sqlite3_bind_int64(statement, place, number)
    case .text(let text):
      _ = qctl_sqlite_bind_text(statement, place, text, Int32(text.utf8.count))
    case .bytes(let bytes):
      _ = bytes.withUnsafeBytes { buffer in
        qctl_sqlite_bind_blob(statement, place, buffer.baseAddress, Int32(buffer.count))
      }
    }
  }

  private func check(_ code: Int32) throws(SQLiteFailure) {
    guard code == SQLITE_OK || code == SQLITE_DONE else { throw SQLiteFailure(code, handle) }
  }

  /// Runs `body` between BEGIN IMMEDIATE and COMMIT.
  func transaction<Result>(_ body: () throws -> Result) throws -> Result {
    try run("BEGIN IMMEDIATE")
    let result = try body()
    try run("COMMIT")
    return result
  }
}

extension PlainDatabase {
  /// Inserts into the view, as an application does.
  ///
  /// - Returns: the number of the job.
  @discardableResult
  func enqueue(
    _ verb: String = "INSERT", _ columns: KeyValuePairs<String, Value> = [:]
  ) throws -> Int64 {
    let columns = columns.isEmpty ? ["queue": "default"] : columns
    let names = columns.map(\.key).joined(separator: ", ")
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    _ = try rows(
      "\(verb) INTO qctl_enqueue(\(names)) VALUES (\(marks))", columns.map(\.value))
    return try number("SELECT number FROM qctl_last")
  }

  /// Whether the latest insert made a job.
  func hasCreated() throws -> Bool { try number("SELECT created FROM qctl_last") == 1 }
}
