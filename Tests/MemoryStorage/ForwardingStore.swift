package import Jobs
package import Storage

/// A store that hands every call on to another, so that a test writes only what differs.
package protocol ForwardingStore: StorageAdapter {
  /// The store that does the work.
  var base: any StorageAdapter { get }
}

extension ForwardingStore {
  package var identity: StoreIdentity { base.identity }
  package var capabilities: Capabilities { base.capabilities }
  package var meetingPlace: MeetingPlace? { base.meetingPlace }
  package func findings() throws(StorageError) -> [Finding] { try base.findings() }
  package func close() { base.close() }
  package func repair(_ request: RepairRequest) throws(StorageError) -> [Repair] {
    try base.repair(request)
  }
  package func backup(
    to path: String, at now: Instant, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StorageError) -> BackupReport {
    try base.backup(to: path, at: now, progress: progress)
  }

  package func rules() throws(StorageError) -> Retention { try base.rules() }

  package func healthRules() throws(StorageError) -> [StoredHealthRule] {
    try base.healthRules()
  }

  package func changeHealthRule(_ request: HealthRuleRequest) throws(StorageError) -> Bool {
    try base.changeHealthRule(request)
  }

  package func vitals() throws(StorageError) -> StoreVitals { try base.vitals() }

  package func queues(at now: Instant) throws(StorageError) -> [QueueSummary] {
    try base.queues(at: now)
  }
  package func page(_ request: JobPageRequest) throws(StorageError) -> JobPage {
    try base.page(request)
  }
  package func job(_ id: JobID) throws(StorageError) -> JobDetail? { try base.job(id) }

  package func jobs(_ ids: [JobID]) throws(StorageError) -> [JobDetail] { try base.jobs(ids) }
  package func batches(_ request: BatchPageRequest) throws(StorageError) -> [BatchSummary] {
    try base.batches(request)
  }
  package func batch(_ id: JobID) throws(StorageError) -> BatchSummary? { try base.batch(id) }
  package func keyHolder(_ key: String, of queue: QueueName) throws(StorageError) -> JobID? {
    try base.keyHolder(key, of: queue)
  }
  package func log(_ request: LogPageRequest) throws(StorageError) -> LogPage {
    try base.log(request)
  }
  package func plan(_ request: PlanRequest) throws(StorageError) -> Plan { try base.plan(request) }
  package func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    try base.apply(request)
  }
  package func minutes(_ request: MinutesRequest) throws(StorageError) -> [QueueMinute] {
    try base.minutes(request)
  }
  package func meters() throws(StorageError) -> [QueueMeter] { try base.meters() }
  package func readyAges(_ request: ReadyAgesRequest) throws(StorageError) -> ReadyAges {
    try base.readyAges(request)
  }
  package func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    try base.setPaused(request)
  }
  package func configure(_ request: ConfigureRequest) throws(StorageError) -> Bool {
    try base.configure(request)
  }
  package func settings(of queue: QueueName) throws(StorageError) -> QueueSettings {
    try base.settings(of: queue)
  }
}

extension ForwardingStore {
  package func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    try base.enqueue(job, at: now)
  }
  package func enqueueAll(
    at now: Instant, as batch: NewBatch?, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    try base.enqueueAll(at: now, as: batch, from: source, progress: progress)
  }
  package func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    try base.claim(request)
  }
  package func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    try base.settle(settlements, thenClaim: request, at: now)
  }
  package func renew(
    _ leases: [Lease], until: Instant, at now: Instant
  ) throws(StorageError) -> [LeaseStatus] {
    try base.renew(leases, until: until, at: now)
  }
  package func rescue(_ request: RescueRequest) throws(StorageError) -> Int {
    try base.rescue(request)
  }
  package func presences() throws(StorageError) -> [PresenceID] { try base.presences() }
  package func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    try base.status(of: leases)
  }
  package func outstanding(
    in queues: [QueueName], at now: Instant
  ) throws(StorageError) -> Outstanding { try base.outstanding(in: queues, at: now) }
  package func record(_ records: [LogRecord]) throws(StorageError) { try base.record(records) }
  package func tidy(_ request: TidyRequest) throws(StorageError) -> TidyResult {
    try base.tidy(request)
  }
}

extension ForwardingStore {
  package func schedules() throws(StorageError) -> [Schedule] { try base.schedules() }
  package func schedule(_ name: ScheduleName) throws(StorageError) -> Schedule? {
    try base.schedule(name)
  }
  package func nextTick() throws(StorageError) -> Instant? { try base.nextTick() }
  package func put(_ request: PutScheduleRequest) throws(StorageError) -> PutScheduleOutcome {
    try base.put(request)
  }
  package func remove(_ request: ScheduleRequest) throws(StorageError) -> [Bool] {
    try base.remove(request)
  }
  package func setPaused(_ request: PauseScheduleRequest) throws(StorageError) -> Bool? {
    try base.setPaused(request)
  }
  package func finishFirings(at now: Instant) throws(StorageError) {
    try base.finishFirings(at: now)
  }
  package func fire(_ request: FireRequest) throws(StorageError) -> FireOutcome {
    try base.fire(request)
  }
}

extension ForwardingStore {
  package func requests(
    _ request: KnownRequestPageRequest
  ) throws(StorageError) -> KnownRequestPage { try base.requests(request) }
  package func restore(
    _ parts: [ArchivePart], at now: Instant
  ) throws(StorageError) -> [RestoreOutcome] { try base.restore(parts, at: now) }
}
