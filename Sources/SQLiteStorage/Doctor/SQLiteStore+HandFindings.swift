import Jobs
import PosixIO
import Storage

/// What `doctor` says of those who hold jobs, keys and time.
extension SQLiteStore {
  /// Active jobs that nobody works on any more; all of them come back by themselves.
  func hands(_ session: Session) throws(StorageError) -> [Finding] {
    let (workers, overdue) = try session.read { connection throws(SQLiteFailure) in
      (try Self.workers(connection), try Self.overdue(connection))
    }
    var jobs: [WorkerFile.Standing: Int64] = [:]
    for (id, count) in workers { jobs[WorkerFile.standing(of: id, at: path), default: 0] += count }
    var findings: [Finding] = []
    if let dead = jobs[.dead] {
      findings.append(
        Finding(
          .note, "workers", "active jobs of workers that died: \(dead)",
          remedy: "the next worker frees them: qctl work"))
    }
    if let missing = jobs[.missing] {
      findings.append(
        Finding(
          .note, "workers",
          "active jobs of workers whose files are not here, as in a restored backup: \(missing)",
          remedy: "any worker frees them, after a minute in which theirs may show itself: qctl work"
        ))
    }
    if overdue > 0 {
      findings.append(
        Finding(
          .note, "leases", "active jobs whose lease has run out: \(overdue)",
          remedy: "the next claim of their queue frees them"))
    }
    return findings
  }

  private static func workers(
    _ connection: Connection
  ) throws(SQLiteFailure) -> [(PresenceID, Int64)] {
    let statement = try connection.statement(
      """
      SELECT presence, count(*) FROM qctl_jobs
      WHERE state = 'active' AND presence IS NOT NULL GROUP BY presence
      """)
    defer { statement.reset() }
    var found: [(PresenceID, Int64)] = []
    while try statement.step() {
      guard let id = PresenceID(rawValue: statement.integer(0)) else { continue }
      found.append((id, statement.integer(1)))
    }
    return found
  }

  private static func overdue(_ connection: Connection) throws(SQLiteFailure) -> Int64 {
    let statement = try connection.statement(
      """
      SELECT count(*) FROM qctl_jobs
      WHERE state = 'active' AND presence IS NULL AND lease_until <= ?1
      """)
    statement.bind(1, SystemClock.wallMilliseconds())
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  /// Jobs that go on without their key, though nobody has it: each came back when it was taken.
  func keys(_ session: Session) throws(StorageError) -> [Finding] {
    let count = try session.read { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT count(*) FROM qctl_jobs t WHERE unique_key IS NOT NULL AND held_key IS NULL
          AND bulk IS NULL AND state NOT IN ('completed', 'dead', 'cancelled')
          AND NOT (state = 'active' AND unique_scope IS 'queued')
          AND NOT EXISTS (
            SELECT 1 FROM qctl_jobs h WHERE h.queue = t.queue AND h.held_key = t.unique_key)
        """)
      defer { statement.reset() }
      return try statement.step() ? statement.integer(0) : 0
    }
    guard count > 0 else { return [] }
    return [
      Finding(
        .note, "keys",
        "jobs that came back while another held their unique key, and go on without: \(count)")
    ]
  }

  /// Ids carry the time; those of the future tell of a clock that was ahead, or is behind now.
  static func clock(_ connection: Connection) throws(SQLiteFailure) -> [Finding] {
    let statement = try connection.statement(
      """
      SELECT max(coalesce((SELECT max(id) FROM qctl_jobs), 0),
        coalesce((SELECT value FROM qctl_meta WHERE key = 'id_floor'), 0))
      """)
    defer { statement.reset() }
    guard try statement.step(), let last = JobID(rawValue: statement.integer(0)) else { return [] }
    let now = SystemClock.wallMilliseconds()
    guard last.instant.milliseconds - now > tolerance else { return [] }
    return [
      Finding(
        .warning, "clock",
        "the latest id is \((last.instant.milliseconds - now) / 1000) s ahead of the clock",
        remedy: "set the clock right; until it has caught up, ids count on from there")
    ]
  }

  private static let tolerance: Int64 = 60_000

  static func quarantine(_ connection: Connection) throws(SQLiteFailure) -> [Finding] {
    let count = try Quarantine.count(on: connection)
    guard count > 0 else { return [] }
    return [
      Finding(
        .note, "quarantine", "rows that a repair put into the table qctl_quarantine: \(count)",
        remedy: "each has its reason, and in 'content' the statement that puts it back")
    ]
  }
}
