import Testing

@testable import SQLiteStorage

/// An application's own SQLite may be of 2018; one word that it does not know makes it refuse every
/// statement, its own included (design.md §4).
@Suite struct SchemaTextTests {
  /// What came after 3.24, by the release notes (sqlite.org/changes.html), and the optional JSON.
  static let newer = [
    "STRICT", "OVER", "WINDOW", "FILTER", "NULLS", "GENERATED", "ALWAYS", "STORED", "MATERIALIZED",
    "RETURNING", "IIF", "IF(", "JSON", "->", "IS DISTINCT", "IS NOT DISTINCT", "RIGHT JOIN",
    "FULL JOIN", "UNIXEPOCH", "FORMAT(", "CONCAT", "OCTET_LENGTH", "STRING_AGG", "SIGN(", "CEIL(",
    "FLOOR(", "POWER(", "SQRT(", "UNHEX", "TIMEDIFF", "SUBSTRING(", "SUBSEC", "MEDIAN",
    "ON CONFLICT", "DO UPDATE",
  ]

  @Test(arguments: Schema.statements)
  func usesNothingNewerThanSQLite324(_ statement: String) {
    let words = Self.words(of: statement)
    for word in Self.newer { #expect(!words.contains(" \(word)"), "\(word) is too new") }
  }

  @Test func theCheckFindsEachWord() {
    for word in Self.newer { #expect(Self.words(of: "select\n\(word) x").contains(" \(word)")) }
  }

  @Test(arguments: Schema.statements)
  func namesOnlyThingsOfItsOwn(_ statement: String) throws {
    let words = statement.split(whereSeparator: { " \n(".contains($0) }).map(String.init)
    let kind = try #require(
      words.firstIndex { ["TABLE", "INDEX", "VIEW", "TRIGGER"].contains($0) })
    #expect(words[kind + 1].hasPrefix("qctl_"))
  }

  @Test func leavesUserVersionAndApplicationIDAlone() throws {
    let rig = try StoreRig()
    let application = try rig.application()
    #expect(try application.number("PRAGMA user_version") == 0)
    #expect(try application.number("PRAGMA application_id") == 0)
  }

  /// In upper case, one blank between any two, without the texts of messages.
  private static func words(of statement: String) -> String {
    let parts = statement.split(separator: "'", omittingEmptySubsequences: false)
    let code = parts.enumerated().filter { $0.offset.isMultiple(of: 2) }.map { String($0.element) }
    let words = code.joined(separator: " '' ").uppercased().split(whereSeparator: \.isWhitespace)
    return " " + words.joined(separator: " ").replacing("(", with: "( ").replacing("( ", with: "(")
  }
}
