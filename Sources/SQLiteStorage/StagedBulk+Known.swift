import Jobs
import Storage

extension StagedBulk {
  /// The job of the store, or of the bulk itself, that has a key of this one.
  mutating func known(
    _ job: NewJob, _ transaction: Transaction
  ) throws(StorageError) -> KnownJob? {
    let keys: BulkKeys
    if let known = self.keys { keys = known } else { keys = try BulkKeys(path: store.path) }
    self.keys = keys
    // An idempotency key speaks first, wherever it is known from; then the unique key.
    if let key = job.idempotencyKey,
      let known = try IdempotencyRow.known(job, key: key, at: now, in: transaction)
    {
      return KnownJob(id: known, isStaged: false)
    }
    if let known = try keys.request(job) { return KnownJob(id: known, isStaged: true) }
    if let known = try keys.unique(job) { return KnownJob(id: known, isStaged: true) }
    guard let holder = try store.holder(inTheWayOf: job, transaction) else { return nil }
    switch job.onConflict.resolution(against: holder) {
    case .existing: return KnownJob(id: holder.id, isStaged: false)
    case .replace: return nil
    case .conflict, .queueAfter:
      throw .keyConflict(KeyConflict(job, key: job.uniqueKey ?? "", holder: holder))
    }
  }
}
