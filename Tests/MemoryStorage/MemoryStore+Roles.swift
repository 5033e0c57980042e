package import Jobs
package import Storage
import Synchronization

extension MemoryStore: StorageBrowsing {
  package func queues(at now: Instant) throws(StorageError) -> [QueueSummary] {
    state.withLock { $0.summaries(at: now) }
  }

  package func page(_ request: JobPageRequest) throws(StorageError) -> JobPage {
    state.withLock { $0.page(request) }
  }

  package func job(_ id: JobID) throws(StorageError) -> JobDetail? {
    state.withLock { $0.jobs[id] }
  }

  package func batches(_ request: BatchPageRequest) throws(StorageError) -> [BatchSummary] {
    state.withLock { state in
      Array(
        state.batches.values.filter { batch in request.after.map { batch.id < $0 } ?? true }
          .sorted { $0.id > $1.id }.prefix(max(request.size, 1)))
    }
  }

  package func batch(_ id: JobID) throws(StorageError) -> BatchSummary? {
    state.withLock { $0.batches[id] }
  }

  package func keyHolder(_ key: String, of queue: QueueName) throws(StorageError) -> JobID? {
    state.withLock { $0.holder(of: key, in: queue) }
  }

  package func log(_ request: LogPageRequest) throws(StorageError) -> LogPage {
    state.withLock { $0.logPage(request) }
  }

  package func minutes(_ request: MinutesRequest) throws(StorageError) -> [QueueMinute] {
    try require(.minutes)
    return state.withLock { $0.minutes(request) }
  }

  package func meters() throws(StorageError) -> [QueueMeter] {
    try require(.minutes)
    return state.withLock { $0.meters() }
  }
}

extension MemoryStore: StorageOperating {
  package func plan(_ request: PlanRequest) throws(StorageError) -> Plan {
    state.withLock { $0.plan(request) }
  }

  package func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    state.withLock { state in
      defer { state.writeBooks(at: request.now) }
      return state.apply(request)
    }
  }
}

extension MemoryStore: StorageControlling {
  package func setPaused(_ request: PauseRequest) throws(StorageError) -> [Bool] {
    try state.withLock { (state) throws(StorageError) in try state.setPaused(request) }
  }

  package func healthRules() throws(StorageError) -> [StoredHealthRule] {
    state.withLock { $0.healthRules }
  }

  package func changeHealthRule(_ request: HealthRuleRequest) throws(StorageError) -> Bool {
    try state.withLock { (state) throws(StorageError) in
      guard let rules = try request.applied(to: state.healthRules) else { return false }
      state.healthRules = rules
      state.log.append(request.record)
      return true
    }
  }

  package func configure(_ request: ConfigureRequest) throws(StorageError) -> Bool {
    if request.changes.contains(where: \.setsRate) { try require(.rateLimits) }
    if request.changes.contains(where: \.keepsAttempts) { try require(.attemptRetention) }
    if request.changes.contains(where: \.keepsMinutes) { try require(.minutes) }
    return state.withLock { $0.configure(request) }
  }

  package func rules() throws(StorageError) -> Retention { state.withLock { $0.rules } }

  package func settings(of queue: QueueName) throws(StorageError) -> QueueSettings {
    try state.withLock { (state) throws(StorageError) in try state.settings(of: queue) }
  }
}

extension MemoryStore: StorageScheduling {
  package func schedules() throws(StorageError) -> [Schedule] {
    state.withLock { $0.schedules.values.sorted { $0.name < $1.name } }
  }

  package func schedule(_ name: ScheduleName) throws(StorageError) -> Schedule? {
    state.withLock { $0.schedules[name] }
  }

  package func nextTick() throws(StorageError) -> Instant? {
    state.withLock { $0.schedules.values.filter { !$0.isPaused }.compactMap(\.next).min() }
  }

  package func put(_ request: PutScheduleRequest) throws(StorageError) -> PutScheduleOutcome {
    try state.withLock { (state) throws(StorageError) in try state.put(request) }
  }

  package func remove(_ request: ScheduleRequest) throws(StorageError) -> [Bool] {
    state.withLock { $0.remove(request) }
  }

  package func setPaused(_ request: PauseScheduleRequest) throws(StorageError) -> Bool? {
    state.withLock { $0.setPaused(request) }
  }

  package func fire(_ request: FireRequest) throws(StorageError) -> FireOutcome {
    try state.withLock { (state) throws(StorageError) in
      defer { state.writeBooks(at: request.now) }
      let outcome = try state.fire(request)
      state.tellDependants(at: request.now)
      return outcome
    }
  }
}

extension MemoryStore {
  private func require(_ capability: Capability) throws(StorageError) {
    guard case .none(let reason, let remedy) = capabilities[capability] else { return }
    throw .unsupported(capability, reason: reason, remedy: remedy)
  }
}

extension MemoryStore: StorageArchive {
  package func requests(
    _ request: KnownRequestPageRequest
  ) throws(StorageError) -> KnownRequestPage {
    state.withLock { $0.requests(request) }
  }

  package func restore(
    _ parts: [ArchivePart], at now: Instant
  ) throws(StorageError) -> [RestoreOutcome] {
    state.withLock { $0.restore(parts, at: now) }
  }
}

extension MemoryStore: StorageEngine {
  package func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    try state.withLock { (state) throws(StorageError) in
      defer { state.writeBooks(at: now) }
      let result = try state.enqueue(job, at: now)
      state.gaveWay.removeAll()
      state.tellDependants(at: now)
      return result
    }
  }

  // The source is heard out before the lock is taken: it is the caller's code, may be slow, and may
  // itself look into the store.
  package func enqueueAll(
    at now: Instant, as batch: NewBatch?, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    let wanted = try Self.collect(source)
    let result = try state.withLock { (state) throws(BulkError) in
      defer { state.writeBooks(at: now) }
      return try state.enqueueAll(wanted, as: batch, at: now)
    }
    progress(wanted.count)
    return result
  }

  package func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    state.withLock { state in
      defer { state.writeBooks(at: request.now) }
      return state.claim(request)
    }
  }

  package func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult {
    state.withLock { state in
      defer { state.writeBooks(at: now) }
      let outcomes = settlements.map { state.settle($0, at: now) }
      state.tellDependants(at: now)
      return SettleResult(outcomes: outcomes, claimed: request.map { state.claim($0) } ?? [])
    }
  }

  package func renew(
    _ leases: [Lease], until: Instant, at now: Instant
  ) throws(StorageError) -> [LeaseStatus] {
    state.withLock { state in leases.map { state.renew($0, until: until, at: now) } }
  }

  package func rescue(_ request: RescueRequest) throws(StorageError) -> Int {
    state.withLock { state in
      defer { state.writeBooks(at: request.now) }
      return state.rescue(request)
    }
  }

  package func presences() throws(StorageError) -> [PresenceID] {
    state.withLock { state in
      Set(state.jobs.values.compactMap(\.job.presence)).sorted { $0.rawValue < $1.rawValue }
    }
  }

  package func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus] {
    state.withLock { state in leases.map { state.status(of: $0) } }
  }

  package func outstanding(
    in queues: [QueueName], at now: Instant
  ) throws(StorageError) -> Outstanding {
    state.withLock { $0.outstanding(in: Set(queues), at: now) }
  }

  package func record(_ records: [LogRecord]) throws(StorageError) {
    state.withLock { $0.log += records }
  }

  package func tidy(_ request: TidyRequest) throws(StorageError) -> TidyResult {
    state.withLock { state in
      defer { state.writeBooks(at: request.now) }
      return state.tidy(request)
    }
  }

  private static func collect(
    _ source: () throws(BulkSourceError) -> NewJob?
  ) throws(BulkError) -> [NewJob] {
    var wanted: [NewJob] = []
    while let job = try next(source) {
      do { try job.validate() } catch {
        throw .job(index: wanted.count, .invalid(error))
      }
      wanted.append(job)
    }
    return wanted
  }

  private static func next(
    _ source: () throws(BulkSourceError) -> NewJob?
  ) throws(BulkError) -> NewJob? {
    do { return try source() } catch { throw .source }
  }
}
