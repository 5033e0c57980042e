package import Jobs
package import Storage

extension DirectoryStore {
  package func backup(
    to path: String, at now: Instant, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StorageError) -> BackupReport { BackupReport(jobs: 0, bytes: 0) }
}
