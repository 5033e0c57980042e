import Jobs

/// Jobs whose rows cannot be read, as `JobRow` judges: names, states and priorities against the
/// rules.
enum UnreadableJobs {
  /// One such job.
  struct Flawed {
    let id: Int64
    let reason: String

    /// The id for people.
    var shown: String { JobID(rawValue: id)?.description ?? String(id) }
  }

  /// The next such jobs, by id.
  static func next(
    after id: Int64?, limit: Int, on connection: Connection
  ) throws(SQLiteFailure) -> [Flawed] {
    let statement = try connection.prepare(
      "SELECT \(JobRow.columns) FROM qctl_jobs WHERE ?1 IS NULL OR id > ?1 ORDER BY id")
    statement.bind(1, id)
    var found: [Flawed] = []
    while found.count < limit, try statement.step() {
      if let reason = JobRow.flaw(statement) {
        found.append(Flawed(id: statement.integer(0), reason: reason))
      }
    }
    return found
  }

  /// What is wrong with the row of a job now, if anything is.
  static func reason(for id: Int64, on connection: Connection) throws(SQLiteFailure) -> String? {
    let statement = try connection.prepare(
      "SELECT \(JobRow.columns) FROM qctl_jobs WHERE id = ?1")
    statement.bind(1, id)
    return try statement.step() ? JobRow.flaw(statement) : nil
  }
}
