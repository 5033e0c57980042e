package import Jobs
package import Storage
import CSQLite

// A copy is made by SQLite's own backup API, page by page, so that it is the same database: journal
// mode, row numbers and an application's tables as they are (VACUUM INTO would give rows of tables
// without a key new numbers, and the copy a rollback journal). Nothing but SQLite opens the store's
// files (trap 9).
//
// The source is a connection of its own that reads within one transaction. With a write-ahead log
// that is a snapshot: nobody waits, and no write makes the copy begin anew, as it does for a reader
// that lets go between two steps. Checkpoints lag meanwhile, since the log is kept from the snapshot
// on; so the snapshot lasts no longer than the copying, and syncing and checking come after it.
//
// With a rollback journal a reader would keep writers waiting. There the copying lets go between its
// steps; where writers make it begin anew again and again, it does hold on, and they wait.

extension SQLiteStore: StorageBackup {
  package func backup(
    to target: String, at now: Instant, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StorageError) -> BackupReport {
    let usesLog = try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in try connection.usesLog() }
    }
    let leftovers = BackupFile.leftovers(of: target)
    let file = try BackupFile(for: target)
    do {
      try copy(to: file.temporary, as: target, holding: usesLog, progress)
      var report = try check(file.temporary, target)
      try file.finish()
      report.leftovers = leftovers
      return report
    } catch {
      file.discard()
      throw error
    }
  }

  private func copy(
    to temporary: String, as target: String, holding: Bool,
    _ progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StorageError) {
    let source = try opened(path) { () throws(SQLiteFailure) in try backupSource() }
    defer { source.close() }
    let copy = try opened(target) { () throws(SQLiteFailure) in
      let copy = try Connection(temporary, .readWrite)
      try copy.execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF")
      return copy
    }
    defer { copy.close() }
    do throws(CopyFailure) {
      if holding { try source.hold() }
      try PageCopy.run(from: source, to: copy, progress)
    } catch {
      switch error {
      case .source(let failure): throw failure.storageError(at: path)
      case .copy(let failure): throw failure.storageError(at: target)
      }
    }
  }

  private func opened(
    _ path: String, _ open: () throws(SQLiteFailure) -> Connection
  ) throws(StorageError) -> Connection {
    do { return try open() } catch { throw error.storageError(at: path) }
  }

  private func backupSource() throws(SQLiteFailure) -> Connection {
    try Connection(path, StoreFile.isOnReadOnlyMount(path) ? .immutable : .readWrite)
  }

  /// Reads the whole copy once more; nobody else knows of it, so it needs no locks and no log.
  private func check(
    _ temporary: String, _ target: String
  ) throws(StorageError) -> BackupReport {
    do throws(SQLiteFailure) {
      let copy = try Connection(temporary, .immutable)
      defer { copy.close() }
      copy.ignoreTableRules()
      guard try Integrity.isWhole(copy) else {
        throw SQLiteFailure(
          SQLITE_CORRUPT, message: "a copy of it does not pass SQLite's quick_check")
      }
      let pages = Int64(try copy.scalarText("PRAGMA page_count") ?? "") ?? 0
      let size = Int64(try copy.scalarText("PRAGMA page_size") ?? "") ?? 0
      let jobs = try copy.scalarText(
        "SELECT count(*) FROM qctl_jobs j WHERE \(StagedJobs.isVisible)")
      return BackupReport(jobs: jobs.flatMap { Int64($0) } ?? 0, bytes: pages &* size)
    } catch {
      throw error.storageError(at: error.primary == SQLITE_CORRUPT ? path : target)
    }
  }
}
