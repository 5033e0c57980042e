import Jobs
import MemoryStorage
import Storage
import TestSupport

/// A fresh store, a clock that only moves when told, and short words for what tests do with both.
final class Workshop {
  let store: any StorageAdapter
  var now = Instant(milliseconds: 1_790_000_000_000)
  private let scratch: ScratchDirectory

  init(_ adapter: Adapter, tape: RandomTape = RandomTape(seed: 1)) throws {
    scratch = try ScratchDirectory()
    store = try adapter.make(scratch) { tape.draw() }
  }

  deinit { store.close() }

  func wait(_ span: TimeSpan) { now = now + span }
}

// MARK: - Producing

extension Workshop {
  @discardableResult
  func add(
    _ queue: String = "emails", _ edit: (inout NewJob) throws -> Void = { _ in }
  ) throws -> JobID {
    var job = NewJob(queue: try QueueName(queue), payload: Array("{}".utf8))
    try edit(&job)
    return try store.enqueue(job, at: now).id
  }

  func addAll(_ jobs: [NewJob], failing: Bool = false) throws -> BulkResult {
    var rest = jobs[...]
    return try store.enqueueAll(at: now) { () throws(BulkSourceError) in
      if rest.isEmpty, failing { throw BulkSourceError() }
      return rest.popFirst()
    } progress: { _ in
    }
  }
}

// MARK: - Working

extension Workshop {
  func claim(
    _ queues: String..., types: [String] = [], limit: Int = 100, worker: String = "w1",
    lease: TimeSpan = .seconds(60)
  ) throws -> [ClaimedJob] {
    try store.claim(request(queues, types: types, limit: limit, worker: worker, lease: lease))
  }

  func request(
    _ queues: [String], types: [String] = [], limit: Int = 100, worker: String = "w1",
    lease: TimeSpan = .seconds(60)
  ) throws -> ClaimRequest {
    ClaimRequest(
      queues: try (queues.isEmpty ? ["emails"] : queues).map { try QueueName($0) },
      types: try types.map { try JobType($0) }, limit: limit, worker: worker, lease: lease, now: now
    )
  }

  /// Takes the one job that is there to be taken.
  func claimOne(_ queue: String = "emails") throws -> ClaimedJob {
    guard let claimed = try claim(queue, limit: 1).first else { throw NothingClaimed() }
    return claimed
  }

  @discardableResult
  func settle(
    _ claimed: ClaimedJob, _ verdict: Settlement.Verdict,
    _ edit: (inout Settlement) -> Void = { _ in }
  ) throws -> SettleOutcome? {
    var settlement = Settlement(claimed.lease, verdict)
    edit(&settlement)
    return try store.settle([settlement], thenClaim: nil, at: now).outcomes.first
  }

  /// A job brought to a state by the shortest way.
  func job(
    _ state: JobState, in queue: String = "emails", _ edit: (inout NewJob) throws -> Void = { _ in }
  ) throws -> JobID {
    let id = try add(queue) { job in
      try edit(&job)
      if state == .scheduled { job.runAt = now + .hours(1) }
    }
    switch state {
    case .ready, .scheduled: return id
    case .cancelled: _ = try operate(.cancel, on: [id])
    case .active: try take(id, queue)
    case .completed: try settle(take(id, queue), .complete(result: nil))
    case .dead: try settle(take(id, queue), .reject) { $0.error = "boom" }
    case .retrying: try settle(take(id, queue), .fail(retryAfter: .hours(1))) { $0.error = "boom" }
    case .blocked: throw NothingClaimed()
    }
    return id
  }

  /// Claims until a certain job is among what was taken; for queues that hold nothing else ready.
  @discardableResult
  private func take(_ id: JobID, _ queue: String) throws -> ClaimedJob {
    guard let claimed = try claim(queue).first(where: { $0.job.id == id }) else {
      throw NothingClaimed()
    }
    return claimed
  }
}

// MARK: - Operating and looking

extension Workshop {
  func plan(_ verb: OperatorVerb, _ edit: (inout JobFilter) throws -> Void = { _ in }) throws
    -> Plan
  {
    var filter = JobFilter()
    try edit(&filter)
    return try store.plan(PlanRequest(verb, filter, now: now))
  }

  func apply(_ verb: OperatorVerb, _ items: [PlanItem]) throws -> [ItemOutcome] {
    try store.apply(ApplyRequest(verb, items, actor: "olga", reason: "because", now: now))
  }

  func operate(_ verb: OperatorVerb, on ids: [JobID]) throws -> [ItemOutcome] {
    try apply(verb, plan(verb) { $0.ids = ids }.items)
  }

  func pause(_ queue: String = "emails", until: Instant? = nil) throws -> [Bool] {
    try store.setPaused(
      PauseRequest(
        [try QueueName(queue)], paused: true, until: until, actor: "olga", reason: "deploy",
        now: now))
  }

  func resume(_ queue: String = "emails") throws -> [Bool] {
    try store.setPaused(
      PauseRequest([try QueueName(queue)], paused: false, actor: "olga", reason: nil, now: now))
  }

  func tidy(limit: Int = TidyRequest.largestStep) throws -> TidyResult {
    try store.tidy(TidyRequest(now: now, limit: limit))
  }

  func keep(_ queue: String, _ retention: Retention) throws -> Bool {
    try store.setRetention(retention, of: QueueName(queue), at: now)
  }

  /// Changes settings of a queue.
  @discardableResult
  func set(_ changes: QueueSettings.Change..., in queue: String = "emails") throws -> Bool {
    try store.configure(
      ConfigureRequest(try QueueName(queue), changes, actor: "olga", now: now))
  }

  func minutes(_ queue: String = "emails") throws -> [QueueMinute] {
    let ever = (Instant(milliseconds: 0), Instant(milliseconds: .max))
    return try store.minutes(MinutesRequest(of: QueueName(queue), from: ever.0, to: ever.1))
  }

  func detail(_ id: JobID) throws -> JobDetail {
    guard let detail = try store.job(id) else { throw NoSuchJob(id: id) }
    return detail
  }

  func job(_ id: JobID) throws -> Job { try detail(id).job }

  func queue(_ name: String = "emails") throws -> QueueSummary? {
    try store.queues(at: now).first { $0.queue.description == name }
  }

  func log(_ filter: LogFilter = LogFilter()) throws -> [LogRecord] {
    try Everything.log(of: store, filter, size: 50)
  }

  func listing(
    _ filter: JobFilter = JobFilter(), _ order: JobOrder = .oldestFirst, size: Int = 50
  ) throws -> [Job] {
    try Everything.jobs(of: store, filter, order, size: size, at: now)
  }
}

struct NothingClaimed: Error {}

struct NoSuchJob: Error {
  let id: JobID
}
