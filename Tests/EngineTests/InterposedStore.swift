import Jobs
import MemoryStorage
import Storage

/// Another store, with a test between it and the worker.
final class InterposedStore: ForwardingStore, @unchecked Sendable {
  enum Call: Hashable { case claim, settle, renew, status, record }

  let base: any StorageAdapter
  /// Gives the error that a call shall fail with, instead of being made.
  ///
  /// Set before the worker runs,
  /// and called only by it.
  var fail: (Call) -> StorageError? = { _ in nil }

  init(_ inner: any StorageAdapter) { base = inner }

  private func judge(_ call: Call) throws(StorageError) {
    if let error = fail(call) { throw error }
  }

  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    try judge(.claim)
    return try base.claim(request)
  }

  func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    try judge(.settle)
    return try base.settle(settlements, thenClaim: request, at: now)
  }

  func renew(_ leases: [Lease], until: Instant, at now: Instant) throws(StorageError)
    -> [LeaseStatus]
  {
    try judge(.renew)
    return try base.renew(leases, until: until, at: now)
  }

  func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    try judge(.status)
    return try base.status(of: leases)
  }

  func record(_ records: [LogRecord]) throws(StorageError) {
    try judge(.record)
    try base.record(records)
  }
}
