import Jobs
import MemoryStorage
import Storage

/// A store in memory about which there is something to say, and something to mend.
final class ExaminedStore: ForwardingStore {
  let base: any StorageAdapter
  private let found: [Finding]
  private let repairs: [Repair]
  private let hears: @Sendable (RepairRequest) -> Void

  init(
    _ memory: MemoryStore, _ found: [Finding], repairs: [Repair] = [],
    hears: @escaping @Sendable (RepairRequest) -> Void = { _ in }
  ) {
    base = memory
    self.found = found
    self.repairs = repairs
    self.hears = hears
  }

  func findings() throws(StorageError) -> [Finding] { found }

  func repair(_ request: RepairRequest) throws(StorageError) -> [Repair] {
    hears(request)
    return repairs
  }

  func backup(
    to path: String, at now: Instant, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StorageError) -> BackupReport {
    progress(5, 10)
    return BackupReport(jobs: 7, bytes: 8192, leftovers: [path + ".old"])
  }
}
