import CSQLite
import Jobs
import PosixIO
import Storage

/// The open store behind its mutex: connection, gate, and how transactions run.
final class Session {
  let path: String
  let connection: Connection
  /// Whether commits go to a write-ahead log; otherwise SQLite syncs within the commit.
  ///
  /// Not known to a session that only looks.
  let usesLog: Bool?
  /// When leftovers of staged bulks are looked for again, in monotonic nanoseconds.
  var nextCollection: Int64 = 0
  private var gate: WriteGate?
  private let bell: Bell
  private var gateSought = false
  private var checkpointer: Checkpointer
  private let held = HeldJobs()
  private var isBroken = false
  private var isClosed = false

  init(path: String, connection: Connection, usesLog: Bool?) {
    self.path = path
    self.connection = connection
    self.usesLog = usesLog
    checkpointer = Checkpointer(path: path)
    bell = Bell(folder: path + ".qctl")
  }

  /// Finishes everything.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    checkpointer.close()
    connection.close()
  }

  /// Runs statements that only look, all on one snapshot.
  func read<Result>(
    _ body: (Connection) throws(SQLiteFailure) -> Result
  ) throws(StorageError) -> Result {
    try requireUsable()
    do {
      try connection.statement("BEGIN").run()
      let result = try body(connection)
      try connection.statement("COMMIT").run()
      return result
    } catch {
      rollback()
      throw error.storageError(at: path)
    }
  }

  /// Runs one write transaction, and syncs it.
  ///
  /// - Parameters:
  ///   - durable: false where a power cut may undo it without harm, as for a claim.
  ///   - now: the moment of what it counts, for the minutes of queues.
  func write<Result>(
    durable: Bool = true, at now: Instant? = nil,
    _ body: (inout Transaction) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try requireUsable()
    guard let usesLog else {
      throw .readOnly(path: path, detail: "it was opened for looking only")
    }
    seekGate()
    let entered = gate?.enter() ?? false
    let result: Result
    let done: Commit
    do {
      defer { if entered { gate?.leave() } }
      (result, done) = try commit(at: now, body)
      if done.hasChanged, usesLog { try fold() }
    }
    if done.hasNews { bell.ring() }
    if durable || done.mustLast, done.hasChanged, usesLog { try sync() }
    return result
  }

  private func commit<Result>(
    at now: Instant?, _ body: (inout Transaction) throws(StorageError) -> Result
  ) throws(StorageError) -> (Result, Commit) {
    do {
      try connection.statement("BEGIN IMMEDIATE").run()
    } catch {
      throw error.storageError(at: path)
    }
    do {
      var transaction = Transaction(
        connection: connection, path: path, now: now, held: held)
      let result = try body(&transaction)
      try transaction.finish()
      try end()
      return (result, Commit(transaction))
    } catch {
      rollback()
      // A long transaction writes to the log, and may start it anew, before it commits.
      if case .outcomeUnknown(_, let detail) = error { throw unknown(detail) }
      throw error
    }
  }

  /// What a commit brought.
  private struct Commit {
    let hasChanged: Bool
    let hasNews: Bool
    let mustLast: Bool

    init(_ transaction: Transaction) {
      hasChanged = transaction.hasChanged
      hasNews = transaction.hasNews
      mustLast = transaction.mustLast
    }
  }

  private func end() throws(StorageError) {
    do {
      try connection.statement("COMMIT").run()
    } catch {
      throw error.isFailedSync ? unknown(error.message) : error.storageError(at: path)
    }
  }

  private func fold() throws(StorageError) {
    do {
      try checkpointer.afterCommit(on: connection)
    } catch {
      throw unknown(error.message)
    }
  }

  private func rollback() {
    guard connection.isInTransaction else { return }
    try? connection.execute("ROLLBACK")
  }

  private func sync() throws(StorageError) {
    let code = qctl_sqlite_sync_wal(connection.handle)
    guard code != SQLITE_OK else { return }
    throw unknown(String(cString: sqlite3_errstr(code)))
  }

  /// Ends all use of this session after a failed sync.
  ///
  /// The kernel may have dropped the pages and call the next sync a success (the fsyncgate of 2018).
  /// SQLite itself syncs within checkpoints, and within the commit that starts the log anew.
  private func unknown(_ detail: String) -> StorageError {
    isBroken = true
    return .outcomeUnknown(path: path, detail: detail)
  }

  private func requireUsable() throws(StorageError) {
    guard !isClosed else { throw .system(path: path, detail: "it was closed") }
    guard isBroken else { return }
    throw .outcomeUnknown(path: path, detail: "an earlier sync failed")
  }

  private func seekGate() {
    guard !gateSought else { return }
    gateSought = true
    gate = WriteGate(folder: path + ".qctl")
  }
}
