/// What SQLite itself says about the structure of a database.
enum Integrity {
  case sound
  /// Only indexes differ from their tables, which hold everything.
  case indexes([String])
  /// The structure itself is damaged.
  case damaged([String])

  /// Reads the whole database.
  ///
  /// Which of the two is wrong is told by what was asked and never by the answer's words: the quick
  /// check leaves out whether indexes agree with their tables, and nothing else that can be mended
  /// (sqlite.org/pragma.html#pragma_quick_check).
  static func examine(_ connection: Connection) throws(SQLiteFailure) -> Integrity {
    let all = try answers("PRAGMA integrity_check(10)", on: connection)
    guard all != fine else { return .sound }
    let structure = try answers("PRAGMA quick_check(10)", on: connection)
    return structure == fine ? .indexes(all) : .damaged(structure)
  }

  /// Whether a table of ours and its indexes agree.
  static func isSound(
    _ table: String, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    try answers("PRAGMA integrity_check(\(table))", on: connection) == fine
  }

  /// Whether a copy is whole, as far as the quick check tells.
  static func isWhole(_ connection: Connection) throws(SQLiteFailure) -> Bool {
    try answers("PRAGMA quick_check(1)", on: connection) == fine
  }

  private static let fine = ["ok"]

  private static func answers(
    _ question: String, on connection: Connection
  ) throws(SQLiteFailure) -> [String] {
    let statement = try connection.prepare(question)
    var answers: [String] = []
    while try statement.step() { answers.append(statement.text(0)) }
    return answers
  }
}

extension Connection {
  /// Has the checks of the structure pass the CHECKs of tables over: a row that breaks a rule of
  /// ours is no damage of the file, and one of the application's is not ours to judge.
  func ignoreTableRules() {
    try? execute("PRAGMA ignore_check_constraints=ON")
  }
}
