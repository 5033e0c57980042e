import Jobs
import MemoryStorage
import Storage

/// A store in memory about which there is something to say.
final class ExaminedStore: StorageAdapter {
  private let memory: MemoryStore
  private let found: [Finding]

  init(_ memory: MemoryStore, _ found: [Finding]) {
    self.memory = memory
    self.found = found
  }

  var identity: StoreIdentity { memory.identity }
  var capabilities: Capabilities { memory.capabilities }
  func findings() throws(StorageError) -> [Finding] { found }
  func close() {}

  func queues(at now: Instant) throws(StorageError) -> [QueueSummary] { try memory.queues(at: now) }
  func page(_ request: JobPageRequest) throws(StorageError) -> JobPage { try memory.page(request) }
  func job(_ id: JobID) throws(StorageError) -> JobDetail? { try memory.job(id) }
  func log(_ request: LogPageRequest) throws(StorageError) -> LogPage { try memory.log(request) }
  func plan(_ request: PlanRequest) throws(StorageError) -> Plan { try memory.plan(request) }
  func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    try memory.apply(request)
  }
  func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    try memory.setPaused(request)
  }
  func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    try memory.enqueue(job, at: now)
  }
  func enqueueAll(
    at now: Instant, from source: () throws(BulkSourceError) -> NewJob?, progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    try memory.enqueueAll(at: now, from: source, progress: progress)
  }
  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    try memory.claim(request)
  }
  func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    try memory.settle(settlements, thenClaim: request, at: now)
  }
  func renew(
    _ leases: [Lease], until: Instant, at now: Instant
  ) throws(StorageError) -> [LeaseStatus] {
    try memory.renew(leases, until: until, at: now)
  }
  func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    try memory.status(of: leases)
  }
  func outstanding(
    in queues: [QueueName], at now: Instant
  ) throws(StorageError) -> Outstanding {
    try memory.outstanding(in: queues, at: now)
  }
  func record(_ records: [LogRecord]) throws(StorageError) { try memory.record(records) }
}
