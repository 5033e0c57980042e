import Jobs
import Storage

/// What `doctor` says of rows and counts.
extension SQLiteStore {
  /// Jobs that claims, lists and plans pass over since their rows cannot be read; the first few.
  func jobs(_ session: Session) throws(StorageError) -> [Finding] {
    let flaws = try session.read { connection throws(SQLiteFailure) in
      try UnreadableJobs.next(after: nil, limit: 10, on: connection)
    }
    return flaws.map {
      Finding(.error, "jobs", "job \($0.shown) is passed over: \($0.reason)", remedy: Self.mend)
    }
  }

  func rows(_ session: Session) throws(StorageError) -> [Finding] {
    let found = try session.read { connection throws(SQLiteFailure) in
      try RowFlaw.found(on: connection)
    }
    return found.map { flaw, count, first in
      Finding(.error, flaw.check, flaw.sentence(count, first: first), remedy: Self.mend)
    }
  }

  /// Jobs that are shown without a part of what operators did to them; the first few.
  func histories(_ session: Session) throws(StorageError) -> [Finding] {
    try session.read { connection throws(SQLiteFailure) in
      let statement = try connection.prepare(
        "SELECT id, actions FROM qctl_payloads WHERE actions IS NOT NULL")
      var findings: [Finding] = []
      while findings.count < Self.mostHistories, try statement.step() {
        guard !ActionLines.areSound(statement.bytes(1)) else { continue }
        let id = statement.integer(0)
        let shown = JobID(rawValue: id)?.description ?? String(id)
        findings.append(
          Finding(
            .note, "history",
            "job \(shown): some of what operators did to it cannot be read, and is not shown"))
      }
      return findings
    }
  }

  private static let mostHistories = 10

  /// Kept counts against the truth; this one does walk the jobs.
  func counts(_ session: Session) throws(StorageError) -> [Finding] {
    let wrong = try session.read { connection throws(SQLiteFailure) in
      try KeptCounts.differences(on: connection)
    }
    guard !wrong.isEmpty else { return [Finding(.ok, "counts", "kept counts are true")] }
    return wrong.map {
      Finding(
        .error, "counts", "queue \($0.queue): kept counts differ from its jobs",
        remedy: Self.mend)
    }
  }

  /// Bulks that are on their way, and what is left of some.
  func bulks(_ session: Session) throws(StorageError) -> [Finding] {
    try session.read { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT bulk, max(published), sum(last_id - first_id + 1) FROM qctl_bulks
        WHERE published < 2 GROUP BY bulk ORDER BY bulk
        """)
      defer { statement.reset() }
      var findings: [Finding] = []
      while try statement.step() {
        let isStaged = statement.integer(1) == 0
        let isAbandoned = isStaged && BulkOwner.isGone(statement.integer(0), of: path)
        let jobs = statement.integer(2)
        let text =
          isAbandoned
          ? "a bulk of \(jobs) jobs was not finished by its process, so none was accepted"
          : isStaged
            ? "a bulk of \(jobs) jobs is being enqueued"
            : "a bulk's last \(jobs) jobs are promoted by coming claims"
        findings.append(
          Finding(
            .note, "bulk", text,
            remedy: isAbandoned ? "the next claim removes it; so does \(Self.mend)" : nil))
      }
      return findings
    }
  }
}
