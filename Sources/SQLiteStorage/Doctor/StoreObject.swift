/// The tables, indexes, views and triggers that a store of this format has, and those that others
/// have put on its tables.
enum StoreObject {
  /// A statement of the schema whose object is not there.
  struct Missing {
    let kind: String
    let name: String
    let statement: String

    /// Whether it can be made again from what is there.
    ///
    /// An empty table would hide that another one is lost.
    var canBeMade: Bool { kind != "table" }
  }

  /// What is missing, in the order of creation.
  static func missing(on connection: Connection) throws(SQLiteFailure) -> [Missing] {
    let present = Set(
      try names(
        "SELECT type || ' ' || name FROM sqlite_master WHERE name LIKE 'qctl%'", on: connection))
    return all.filter { !present.contains("\($0.kind) \($0.name)") }
  }

  /// Triggers on our tables that are not ours; each runs within every change.
  static func foreignTriggers(on connection: Connection) throws(SQLiteFailure) -> [String] {
    let ours = Set(all.map(\.name))
    return try names(
      """
      SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'qctl%' ORDER BY name
      """, on: connection
    ).filter { !ours.contains($0) }
  }

  private static func names(
    _ query: String, on connection: Connection
  ) throws(SQLiteFailure) -> [String] {
    let statement = try connection.prepare(query)
    var names: [String] = []
    while try statement.step() { names.append(statement.text(0)) }
    return names
  }

  /// The names of our tables.
  static var tables: [String] { all.filter { $0.kind == "table" }.map(\.name) }

  /// "CREATE UNIQUE INDEX name ON …", "CREATE TABLE name(…".
  private static let all: [Missing] = Schema.statements.compactMap { statement in
    let words = statement.split(maxSplits: 4) { $0 == " " || $0 == "(" || $0 == "\n" }
    guard words.count > 3 else { return nil }
    let place = words[1] == "UNIQUE" ? 2 : 1
    return Missing(
      kind: words[place].lowercased(), name: String(words[place + 1]), statement: statement)
  }
}
