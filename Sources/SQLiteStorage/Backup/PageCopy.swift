import CSQLite

/// Why a database could not be copied: by what side of it.
enum CopyFailure: Error {
  case source(SQLiteFailure)
  case copy(SQLiteFailure)
}

/// Copying all pages of one database into another (sqlite.org/backup.html).
enum PageCopy {
  /// So many pages at a time, 4 MiB mostly.
  private static let pages: Int32 = 1024
  /// So often writers may make a copy begin anew before it holds them up.
  private static let patience = 4

  /// Copies everything; a reader's transaction that is open on the source makes it one snapshot.
  static func run(
    from source: Connection, to copy: Connection,
    _ progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(CopyFailure) {
    guard let backup = sqlite3_backup_init(copy.handle, "main", source.handle, "main") else {
      throw .copy(SQLiteFailure(sqlite3_extended_errcode(copy.handle), copy.handle))
    }
    do {
      try steps(backup, from: source, to: copy, progress)
    } catch {
      sqlite3_backup_finish(backup)
      throw error
    }
    let code = sqlite3_backup_finish(backup)
    guard code == SQLITE_OK else { throw failure(code, source, copy) }
  }

  private static func steps(
    _ backup: OpaquePointer, from source: Connection, to copy: Connection,
    _ progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(CopyFailure) {
    var left = Int32.max
    var restarts = 0
    while true {
      let code = sqlite3_backup_step(backup, pages)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_OK else { throw failure(code, source, copy) }
      let total = sqlite3_backup_pagecount(backup)
      if sqlite3_backup_remaining(backup) >= left { restarts += 1 }
      left = sqlite3_backup_remaining(backup)
      progress(Int64(total - left), Int64(total))
      if restarts == patience, !source.isInTransaction { try source.hold() }
    }
  }

  /// SQLite tells not which side failed; the system's error number, and the kind, do.
  private static func failure(
    _ code: Int32, _ source: Connection, _ copy: Connection
  ) -> CopyFailure {
    let failed = SQLiteFailure(code, copy.handle)
    let isOfSource =
      switch failed.primary {
      case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_BUSY, SQLITE_LOCKED: true
      case SQLITE_IOERR: failed.systemError == 0
      default: false
      }
    return isOfSource ? .source(SQLiteFailure(code, source.handle)) : .copy(failed)
  }
}

extension Connection {
  /// Begins to read, so that everything until the connection is closed is of this moment.
  func hold() throws(CopyFailure) {
    do {
      try execute("BEGIN")
      _ = try scalarText("SELECT count(*) FROM sqlite_master")
    } catch {
      throw .source(error)
    }
  }
}
