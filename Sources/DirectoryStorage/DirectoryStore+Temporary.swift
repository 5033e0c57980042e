package import Jobs
package import Storage

// TEMPORARY until findings, repair, backup and archive are there; the helper who writes them removes
// this file.
extension DirectoryStore {
  package func findings() throws(StorageError) -> [Finding] { [] }
  package func repair(_ request: RepairRequest) throws(StorageError) -> [Repair] { [] }
  package func backup(
    to path: String, at now: Instant, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StorageError) -> BackupReport { BackupReport(jobs: 0, bytes: 0) }
  package func requests(
    _ request: KnownRequestPageRequest
  ) throws(StorageError) -> KnownRequestPage { KnownRequestPage(requests: [], hasMore: false) }
  package func restore(
    _ parts: [ArchivePart], at now: Instant
  ) throws(StorageError) -> [RestoreOutcome] { [] }
}
