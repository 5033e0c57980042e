import Jobs
import LocalStorage
import PosixIO
import Storage

/// An open directory store, used by one thread at a time.
///
/// What the calls of the contract share: folders that are durable before anything moves into them,
/// jobs read from their places, and the one way in which a job changes (see Spool+Change).
final class Spool {
  let tree: any FileTree
  /// The store's root, for messages.
  let root: String
  let random: @Sendable () -> UInt64
  let counter: IDCounter
  /// The jobs that this process has claimed, as they were then; only spares reading them again.
  var held: [JobID: StoredJob] = [:]
  /// Folders whose names are durable, as far as this process knows.
  private var settled: Set<String> = []
  /// Folders into which something moved that nobody has synced yet.
  private(set) var unsynced: Set<String> = []
  /// Log records of the call that is under way, and such that could not be written before.
  var unlogged: [LogRecord] = []
  /// Jobs that ended in the call that is under way and gave up their unique keys.
  var freed: [StoredJob] = []
  /// Whether the call that is under way made something that a worker could take.
  var hasNews = false
  /// What spares work and may be forgotten.
  var memory = SpoolMemory()

  /// What is known of the queues from which this process takes jobs, while nobody adds anything.
  var views: [QueueName: QueueView] = [:]
  /// The queues from which this process has taken jobs.
  var viewed: Set<QueueName> = []
  /// Tells when what is known of the queues is not true any more; `nil` where nothing can.
  var watch: (any FolderWatch)?
  /// Whether a bulk that is published is heard of.
  var bulksAreHeard = false
  /// Whether all that was read for the view being made is listened to.
  var isHearing = false
  /// What there is to tell those who wait for other jobs.
  var dependants = DependantWork()
  /// What there is to do about batches.
  var batches = BatchWork()
  /// The marks of the jobs that are being made for ticks; see Spool+Schedules.
  var marks: [JobID: String] = [:]
  /// What is known of when idempotency keys expire.
  var keyExpiry = KeyExpiry()

  /// How long to wait for a lock of another process, in nanoseconds: a second, in which any that is
  /// not stopped is long done.
  static let patience: Int64 = 1_000_000_000

  init(
    _ tree: any FileTree, root: String, counter: IDCounter, random: @escaping @Sendable () -> UInt64
  ) {
    self.tree = tree
    self.root = root
    self.counter = counter
    self.random = random
  }
}

// MARK: - Errors

extension Spool {
  /// What a failed system call means for the store.
  func translate(_ error: SystemError) -> StorageError {
    let place = error.subject.map { $0.hasPrefix("/") ? $0 : root + "/" + $0 }
    return StorageError(error, at: root, about: place)
  }

  /// Runs system calls, with what fails told in the contract's words.
  func system<Result>(
    _ body: () throws(SystemError) -> Result
  ) throws(StorageError) -> Result {
    do { return try body() } catch { throw translate(error) }
  }

  /// Runs system calls; `nil` where what they are about is not there.
  func ifThere<Result>(
    _ body: () throws(SystemError) -> Result
  ) throws(StorageError) -> Result? {
    do { return try body() } catch {
      guard error.code.isMissing else { throw translate(error) }
      return nil
    }
  }
}

// MARK: - Folders

extension Spool {
  /// The names in a folder; none where there is no folder, or what has its name is none.
  func names(in folder: String) throws(StorageError) -> [String] {
    do { return try tree.names(in: folder) } catch {
      guard error.code.isMissing || error.code == .tooManyLinks else { throw translate(error) }
      return []
    }
  }

  /// Sees to it that a folder is there, and that its name and those above it are durable: nothing may
  /// move into a folder that a power cut could take away with it.
  ///
  /// Whoever makes a folder syncs the one above and then notes on the new one that this was done, so
  /// that others need not do it again; see `FileTree.markSettled`.
  func ensureFolder(_ path: String) throws(StorageError) {
    guard !path.isEmpty, !settled.contains(path) else { return }
    var tries = 0
    while true {
      try ensureFolder(SplitPath(path).folder)
      do throws(SystemError) {
        try makeSettled(path)
        break
      } catch {
        // Whoever found it, or one above it, empty has removed it at this moment.
        tries += 1
        guard error.code == .noSuchFile, tries < Self.mostTries else { throw translate(error) }
        unsettle(path)
      }
    }
    if settled.count > 10_000 { settled.removeAll() }
    settled.insert(path)
  }

  private func makeSettled(_ path: String) throws(SystemError) {
    if try isThere(path) { return }
    do throws(SystemError) { try tree.makeFolder(path) } catch {
      guard error.code == .exists else { throw error }
    }
    try settle(path)
  }

  /// Whether a folder is there and durable; one that is only there is made durable.
  private func isThere(_ path: String) throws(SystemError) -> Bool {
    do {
      if try !tree.isSettled(path) { try settle(path) }
      return true
    } catch {
      guard error.code == .noSuchFile else { throw error }
      return false
    }
  }

  private func settle(_ path: String) throws(SystemError) {
    try tree.syncFolder(SplitPath(path).folder)
    // Only the owner may note it; others sync again each time.
    do { try tree.markSettled(path) } catch { guard error.code.isForbidden else { throw error } }
  }

  /// Forgets what is known of a folder that turned out to be gone.
  func unsettle(_ folder: String) {
    var path = folder
    while !path.isEmpty {
      settled.remove(path)
      path = SplitPath(path).folder
    }
  }

  /// Removes a folder if it is empty; whoever moves something into it at this moment makes it again.
  ///
  /// It is synced before: were its removal to outlast a power cut and the last move out of it not, the
  /// job would be gone with it.
  func removeIfEmpty(_ folder: String) {
    guard (try? tree.names(in: folder))?.isEmpty == true else { return }
    guard (try? tree.syncFolder(folder)) != nil, (try? tree.removeFolder(folder)) != nil else {
      return
    }
    settled.remove(folder)
  }

  /// Notes that something moved into a folder.
  func touched(_ folder: String) { unsynced.insert(folder) }

  /// Makes durable what moved in this call.
  ///
  /// - Throws: `outcomeUnknown` where that fails, since what moved can be seen already.
  func syncMoves() throws(StorageError) {
    let folders = unsynced.sorted()
    unsynced.removeAll()
    for folder in folders {
      do { try tree.syncFolder(folder) } catch {
        // What moved in has moved on, and whoever moved it synced that.
        guard !error.code.isMissing else { continue }
        throw .outcomeUnknown(path: root, detail: error.code.reason)
      }
    }
  }

  /// Forgets moves that need not be durable at once.
  func forgetMoves() { unsynced.removeAll() }
}
