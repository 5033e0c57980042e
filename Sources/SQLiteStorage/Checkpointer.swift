import CSQLite

/// Folds the write-ahead log into the database near 1,000 pages.
///
/// Up to SQLite 3.51.2 a checkpoint can corrupt the database when another connection resets the log
/// at the wrong moment. A reset needs the write lock, so a second connection of ours holds that lock
/// meanwhile; the gate is held as well, so other processes of ours just wait their turn. PASSIVE
/// never waits for readers: behind a long one it copies what it can, and the next commit tries again
/// (design.md §4, traps 8 and 10).
struct Checkpointer {
  private let path: String
  private var guardian: Connection?
  /// Where the log was when the latest checkpoint ended; behind a reader it stays long.
  private var next: Int32 = Self.pages

  private static let pages: Int32 = 1000

  /// So many bytes of a log are kept when it begins anew: twice its usual length.
  static let limit = 8 << 20

  init(path: String) {
    self.path = path
  }

  /// Checkpoints if the log has grown long; a failure is left to the next one.
  ///
  /// - Throws: where a sync failed, since the next one may say that all is well.
  mutating func afterCommit(on connection: Connection) throws(SQLiteFailure) {
    let length = connection.walPages
    guard length >= next else {
      if length < Self.pages { next = Self.pages }
      return
    }
    guard let guardian = holder(), (try? guardian.execute("BEGIN IMMEDIATE")) != nil else { return }
    var logged: Int32 = 0
    var copied: Int32 = 0
    let code = sqlite3_wal_checkpoint_v2(
      connection.handle, "main", SQLITE_CHECKPOINT_PASSIVE, &logged, &copied)
    let failure = code == SQLITE_OK ? nil : SQLiteFailure(code, connection.handle)
    try? guardian.execute("ROLLBACK")
    if let failure, failure.isFailedSync { throw failure }
    next = copied >= logged ? Self.pages : length + Self.pages
  }

  /// Closes the second connection; must come before the first is closed.
  mutating func close() {
    guardian?.close()
    guardian = nil
  }

  private mutating func holder() -> Connection? {
    if let guardian { return guardian }
    guardian = try? Connection(path, .readWrite)
    // Whoever writes outside the gate may take long; a checkpoint can wait, but not inside the gate.
    if let guardian { sqlite3_busy_timeout(guardian.handle, 0) }
    return guardian
  }
}
