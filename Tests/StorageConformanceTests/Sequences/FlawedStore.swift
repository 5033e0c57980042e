import Jobs
import MemoryStorage
import Storage

/// A store that lies in one respect, to show that the comparison notices.
final class FlawedStore: ForwardingStore {
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
    /// Removes what has a day to go.
    case tidiesTooSoon
    /// Loses how long executions took.
    case losesDurations
  }

  let base: any StorageAdapter
  private let flaw: Flaw

  init(_ inner: any StorageAdapter, _ flaw: Flaw) {
    base = inner
    self.flaw = flaw
  }

  func page(_ request: JobPageRequest) throws(StorageError) -> JobPage {
    let page = try base.page(request)
    guard flaw == .hidesTheLastJob, page.next == nil else { return page }
    return JobPage(jobs: page.jobs.dropLast(), next: nil)
  }

  func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    var request = request
    if flaw == .forgetsReasons { request.reason = nil }
    return try base.setPaused(request)
  }

  func tidy(_ request: TidyRequest) throws(StorageError) -> TidyResult {
    guard flaw == .tidiesTooSoon else { return try base.tidy(request) }
    return try base.tidy(TidyRequest(now: request.now + .hours(24), limit: request.limit))
  }

  func minutes(_ request: MinutesRequest) throws(StorageError) -> [QueueMinute] {
    try base.minutes(request).map { minute in
      var minute = minute
      if flaw == .losesDurations { minute.timings = Timings() }
      return minute
    }
  }

  func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    let result = try base.enqueue(job, at: now)
    return flaw == .claimsToHaveCreated ? EnqueueResult(id: result.id, created: true) : result
  }

  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    var request = request
    if flaw == .overlooksTypes { request.types = [] }
    return try base.claim(request)
  }

  func renew(
    _ leases: [Lease], until: Instant, at now: Instant
  ) throws(StorageError) -> [LeaseStatus] {
    let statuses = try base.renew(leases, until: until, at: now)
    return flaw == .holdsLostLeases ? statuses.map { $0 == .lost ? .held : $0 } : statuses
  }
}
