import Jobs
import Storage

/// Another store, with a test between it and the worker.
final class InterposedStore: StorageEngine, @unchecked Sendable {
  enum Call: Hashable { case claim, settle, renew, status, record }

  private let inner: any StorageEngine
  /// Gives the error that a call shall fail with, instead of being made.
  ///
  /// Set before the worker runs,
  /// and called only by it.
  var fail: (Call) -> StorageError? = { _ in nil }

  init(_ inner: any StorageEngine) { self.inner = inner }

  private func judge(_ call: Call) throws(StorageError) {
    if let error = fail(call) { throw error }
  }

  func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    try inner.enqueue(job, at: now)
  }

  func enqueueAll(
    at now: Instant, from source: () throws(BulkSourceError) -> NewJob?, progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    try inner.enqueueAll(at: now, from: source, progress: progress)
  }

  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    try judge(.claim)
    return try inner.claim(request)
  }

  func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    try judge(.settle)
    return try inner.settle(settlements, thenClaim: request, at: now)
  }

  func renew(_ leases: [Lease], until: Instant, at now: Instant) throws(StorageError)
    -> [LeaseStatus]
  {
    try judge(.renew)
    return try inner.renew(leases, until: until, at: now)
  }

  func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    try judge(.status)
    return try inner.status(of: leases)
  }

  func outstanding(in queues: [QueueName], at now: Instant) throws(StorageError) -> Outstanding {
    try inner.outstanding(in: queues, at: now)
  }

  func record(_ records: [LogRecord]) throws(StorageError) {
    try judge(.record)
    try inner.record(records)
  }
}
