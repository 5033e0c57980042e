import LocalStorage
import PosixIO
package import Storage
import Synchronization

/// A store of plain files (design.md §5).
///
/// ```
/// STORE/format                 what this is, and the version of its format
/// STORE/queues/<queue>/…       a file for each job, in the folder of its state; see Shelf
/// STORE/queues/<queue>/settings  pause, retention, limits
/// STORE/queues/<queue>/limit   locked by whoever claims from a queue with limits
/// STORE/queues/<queue>/depth   locked by whoever enqueues into one in which only so many may wait
/// STORE/keys/<shard>/…         unique and idempotency keys; see KeyFile
/// STORE/schedules/<name>       a schedule; see ScheduleFile
/// STORE/bulks/…                bulks that were accepted and are being spread over the queues
/// STORE/settings               for how long things are kept in all queues
/// STORE/batches/…              jobs that were accepted together; see Spool+Batches
/// STORE/dependants/… ended/…   jobs that wait for others; see Spool+Dependants
/// STORE/log/20261121.ndjson    the event log, a file a day
/// STORE/tmp/…                  files that nobody was promised
/// STORE/quarantine/…           what `doctor --repair` could make no sense of
/// STORE/workers/… bell last-id lock
/// ```
///
/// **A job** is one file. Its header and payload are written once; its history is appended to, and
/// nothing written is ever changed (JobHeader, JobEntry). Its queue, state, attempt and token are
/// in its name and place (JobName, Shelf), and every change of them is *one rename*, which the
/// kernel makes whole or not at all; into another queue too, so that a job has one queue at each
/// moment (the header says for which it was accepted, the latest line in which it belongs). The old
/// name is the fence: of two who change a job, one finds it gone, and a worker that slept past its
/// lease finds its token's name gone for good.
///
/// **Durability.** What a name points to is synced before the name moves: *enqueue* writes in `tmp`,
/// syncs the file, renames it into its bucket, syncs the bucket, and only then says yes. A *change*
/// appends a line to the history, syncs it, renames, syncs the target folder. Nothing moves into a
/// folder whose own name is not durable (Spool.ensureFolder). So whatever a power cut leaves, each
/// accepted job has exactly one name, and that name's file is whole; what is left over (a file in `tmp`,
/// a history line that no name points to) is what nobody was told about. A *claim* and a *promotion* are
/// renames without a sync: forgotten, the job is still waiting. A claim of a job that runs alone is synced.
///
/// **The history is in the job's own file**, behind the payload, where the design had a file beside it: the
/// second file costs a name that must be durable too, a settlement took 1.5 to 2 times as long (1,450
/// to 2,000 a second against 2,900 to 3,030, in C), and a job with a file that is lost or left over was one
/// more state to be mended.
///
/// **An edited payload** goes into a line of the history like any other change, and from then on each line
/// says where that one is, so that a claim finds it with one read more; the name is marked, so that an
/// older qctl that still runs does not run the job with its old payload. For a new one to find out, the
/// format became 2, which a store of format 1 gets before its first edited or moved job has its name
/// (Spool.raiseFormat); all else is the same in both. Format 3 has lines in the headers of jobs that wait
/// for others, belong to a batch or a schedule, or have another scope of their unique key or a concurrency
/// key; an older store gets its number before the first such job, and a qctl that has it open meanwhile
/// passes over them.
///
/// **Order.** Ready jobs lie in a folder for each priority, in buckets by the minute in which they became
/// due, a bulk in parts of a thousand; names begin with the moment. A claim reads the first bucket (and
/// those that may hold something as early), tries its head, and on losing a race goes on with the next.
///
/// **Keys** are files of their own under a lock for each shard (KeyFile). **Bulk**: staged as folders in
/// `tmp`, one sync of everything, one rename into `bulks`: all or nothing; then folder by folder moved to
/// where they belong (StagedFolders). **Counts** are counted from names. **Ids** rise in the whole store, by a
/// number under a lock (IDCounter).
///
/// **Liveness** is the engine's (worker files with a kernel lock); the jobs of a worker lie in one folder with
/// its presence as the name, so a rescue is a walk through that folder.
///
/// Every operation on files goes through FileTree, by which a test builds every state that a power cut could
/// leave and opens the store on it.
package final class DirectoryStore: Sendable {
  /// Where and what it is.
  package let identity: StoreIdentity
  let path: String
  /// Touched only while `turn` is held, as SQLiteStore's session.
  private nonisolated(unsafe) let spool: Spool
  private let turn = Mutex(())

  /// The version of the format, in `format`, that a store gets.
  static let formatVersion: Int64 = 3

  /// Opens a store.
  ///
  /// - Parameters:
  ///   - path: a folder, as given by the user.
  ///   - intent: what the caller means to do.
  ///   - stop: whether not to wait any longer; asked only by what was opened to be read, since no
  ///     change of files is to be left half way but by a crash.
  ///   - random: bits for ids and tokens.
  /// - Throws: `missing`, `foreign`, `newerVersion`, `forbidden`, `readOnly` and so on, with nothing
  ///   changed.
  package convenience init(
    _ path: String, for intent: StoreIntent, stop: StopWish? = nil,
    random: @escaping @Sendable () -> UInt64
  ) throws(StorageError) {
    let version = try StoreFolder.open(path, for: intent)
    let tree: DiskTree
    do { tree = try DiskTree(root: path, stop: intent == .read ? stop : nil) } catch {
      throw StorageError(error, at: path)
    }
    self.init(
      tree, root: path, counter: IDCounter(path: path + "/last-id"), formatVersion: version,
      random: random)
  }

  /// A store on files that are there, for tests.
  package init(
    _ tree: any FileTree, root: String, counter: IDCounter,
    formatVersion: Int64 = DirectoryStore.formatVersion,
    random: @escaping @Sendable () -> UInt64
  ) {
    path = root
    identity = StoreIdentity(
      kind: "directory", location: root, formatVersion: formatVersion)
    spool = Spool(tree, root: root, counter: counter, random: random)
  }

  /// Runs `body` alone in this process.
  func withSpool<Result>(
    _ body: (Spool) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try turn.withLock { _ throws(StorageError) in try body(spool) }
  }

  /// Gives everything back.
  package func close() {
    turn.withLock { _ in spool.close() }
  }
}

extension DirectoryStore: StorageSource, StorageBrowsing, StorageOperating, StorageControlling,
  StorageEngine, StorageRepair, StorageBackup, StorageArchive, StorageScheduling
{
  package var capabilities: Capabilities { Capabilities(absent: Self.absent) }

  private static let absent: [Capability: Support] = [
    .transactionalEnqueue: .none(
      reason: "a file can't take part in the transaction of an application's database",
      remedy: "use an SQLite store inside the application's database, or enqueue after its commit"),
    .durableLog: .none(
      reason: "the log is written after the job has moved, and nothing waits for its sync",
      remedy: "what happened to a job is durable in its own history: qctl show ID"),
    .atomicBatches: .none(
      reason: "each job moves by a rename of its own",
      remedy: "run the command again: it does what is left"),
    .snapshots: .none(
      reason: "a job that moves while a listing reads the folders is seen before or after its move",
      remedy: "pause the queues where a listing must stand still"),
    .minutes: .none(
      reason:
        "no file could be brought up to date by each process with each job without a queue for it",
      remedy: "have qctl metrics collected, or use an SQLite store"),
    .rateLimits: .none(reason: rateReason, remedy: rateRemedy),
    .attemptRetention: .none(
      reason: "a job's history is a part of its file, and the log's files are dropped whole",
      remedy: "none is needed: the history goes with the job, the log after 30 days"),
  ]

  private static let rateReason =
    "what has started lately is in no file's name, and a count in a file would be lost or slow"
  private static let rateRemedy =
    "limit how many run at a time (qctl queue set --concurrency), or use an SQLite store"

  /// Said to whoever wants to set a rate.
  static let noRates = StorageError.unsupported(
    .rateLimits, reason: rateReason, remedy: rateRemedy)

  /// Said to whoever wants what the store can't do.
  static func lacks(_ capability: Capability) -> StorageError {
    guard case .none(let reason, let remedy)? = absent[capability] else { return noRates }
    return .unsupported(capability, reason: reason, remedy: remedy)
  }

  package var meetingPlace: MeetingPlace? {
    MeetingPlace(
      workers: path + "/workers", bell: path + "/bell", touched: [],
      log: [path + "/" + LogDay.folder])
  }
}
