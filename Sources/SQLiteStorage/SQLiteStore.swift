import PosixIO
package import Storage
import Synchronization

/// The default store: one SQLite file (design.md §4).
///
/// How a write becomes durable: `enter the gate → BEGIN IMMEDIATE → change rows, add counts up in
/// memory → write counts once → COMMIT at synchronous=NORMAL, which syncs nothing → leave the gate
/// → sync the write-ahead log through SQLite's own handle → acknowledge`. The sync outside the gate
/// lets other processes commit meanwhile. A power cut between commit and sync loses only what
/// nobody was told about; whatever a later commit's sync made durable includes all before it.
package final class SQLiteStore: Sendable {
  /// Where and what it is.
  package let identity: StoreIdentity
  let path: String
  let random: @Sendable () -> UInt64
  let staging: BulkStaging
  /// Touched only while `turn` is held.
  ///
  /// A `Mutex<Session>` would say so to the compiler, but it then refuses every body that also
  /// writes into its caller's variables.
  private nonisolated(unsafe) let session: Session
  private let turn = Mutex(())

  /// Opens a store.
  ///
  /// - Parameters:
  ///   - path: a file, as given by the user.
  ///   - intent: what the caller means to do.
  ///   - staging: in what steps bulks are accepted.
  ///   - stop: whether not to wait any longer.
  ///   - random: bits for ids and tokens.
  /// - Throws: `missing`, `foreign`, `newerVersion`, `corrupt`, `forbidden`, `readOnly` and so on,
  ///   with nothing changed.
  package init(
    _ path: String, for intent: StoreIntent, staging: BulkStaging = .standard,
    stop: StopWish? = nil, random: @escaping @Sendable () -> UInt64
  ) throws(StorageError) {
    self.path = path
    self.staging = staging
    self.random = random
    identity = StoreIdentity(kind: "sqlite", location: path, formatVersion: Schema.version)
    session = try Session.open(path, for: intent, stop: stop)
  }

  /// Runs `body` alone in this process, with the connection.
  func withSession<Result>(
    _ body: (Session) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try turn.withLock { _ throws(StorageError) in try body(session) }
  }

  /// Gives the file back; the last process of all folds the log into the database.
  package func close() {
    turn.withLock { _ in session.close() }
  }
}

extension SQLiteStore: StorageSource, StorageBrowsing, StorageOperating, StorageControlling,
  StorageEngine, StorageArchive
{
  /// Everything in full.
  package var capabilities: Capabilities { Capabilities() }

  package var meetingPlace: MeetingPlace? {
    MeetingPlace(
      workers: path + ".qctl/workers", bell: path + ".qctl/bell", touched: [path + "-wal", path],
      log: [path + "-wal", path])
  }
}
