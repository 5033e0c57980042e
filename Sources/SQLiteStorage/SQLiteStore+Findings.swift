package import Storage
import CSQLite
import Jobs
import PosixIO

extension SQLiteStore {
  /// SQLite with this number or a newer one cannot corrupt a log at a checkpoint (trap 10).
  private static let safeCheckpoint: Int32 = 3_051_003

  package func findings() throws(StorageError) -> [Finding] {
    try withSession { session throws(StorageError) in
      var findings = [Self.version, permissions()].compactMap(\.self) + files() + disk()
      let usesLog = try session.read { connection throws(SQLiteFailure) in
        try connection.usesLog()
      }
      findings.append(journal(usesLog))
      if usesLog { findings += log() }
      findings += try toldOfDamage { () throws(StorageError) in try integrity(session) }
      findings += try toldOfDamage { () throws(StorageError) in try contents(session) }
      return findings
    }
  }

  /// What is asked only of a store all of whose tables are there.
  private func contents(_ session: Session) throws(StorageError) -> [Finding] {
    let (missing, triggers) = try session.read { connection throws(SQLiteFailure) in
      (
        try StoreObject.missing(on: connection),
        try StoreObject.foreignTriggers(on: connection)
      )
    }
    var findings = missing.map(Self.finding) + triggers.map(Self.trigger)
    guard !missing.contains(where: { $0.kind == "table" }) else { return findings }
    findings += try jobs(session)
    findings += try rows(session)
    findings += try counts(session)
    findings += try bulks(session)
    findings += try hands(session)
    findings += try keys(session)
    findings += try session.read { connection throws(SQLiteFailure) in
      try Self.clock(connection) + Self.quarantine(connection)
    }
    return findings
  }

  /// A damaged store is what this is for: a check that trips over the damage tells of it.
  private func toldOfDamage(
    _ check: () throws(StorageError) -> [Finding]
  ) throws(StorageError) -> [Finding] {
    do {
      return try check()
    } catch .corrupt(_, let detail) {
      return [Finding(.error, "integrity", detail, remedy: Self.restore)]
    }
  }

  /// What to do about a file that is damaged beyond what `repair` can mend.
  static let restore = """
    stop the workers, keep a copy of the file and of its -wal, then restore the latest backup, or \
    save what can be read with: sqlite3 FILE .recover | sqlite3 NEW
    """

  /// What to do about what `repair` can mend.
  private static let mend = "qctl doctor --repair"
}

// MARK: - The file and its surroundings

extension SQLiteStore {
  private static var version: Finding? {
    let name = String(cString: sqlite3_libversion())
    guard sqlite3_libversion_number() < safeCheckpoint else {
      return Finding(.ok, "sqlite", "SQLite \(name)")
    }
    return Finding(
      .note, "sqlite",
      "SQLite \(name); before 3.51.3 a checkpoint may corrupt the log when two happen at once. "
        + "Checkpoints of qctl hold the write lock, so they are safe",
      remedy: "in applications that open this file with such a version: "
        + "PRAGMA wal_autocheckpoint=0")
  }

  private func permissions() -> Finding? {
    guard let status = try? FileSystem.status(of: path) else { return nil }
    let mode = "0" + String(status.mode & 0o777, radix: 8)
    guard status.mode & 0o007 == 0 else {
      return Finding(
        .warning, "permissions", "anybody may read the payloads (mode \(mode))",
        remedy: "chmod o= \(path)")
    }
    return Finding(.ok, "permissions", "mode \(mode)")
  }

  private func files() -> [Finding] {
    guard let files = OwnFiles(of: path) else { return [] }
    var findings = files.flaws().map { flaw in
      var grade = Finding.Grade.warning
      if case .open(let mode) = flaw.kind, mode & 0o002 != 0 { grade = .error }
      return Finding(grade, "folder", flaw.message, remedy: flaw.remedy)
    }
    if findings.isEmpty { findings = [Finding(.ok, "folder", "\(path).qctl is safe")] }
    return findings
      + files.unfinishedCopies().map {
        Finding(
          .note, "leftovers", "\($0) is what a killed 'qctl backup' left", remedy: "rm \($0)")
      }
  }

  private func disk() -> [Finding] {
    guard let volume = try? Volume(of: path) else { return [] }
    let text = "\(volume.availableBytes >> 20) MiB are free"
    guard volume.availableBytes < 16 << 20 else { return [Finding(.ok, "disk", text)] }
    return [
      Finding(
        .warning, "disk", text + "; when none is left, nothing is accepted and nothing settled",
        remedy: "make room on the disk of \(path)")
    ]
  }

  private func journal(_ usesLog: Bool) -> Finding {
    guard !usesLog else { return Finding(.ok, "journal", "write-ahead log") }
    return Finding(
      .warning, "journal", "rollback journal: every commit is about five times slower",
      remedy: "if the application agrees: PRAGMA journal_mode=WAL")
  }

  /// The log's size, from SQLite's folder entry: a stat opens nothing, so it drops no locks.
  ///
  /// A log that is folded in begins anew, so that its size tells how far checkpoints lag.
  private func log() -> [Finding] {
    guard let status = try? FileSystem.status(of: path + "-wal") else { return [] }
    let text = "the write-ahead log has \(status.size / 1024) KiB"
    guard status.size > 64 << 20 else { return [Finding(.ok, "wal", text)] }
    return [
      Finding(
        .warning, "wal",
        text + "; a long-running reader, such as a backup, keeps it from being folded in",
        remedy: "find the process that reads for long (fuser \(path))")
    ]
  }
}

// MARK: - The structure

extension SQLiteStore {
  private func integrity(_ session: Session) throws(StorageError) -> [Finding] {
    session.connection.ignoreTableRules()
    let found = try session.read { connection throws(SQLiteFailure) in
      try Integrity.examine(connection)
    }
    switch found {
    case .sound: return [Finding(.ok, "integrity", "integrity_check is ok")]
    case .indexes(let problems):
      return problems.map { Finding(.error, "indexes", $0, remedy: Self.mend) }
    case .damaged(let problems):
      return problems.map { Finding(.error, "integrity", $0, remedy: Self.restore) }
    }
  }

  private static func finding(_ missing: StoreObject.Missing) -> Finding {
    Finding(
      .error, "schema", "the \(missing.kind) \(missing.name) is missing",
      remedy: missing.canBeMade ? mend : restore)
  }

  private static func trigger(_ name: String) -> Finding {
    Finding(
      .note, "triggers", "a trigger '\(name)' that is not of qctl runs with its changes",
      remedy: "see that it never fails, is quick, and leaves the qctl_ tables alone")
  }
}

// MARK: - The rows

extension SQLiteStore {
  /// Jobs that claims, lists and plans pass over since their rows cannot be read; the first few.
  private func jobs(_ session: Session) throws(StorageError) -> [Finding] {
    let flaws = try session.read { connection throws(SQLiteFailure) in
      try UnreadableJobs.next(after: nil, limit: 10, on: connection)
    }
    return flaws.map {
      Finding(.error, "jobs", "job \($0.shown) is passed over: \($0.reason)", remedy: Self.mend)
    }
  }

  private func rows(_ session: Session) throws(StorageError) -> [Finding] {
    let found = try session.read { connection throws(SQLiteFailure) in
      try RowFlaw.found(on: connection)
    }
    return found.map { flaw, count, first in
      Finding(.error, flaw.check, flaw.sentence(count, first: first), remedy: Self.mend)
    }
  }

  /// Kept counts against the truth; this one does walk the jobs.
  private func counts(_ session: Session) throws(StorageError) -> [Finding] {
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
  private func bulks(_ session: Session) throws(StorageError) -> [Finding] {
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

// MARK: - Hands, keys and time

extension SQLiteStore {
  /// Active jobs that nobody works on any more; all of them come back by themselves.
  private func hands(_ session: Session) throws(StorageError) -> [Finding] {
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
  private func keys(_ session: Session) throws(StorageError) -> [Finding] {
    let count = try session.read { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT count(*) FROM qctl_jobs t WHERE unique_key IS NOT NULL AND held_key IS NULL
          AND bulk IS NULL AND state NOT IN ('completed', 'dead', 'cancelled')
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
  private static func clock(_ connection: Connection) throws(SQLiteFailure) -> [Finding] {
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

  private static func quarantine(_ connection: Connection) throws(SQLiteFailure) -> [Finding] {
    let count = try Quarantine.count(on: connection)
    guard count > 0 else { return [] }
    return [
      Finding(
        .note, "quarantine", "rows that a repair put into the table qctl_quarantine: \(count)",
        remedy: "each has its reason, and in 'content' the statement that puts it back")
    ]
  }
}
