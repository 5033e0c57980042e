import CSQLite

/// A prepared statement, kept by its connection for as long as that lives.
///
/// Used only by the thread that holds the connection.
final class Statement {
  private let handle: OpaquePointer
  private let connection: OpaquePointer

  /// Compiles one statement that will be used again.
  init(_ sql: String, on connection: OpaquePointer) throws(SQLiteFailure) {
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v2(connection, sql, -1, &handle, nil)
    guard code == SQLITE_OK, let handle else { throw SQLiteFailure(code, connection) }
    self.handle = handle
    self.connection = connection
  }

  deinit {
    sqlite3_finalize(handle)
  }

  /// What was compiled.
  var text: String { sqlite3_sql(handle).map { String(cString: $0) } ?? "" }

  /// Moves to the next row; false at the end.
  func step() throws(SQLiteFailure) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let failure = SQLiteFailure(code, connection)
      sqlite3_reset(handle)
      throw failure
    }
  }

  /// Runs a statement that gives no rows, and makes it ready for the next use.
  func run() throws(SQLiteFailure) {
    defer { reset() }
    while try step() {}
  }

  /// As `run()`, with bytes for one parameter that are not copied.
  func run(_ index: Int32, _ bytes: [UInt8]) throws(SQLiteFailure) {
    guard !bytes.isEmpty else {
      bind(index, bytes)
      return try run()
    }
    try bytes.withUnsafeBufferPointer { (buffer) throws(SQLiteFailure) in
      // No destructor is SQLITE_STATIC: the bytes stay where they are until the row is written.
      sqlite3_bind_blob(handle, index, buffer.baseAddress, Int32(clamping: buffer.count), nil)
      defer { bindNull(index) }
      try run()
    }
  }

  /// Makes the statement ready for the next use; ends its read.
  func reset() {
    sqlite3_reset(handle)
  }
}

// MARK: - Parameters, numbered from 1

extension Statement {
  func bind(_ index: Int32, _ value: Int64) {
    sqlite3_bind_int64(handle, index, value)
  }

  func bind(_ index: Int32, _ value: Int64?) {
    guard let value else { return bindNull(index) }
    bind(index, value)
  }

  func bind(_ index: Int32, _ value: Bool) {
    bind(index, value ? 1 : 0 as Int64)
  }

  func bind(_ index: Int32, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        guard let base = characters.baseAddress else {
          return _ = qctl_sqlite_bind_text(handle, index, "", 0)
        }
        _ = qctl_sqlite_bind_text(handle, index, base, Int32(clamping: characters.count))
      }
    }
  }

  func bind(_ index: Int32, _ text: String?) {
    guard let text else { return bindNull(index) }
    bind(index, text)
  }

  func bind(_ index: Int32, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      _ = qctl_sqlite_bind_blob(handle, index, buffer.baseAddress, Int32(clamping: buffer.count))
    }
  }

  func bind(_ index: Int32, _ bytes: [UInt8]?) {
    guard let bytes else { return bindNull(index) }
    bind(index, bytes)
  }

  func bindNull(_ index: Int32) {
    sqlite3_bind_null(handle, index)
  }
}

// MARK: - Columns, numbered from 0

extension Statement {
  func isNull(_ column: Int32) -> Bool {
    sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  func isInteger(_ column: Int32) -> Bool {
    sqlite3_column_type(handle, column) == SQLITE_INTEGER
  }

  func integer(_ column: Int32) -> Int64 {
    sqlite3_column_int64(handle, column)
  }

  func optionalInteger(_ column: Int32) -> Int64? {
    isNull(column) ? nil : integer(column)
  }

  func text(_ column: Int32) -> String {
    withText(column) { String(decoding: $0, as: UTF8.self) }
  }

  func optionalText(_ column: Int32) -> String? {
    isNull(column) ? nil : text(column)
  }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let base = sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, column))
    return [UInt8](UnsafeRawBufferPointer(start: base, count: count))
  }

  func optionalBytes(_ column: Int32) -> [UInt8]? {
    isNull(column) ? nil : bytes(column)
  }

  /// The text's bytes, valid until the statement moves on.
  func withText<Result>(_ column: Int32, _ use: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let base = sqlite3_column_text(handle, column)
    let count = base == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
    return use(UnsafeBufferPointer(start: base, count: count))
  }
}
