import Jobs
import Storage

/// A store that lies in one respect, to show that the comparison notices.
final class FlawedStore: StorageSource {
  enum Flaw: CaseIterable {
    /// Says that it made a job which was there already.
    case claimsToHaveCreated
    /// Says that a lost lease is held.
    case holdsLostLeases
    /// Gives work of types that were not asked for.
    case overlooksTypes
    /// Leaves the last job out of a page.
    case hidesTheLastJob
    /// Loses the reason of a pause.
    case forgetsReasons
  }

  private let inner: any StorageAdapter
  private let flaw: Flaw

  init(_ inner: any StorageAdapter, _ flaw: Flaw) {
    self.inner = inner
    self.flaw = flaw
  }

  var identity: StoreIdentity { inner.identity }
  var capabilities: Capabilities { inner.capabilities }
  func findings() throws(StorageError) -> [Finding] { try inner.findings() }
  func close() { inner.close() }
}

extension FlawedStore: StorageBrowsing, StorageOperating, StorageControlling {
  func queues(at now: Instant) throws(StorageError) -> [QueueSummary] {
    try inner.queues(at: now)
  }

  func page(_ request: JobPageRequest) throws(StorageError) -> JobPage {
    let page = try inner.page(request)
    guard flaw == .hidesTheLastJob, page.next == nil else { return page }
    return JobPage(jobs: page.jobs.dropLast(), next: nil)
  }

  func job(_ id: JobID) throws(StorageError) -> JobDetail? { try inner.job(id) }

  func log(_ request: LogPageRequest) throws(StorageError) -> LogPage { try inner.log(request) }

  func plan(_ request: PlanRequest) throws(StorageError) -> Plan { try inner.plan(request) }

  func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    try inner.apply(request)
  }

  func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    var request = request
    if flaw == .forgetsReasons { request.reason = nil }
    return try inner.setPaused(request)
  }
}

extension FlawedStore: StorageEngine {
  func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    let result = try inner.enqueue(job, at: now)
    return flaw == .claimsToHaveCreated ? EnqueueResult(id: result.id, created: true) : result
  }

  func enqueueAll(
    at now: Instant, from source: () throws(BulkSourceError) -> NewJob?, progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    try inner.enqueueAll(at: now, from: source, progress: progress)
  }

  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    var request = request
    if flaw == .overlooksTypes { request.types = [] }
    return try inner.claim(request)
  }

  func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    try inner.settle(settlements, thenClaim: request, at: now)
  }

  func renew(
    _ leases: [Lease], until: Instant, at now: Instant
  ) throws(StorageError) -> [LeaseStatus] {
    let statuses = try inner.renew(leases, until: until, at: now)
    return flaw == .holdsLostLeases ? statuses.map { $0 == .lost ? .held : $0 } : statuses
  }

  func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    try inner.status(of: leases)
  }

  func outstanding(in queues: [QueueName], at now: Instant) throws(StorageError) -> Outstanding {
    try inner.outstanding(in: queues, at: now)
  }

  func record(_ records: [LogRecord]) throws(StorageError) { try inner.record(records) }
}
