import Jobs

/// A place up to which tidying has looked, kept in qctl_meta, so that rows which stay are passed over
/// once and not at every call: two numbers in the order of what is looked through, under a third that
/// says for what they hold.
struct TidyCursor: Equatable {
  /// A moment in milliseconds, or the number of a job.
  var first: Int64
  /// The number of a job, or of an attempt.
  var second: Int64

  static let start = TidyCursor(first: .min, second: 0)

  /// The place kept under a name; the start where there is none, or one for something else.
  static func read(
    _ name: String, for purpose: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> TidyCursor {
    let statement = try connection.statement("SELECT value FROM qctl_meta WHERE key = ?1")
    statement.bind(1, prefix + name)
    defer { statement.reset() }
    guard try statement.step() else { return start }
    let numbers = statement.text(0).split(separator: " ").compactMap { Int64($0) }
    guard numbers.count == 3, numbers[0] == purpose else { return start }
    return TidyCursor(first: numbers[1], second: numbers[2])
  }

  /// Keeps the place.
  func write(
    _ name: String, for purpose: Int64, on connection: Connection
  ) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "INSERT OR REPLACE INTO qctl_meta(key, value) VALUES (?1, ?2)")
    statement.bind(1, Self.prefix + name)
    statement.bind(2, "\(purpose) \(first) \(second)")
    try statement.run()
  }

  /// Looks through everything anew, since what stays has changed.
  static func forgetAll(on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "DELETE FROM qctl_meta WHERE key >= 'tidy.' AND key < 'tidy/'")
    try statement.run()
  }

  private static let prefix = "tidy."
}
