package import Jobs

/// Copying a store while it is in use.
package protocol StorageBackup: AnyObject, Sendable {
  /// Writes a copy that opens as a store of the same kind, complete as of one moment for each job;
  /// durable when it returns. Workers and producers go on meanwhile.
  ///
  /// - Parameters:
  ///   - path: where nothing is yet; a half-made copy is removed on failure, and has another name
  ///     until it is whole, so that a killed process leaves nothing there.
  ///   - progress: hears now and then how much of how much is copied, in the store's own measure.
  func backup(
    to path: String, at now: Instant, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StorageError) -> BackupReport
}

/// What a copy holds.
package struct BackupReport: Equatable, Sendable {
  /// Jobs of all states.
  package var jobs: Int64
  /// Size on disk.
  package var bytes: Int64
  /// Unfinished copies that killed processes left beside it, by their paths.
  package var leftovers: [String]

  /// Sizes with their parts.
  package init(jobs: Int64, bytes: Int64, leftovers: [String] = []) {
    self.jobs = jobs
    self.bytes = bytes
    self.leftovers = leftovers
  }
}
