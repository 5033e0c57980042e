import CSQLite
import PosixIO
import Storage

/// What `doctor` says of the file and its surroundings.
extension SQLiteStore {
  /// SQLite with this number or a newer one cannot corrupt a log at a checkpoint (trap 10).
  private static let safeCheckpoint: Int32 = 3_051_003

  static var version: Finding? {
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

  func permissions() -> Finding? {
    guard let status = try? FileSystem.status(of: path) else { return nil }
    let mode = "0" + String(status.mode & 0o777, radix: 8)
    guard status.mode & 0o007 == 0 else {
      return Finding(
        .warning, "permissions", "anybody may read the payloads (mode \(mode))",
        remedy: "chmod o= \(path)")
    }
    return Finding(.ok, "permissions", "mode \(mode)")
  }

  func files() -> [Finding] {
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

  func disk() -> [Finding] {
    guard let volume = try? Volume(of: path) else { return [] }
    let text = "\(volume.availableBytes >> 20) MiB are free"
    guard volume.availableBytes < 16 << 20 else { return [Finding(.ok, "disk", text)] }
    return [
      Finding(
        .warning, "disk", text + "; when none is left, nothing is accepted and nothing settled",
        remedy: "make room on the disk of \(path)")
    ]
  }

  func journal(_ usesLog: Bool) -> Finding {
    guard !usesLog else { return Finding(.ok, "journal", "write-ahead log") }
    return Finding(
      .warning, "journal", "rollback journal: every commit is about five times slower",
      remedy: "if the application agrees: PRAGMA journal_mode=WAL")
  }

  /// How large the log is; `nil` where there is none just now.
  var logBytes: Int64? { (try? FileSystem.status(of: path + "-wal"))?.size }

  /// The log's size, from SQLite's folder entry: a stat opens nothing, so it drops no locks.
  ///
  /// A log that is folded in begins anew, so that its size tells how far checkpoints lag.
  func log() -> [Finding] {
    guard let size = logBytes else { return [] }
    let text = "the write-ahead log has \(size / 1024) KiB"
    guard size > 64 << 20 else { return [Finding(.ok, "wal", text)] }
    return [
      Finding(
        .warning, "wal",
        text + "; a long-running reader, such as a backup, keeps it from being folded in",
        remedy: "find the process that reads for long (fuser \(path))")
    ]
  }
}
