import Jobs
import MemoryStorage
import Storage

/// A memory store that tells a test of each batch before it is applied, so that jobs can change
/// meanwhile or the batch can fail.
final class FaultyStore: Sendable {
  typealias Trouble = @Sendable (_ request: ApplyRequest) throws(StorageError) -> Void

  private let inner: MemoryStore
  private let trouble: Trouble

  init(_ inner: MemoryStore, trouble: @escaping Trouble) {
    self.inner = inner
    self.trouble = trouble
  }
}

extension FaultyStore: StorageSource {
  var identity: StoreIdentity { inner.identity }
  var capabilities: Capabilities { inner.capabilities }
  func findings() throws(StorageError) -> [Finding] { try inner.findings() }
  func close() { inner.close() }
}

extension FaultyStore: StorageBrowsing {
  func queues(at now: Instant) throws(StorageError) -> [QueueSummary] { try inner.queues(at: now) }
  func page(_ request: JobPageRequest) throws(StorageError) -> JobPage { try inner.page(request) }
  func job(_ id: JobID) throws(StorageError) -> JobDetail? { try inner.job(id) }
  func log(_ request: LogPageRequest) throws(StorageError) -> LogPage { try inner.log(request) }
}

extension FaultyStore: StorageOperating {
  func plan(_ request: PlanRequest) throws(StorageError) -> Plan { try inner.plan(request) }

  func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    try trouble(request)
    return try inner.apply(request)
  }
}

extension FaultyStore: StorageControlling {
  func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    try inner.setPaused(request)
  }
}

extension FaultyStore: StorageEngine {
  func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    try inner.enqueue(job, at: now)
  }

  func enqueueAll(
    at now: Instant, from source: () throws(BulkSourceError) -> NewJob?, progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    try inner.enqueueAll(at: now, from: source, progress: progress)
  }

  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    try inner.claim(request)
  }

  func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    try inner.settle(settlements, thenClaim: request, at: now)
  }

  func renew(
    _ leases: [Lease], until: Instant, at now: Instant
  ) throws(StorageError) -> [LeaseStatus] {
    try inner.renew(leases, until: until, at: now)
  }

  func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    try inner.status(of: leases)
  }

  func outstanding(
    in queues: [QueueName], at now: Instant
  ) throws(StorageError) -> Outstanding { try inner.outstanding(in: queues, at: now) }

  func record(_ records: [LogRecord]) throws(StorageError) { try inner.record(records) }
}
