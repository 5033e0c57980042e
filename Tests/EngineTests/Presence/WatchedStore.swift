import Jobs
import MemoryStorage
import Storage

/// A store with a test at both sides of the calls that matter to a worker.
///
/// Its closures are set before the worker runs, and called by it alone.
final class WatchedStore: ForwardingStore, @unchecked Sendable {
  let base: any StorageAdapter
  var beforeClaim: (ClaimRequest) -> Void = { _ in }
  /// Hears what a claim alone gave, and may make it fail after all.
  var afterClaim: ([ClaimedJob]) -> StorageError? = { _ in nil }
  var beforeSettle: ([Settlement], ClaimRequest?) -> StorageError? = { _, _ in nil }
  var afterSettle: ([Settlement], SettleResult) -> Void = { _, _ in }
  var beforeRescue: (RescueRequest) -> Void = { _ in }

  init(_ inner: any StorageAdapter) { base = inner }

  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    beforeClaim(request)
    let claimed = try base.claim(request)
    if let error = afterClaim(claimed) { throw error }
    return claimed
  }

  func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    if let error = beforeSettle(settlements, request) { throw error }
    let result = try base.settle(settlements, thenClaim: request, at: now)
    afterSettle(settlements, result)
    return result
  }

  func rescue(_ request: RescueRequest) throws(StorageError) -> Int {
    beforeRescue(request)
    return try base.rescue(request)
  }
}
