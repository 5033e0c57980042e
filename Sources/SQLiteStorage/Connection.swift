import CSQLite

/// One SQLite connection and the statements prepared on it.
///
/// Not thread-safe by itself: its owner guards it.
final class Connection {
  /// How a connection may be opened.
  enum Mode {
    case readWrite
    /// For a file system that is mounted read-only and so cannot change underneath.
    case immutable
  }

  let handle: OpaquePointer
  private var statements: [Kept] = []
  /// Pages in the write-ahead log after the latest commit of this connection.
  private(set) var walPages: Int32 = 0

  /// Opens an existing file; never creates one.
  init(_ path: String, _ mode: Mode) throws(SQLiteFailure) {
    guard Self.configured == SQLITE_OK else {
      throw SQLiteFailure(Self.configured, message: "SQLite could not be configured")
    }
    var handle: OpaquePointer?
    let code =
      switch mode {
      case .readWrite:
        sqlite3_open_v2(
          path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nil)
      case .immutable:
        sqlite3_open_v2(
          Self.immutableURI(path), &handle,
          SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE, nil)
      }
    guard code == SQLITE_OK, let handle else {
      let failure = SQLiteFailure(code, handle)
      sqlite3_close_v2(handle)
      throw failure
    }
    self.handle = handle
    sqlite3_busy_timeout(handle, Self.busyMilliseconds)
    sqlite3_wal_autocheckpoint(handle, 0)
    watchLog()
  }

  private static let configured = qctl_sqlite_configure()

  /// How long SQLite waits for a lock that somebody outside the gate holds.
  private static let busyMilliseconds: Int32 = 10_000

  /// Finishes all statements and gives the file back; the last one of all checkpoints.
  func close() {
    statements.removeAll()
    sqlite3_close_v2(handle)
  }

  /// The statement of this place in the code, compiled at its first use.
  ///
  /// The place is the key: some thirty of them are found faster than a text of 500 bytes is hashed,
  /// and a dictionary would cost every start of the program a search for its key's conformances.
  /// So one place has one text, as debug builds make sure; where texts vary, `prepare` keeps nothing.
  func statement(
    _ sql: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
  ) throws(SQLiteFailure) -> Statement {
    for kept in statements where kept.line == line && kept.file == file.utf8Start {
      assert(kept.statement.text == sql(), "another statement stands in \(file), line \(line)")
      return kept.statement
    }
    let fresh = try Statement(sql(), on: handle)
    statements.append(Kept(file: file.utf8Start, line: line, statement: fresh))
    return fresh
  }

  private struct Kept {
    let file: UnsafePointer<UInt8>
    let line: UInt
    let statement: Statement
  }

  /// A statement that is used once.
  func prepare(_ sql: String) throws(SQLiteFailure) -> Statement {
    try Statement(sql, on: handle)
  }

  /// Runs one or several statements without parameters or rows.
  func execute(_ sql: String) throws(SQLiteFailure) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw SQLiteFailure(code, handle) }
  }

  /// The first column of the first row, as text; `nil` where there is none.
  func scalarText(_ sql: String) throws(SQLiteFailure) -> String? {
    let statement = try Statement(sql, on: handle)
    guard try statement.step() else { return nil }
    return statement.optionalText(0)
  }

  /// Whether commits go to a write-ahead log.
  func usesLog() throws(SQLiteFailure) -> Bool {
    try scalarText("PRAGMA journal_mode") == "wal"
  }

  /// How many rows the latest statement changed.
  var changes: Int { Int(sqlite3_changes(handle)) }

  /// Whether a transaction is open, also after SQLite rolled one back by itself.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  private func watchLog() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_wal_hook(
      handle,
      { context, _, _, pages in
        if let context {
          Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().walPages = pages
        }
        return SQLITE_OK
      }, context)
  }

  private static func immutableURI(_ path: String) -> String {
    var uri = "file:"
    for byte in path.utf8 {
      if isPlain(byte) {
        uri.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        uri += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return uri + "?immutable=1"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte | 32 >= 97 && byte | 32 <= 122 || byte >= 45 && byte <= 57  // letters, - . / digits
  }
}
