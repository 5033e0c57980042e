import CSQLite

@testable import SQLiteStorage

/// The statements that a store really ran, and what SQLite would do for each.
final class StatementTrace {
  private(set) var texts: [String] = []
  private var counts: [String: Int] = [:]

  /// Every statement that `body` makes the store run, once each.
  static func of(_ store: SQLiteStore, _ body: () throws -> Void) throws -> [String] {
    try run(store, body).texts
  }

  /// How often `body` makes the store run a statement.
  static func count(
    of store: SQLiteStore, _ text: String, _ body: () throws -> Void
  ) throws -> Int {
    try run(store, body).counts[text] ?? 0
  }

  private static func run(
    _ store: SQLiteStore, _ body: () throws -> Void
  ) throws -> StatementTrace {
    let trace = StatementTrace()
    let handle = try store.handle
    sqlite3_trace_v2(
      handle, UInt32(SQLITE_TRACE_STMT),
      { _, context, statement, _ in
        guard let context, let statement else { return 0 }
        let trace = Unmanaged<StatementTrace>.fromOpaque(context).takeUnretainedValue()
        if let text = sqlite3_sql(OpaquePointer(statement)) { trace.note(String(cString: text)) }
        return 0
      }, Unmanaged.passUnretained(trace).toOpaque())
    defer { sqlite3_trace_v2(handle, 0, nil, nil) }
    try body()
    return trace
  }

  private func note(_ text: String) {
    counts[text, default: 0] += 1
    if !texts.contains(text) { texts.append(text) }
  }
}

extension PlainDatabase {
  /// The steps of a statement's plan.
  func plan(of sql: String) throws -> [String] {
    try rows("EXPLAIN QUERY PLAN " + sql).compactMap { $0.last ?? nil }
  }
}
