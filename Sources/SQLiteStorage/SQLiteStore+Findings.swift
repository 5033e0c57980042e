package import Storage
import CSQLite
import PosixIO

extension SQLiteStore {
  /// SQLite with this number or a newer one cannot corrupt a log at a checkpoint (trap 10).
  private static let safeCheckpoint: Int32 = 3_051_003

  package func findings() throws(StorageError) -> [Finding] {
    try withSession { session throws(StorageError) in
      var findings = [Self.version, permissions(), folder()]
      let usesLog = try session.read { connection throws(SQLiteFailure) in
        try connection.usesLog()
      }
      findings.append(journal(usesLog))
      if usesLog { findings.append(log()) }
      findings += try toldOfDamage { () throws(StorageError) in try integrity(session) }
      findings += try toldOfDamage { () throws(StorageError) in try jobs(session) }
      findings += try toldOfDamage { () throws(StorageError) in try counts(session) }
      return findings.compactMap(\.self)
    }
  }

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

  private func folder() -> Finding? {
    let folder = path + ".qctl"
    guard let status = try? FileSystem.status(of: folder) else { return nil }
    guard status.mode & 0o002 == 0 else {
      return Finding(
        .error, "folder", "anybody may write into \(folder)", remedy: "chmod o-w \(folder)")
    }
    return Finding(.ok, "folder", "\(folder) is safe")
  }

  private func journal(_ usesLog: Bool) -> Finding? {
    guard !usesLog else { return Finding(.ok, "journal", "write-ahead log") }
    return Finding(
      .warning, "journal", "rollback journal: every commit is about five times slower",
      remedy: "if the application agrees: PRAGMA journal_mode=WAL")
  }

  /// The log's size, from SQLite's folder entry: a stat opens nothing, so it drops no locks.
  private func log() -> Finding? {
    guard let status = try? FileSystem.status(of: path + "-wal") else {
      return nil
    }
    let text = "the write-ahead log has \(status.size / 1024) KiB"
    guard status.size > 64 << 20 else { return Finding(.ok, "wal", text) }
    return Finding(
      .warning, "wal", text + "; a long-running reader keeps it from being folded in",
      remedy: "find the process that reads for long (fuser \(path))")
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

  private static let restore = "stop the workers, keep a copy, restore the latest backup"

  private func integrity(_ session: Session) throws(StorageError) -> [Finding] {
    // Whoever writes passes the tables' CHECKs over, and the examination would too.
    try? session.connection.execute("PRAGMA ignore_check_constraints=OFF")
    defer { try? session.connection.execute("PRAGMA ignore_check_constraints=ON") }
    let problems = try session.read { connection throws(SQLiteFailure) in
      let statement = try connection.statement("PRAGMA quick_check(10)")
      defer { statement.reset() }
      var problems: [String] = []
      while try statement.step() { problems.append(statement.text(0)) }
      return problems
    }
    guard problems != ["ok"] else { return [Finding(.ok, "integrity", "quick_check is ok")] }
    return problems.map {
      Finding(.error, "integrity", $0, remedy: Self.restore)
    }
  }

  /// Jobs that claims, lists and plans pass over since their rows cannot be read; the first few.
  private func jobs(_ session: Session) throws(StorageError) -> [Finding] {
    let flaws = try session.read { connection throws(SQLiteFailure) in
      let statement = try connection.statement("SELECT \(JobRow.columns) FROM qctl_jobs")
      defer { statement.reset() }
      var flaws: [String] = []
      while flaws.count < 10, try statement.step() {
        if let flaw = JobRow.flaw(statement) { flaws.append(flaw) }
      }
      return flaws
    }
    guard !flaws.isEmpty else { return [] }
    return flaws.map {
      Finding(
        .error, "jobs", $0, remedy: "mend or delete its row in qctl_jobs with the sqlite3 shell")
    }
  }

  /// Kept counts against the truth; this one does walk the jobs.
  private func counts(_ session: Session) throws(StorageError) -> [Finding] {
    let wrong = try session.read { connection throws(SQLiteFailure) in
      let statement = try connection.statement(Self.countQuery)
      defer { statement.reset() }
      var wrong: [String] = []
      while try statement.step() { wrong.append(statement.text(0)) }
      return wrong
    }
    guard !wrong.isEmpty else { return [Finding(.ok, "counts", "kept counts are true")] }
    return wrong.map {
      Finding(.error, "counts", "queue \($0): kept counts differ from its jobs")
    }
  }

  private static let countQuery = """
    SELECT q.queue FROM qctl_queues q LEFT JOIN (
      SELECT queue, sum(state = 'scheduled') AS scheduled, sum(state = 'ready') AS ready,
        sum(state = 'active') AS active, sum(state = 'retrying') AS retrying,
        sum(state = 'blocked') AS blocked, sum(state = 'completed') AS completed,
        sum(state = 'dead') AS dead, sum(state = 'cancelled') AS cancelled
      FROM qctl_jobs GROUP BY queue) t ON t.queue = q.queue
    WHERE q.scheduled <> coalesce(t.scheduled, 0) OR q.ready <> coalesce(t.ready, 0)
      OR q.active <> coalesce(t.active, 0) OR q.retrying <> coalesce(t.retrying, 0)
      OR q.blocked <> coalesce(t.blocked, 0) OR q.completed <> coalesce(t.completed, 0)
      OR q.dead <> coalesce(t.dead, 0) OR q.cancelled <> coalesce(t.cancelled, 0)
    UNION SELECT queue FROM qctl_jobs WHERE queue NOT IN (SELECT queue FROM qctl_queues)
    """
}
