package import Storage
import Jobs
import LocalStorage
import PosixIO

// Mending goes in this order: first what the rest stands on (the file's structure, its indexes, what
// is missing of the schema), then leftovers of bulks, then the rows, and at last the counts, which
// the steps before may have shown to be wrong.
//
// Rows are looked for on a snapshot without any lock, and are cured in short write transactions of
// ours like any other, each row only if its flaw is still there. So workers and producers go on, and
// a repair that is killed leaves nothing half done. Rebuilding indexes is the exception: that is one
// transaction for each table, and everybody else waits for it.

extension SQLiteStore: StorageRepair {
  package func repair(_ request: RepairRequest) throws(StorageError) -> [Repair] {
    guard !request.isDryRun else {
      var repairer = Repairer(store: self, request: request)
      return try repairer.run()
    }
    let lock = try repairLock()
    guard (try? lock.tryLock()) == true else {
      throw .busy(path: path, detail: "another repair is under way")
    }
    defer { try? lock.unlock() }
    var repairer = Repairer(store: self, request: request)
    return try repairer.run()
  }

  /// One repair at a time: what was counted outside the write lock may be changed by no other.
  private func repairLock() throws(StorageError) -> FileLock {
    do {
      try FileSystem.makeDirectories(path + ".qctl", mode: 0o700)
      return try FileLock.open(path + ".qctl/repair")
    } catch {
      throw StorageError(error, at: path + ".qctl")
    }
  }
}

/// One repair of a store, step by step.
struct Repairer {
  let store: SQLiteStore
  let request: RepairRequest
  private var repairs: [Repair] = []

  init(store: SQLiteStore, request: RepairRequest) {
    self.store = store
    self.request = request
  }

  mutating func run() throws(StorageError) -> [Repair] {
    try mendFiles()
    guard try mendStructure(), try mendSchema() else { return repairs }
    try removeAbandoned()
    try quarantineUnreadable()
    try cureRows()
    try tellOrphans()
    try quarantineSchedules()
    try recountBatches()
    try recount()
    return repairs
  }

  // MARK: - Noting

  /// Notes what became of something, and logs it unless nothing has changed.
  mutating func note(_ repair: Repair) throws(StorageError) {
    repairs.append(repair)
    guard repair.deed != .left, !request.isDryRun else { return }
    try write { [self] transaction throws(StorageError) in
      try store.log(record(repair.message), in: &transaction)
    }
  }

  /// As `note`, for what was logged with the change itself.
  mutating func noteLogged(_ repair: Repair) { repairs.append(repair) }

  func record(_ text: String, about job: Int64? = nil) -> LogRecord {
    var record = LogRecord(.repaired, at: request.now)
    record.jobID = job.flatMap(JobID.init(rawValue:))
    record.error = text
    record.actor = request.actor
    record.reason = request.reason
    return record
  }

  // MARK: - Reaching the store

  func read<Result>(
    _ body: (Connection) throws(SQLiteFailure) -> Result
  ) throws(StorageError) -> Result {
    try store.withSession { session throws(StorageError) in try session.read(body) }
  }

  func write<Result>(
    _ body: (inout Transaction) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try store.withSession { session throws(StorageError) in
      try session.write(at: request.now, body)
    }
  }
}
