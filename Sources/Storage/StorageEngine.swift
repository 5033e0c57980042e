package import Jobs

/// What producers and workers need.
///
/// When a call returns, what it changed is durable, except that a claim alone may be forgotten
/// by a power cut (the job is then still waiting).
package protocol StorageEngine: AnyObject, Sendable {
  /// Accepts one job; or gives back the one that has its idempotency or unique key.
  ///
  /// - Throws: `keyConflict` where an idempotency key was used with other content.
  func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult

  /// Accepts all jobs of a source, or none.
  ///
  /// - Parameters:
  ///   - source: gives the next job, `nil` at the end; what it throws undoes everything.
  ///   - progress: hears the number accepted so far, now and then.
  func enqueueAll(
    at now: Instant, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult

  /// Takes the most urgent jobs of the first queue in the list that has any, then the next.
  /// Also promotes what is due and rescues what ran out of its lease, both in bounded steps.
  ///
  /// A marked job comes alone, and the claim ends before one that is not the first: it must run
  /// alone in its worker (design.md §7).
  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob]

  /// Ends leases, each as its settlement says, and takes new jobs, all in one commit.
  /// A stale token changes nothing and is logged as `lease_lost`.
  func settle(
    _ settlements: [Settlement], thenClaim request: ClaimRequest?, at now: Instant
  ) throws(StorageError) -> SettleResult

  /// Extends leases that are still valid; a stale one is logged as `lease_lost`.
  func renew(_ leases: [Lease], until: Instant, at now: Instant) throws(StorageError)
    -> [LeaseStatus]

  /// Takes the jobs out of the hands of a worker that shows no life any more.
  ///
  /// The caller has seen to it that no handler of that worker runs.
  /// - Returns: how many jobs that were.
  func rescue(_ request: RescueRequest) throws(StorageError) -> Int

  /// The workers that have jobs by their sign of life, without changing anything.
  func presences() throws(StorageError) -> [PresenceID]

  /// What stands of these leases, without changing anything.
  func status(of leases: [Lease]) throws(StorageError) -> [LeaseStatus]

  /// How much work the queues hold, for `--until-empty` and `--until-settled`.
  func outstanding(in queues: [QueueName], at now: Instant) throws(StorageError) -> Outstanding

  /// Writes log records of the caller's own (worker started, stopped).
  func record(_ records: [LogRecord]) throws(StorageError)

  /// Removes some of what has been kept for long enough, in one short step. See `TidyRequest`.
  ///
  /// For workers that have nothing to do, now and then, and again while `hasMore`, giving way to
  /// others between. Where there is nothing to remove, it takes no write lock.
  func tidy(_ request: TidyRequest) throws(StorageError) -> TidyResult
}

/// What became of a request to accept a job.
package struct EnqueueResult: Equatable, Sendable {
  /// The job accepted, or the one that was there already.
  package let id: JobID
  /// Whether this request made it.
  package let created: Bool

  /// A result with its parts.
  package init(id: JobID, created: Bool) {
    self.id = id
    self.created = created
  }
}

/// What a bulk source says when it cannot go on; the caller keeps the particulars.
package struct BulkSourceError: Error, Equatable, Sendable {
  /// Stops the bulk.
  package init() {}
}

/// Why a bulk accepted nothing.
package enum BulkError: Error, Equatable, Sendable {
  /// The source stopped it.
  case source
  /// The store refused the job with this index, from 0.
  case job(index: Int, StorageError)
  /// The store failed as a whole.
  case storage(StorageError)
}

/// How many jobs a bulk made, and how many were there already.
package struct BulkResult: Equatable, Sendable {
  /// Made by this request.
  package var created: Int
  /// Known already by key.
  package var existing: Int

  /// A result with its parts.
  package init(created: Int = 0, existing: Int = 0) {
    self.created = created
    self.existing = existing
  }
}

/// A request for work.
package struct ClaimRequest: Equatable, Sendable {
  /// In strict order.
  package var queues: [QueueName]
  /// Only these types; empty for any.
  package var types: [JobType]
  /// At most so many.
  package var limit: Int
  /// Who asks.
  package var worker: String
  /// How long the leases last.
  package var lease: TimeSpan
  /// When.
  package var now: Instant
  /// The sign of life that keeps the jobs; then `lease` means nothing to the store.
  package var presence: PresenceID?

  /// A request with its parts.
  package init(
    queues: [QueueName], types: [JobType] = [], limit: Int = 1, worker: String,
    lease: TimeSpan = .seconds(60), presence: PresenceID? = nil, now: Instant
  ) {
    self.queues = queues
    self.types = types
    self.limit = limit
    self.worker = worker
    self.lease = lease
    self.presence = presence
    self.now = now
  }

  /// What shall keep the jobs in the worker's hands.
  package var hold: Hold { presence.map(Hold.presence) ?? .until(now + lease) }
}

/// A worker that is gone, and what it was doing.
package struct RescueRequest: Equatable, Sendable {
  /// Whose jobs.
  package var presence: PresenceID
  /// The executions whose handlers had started; `nil` where that is not known, so that all count as
  /// started.
  package var started: Set<Execution>?
  /// Whether the worker is dead, and not merely silent: only a death is a crash.
  package var isDead: Bool
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(
    presence: PresenceID, started: Set<Execution>?, isDead: Bool = true, now: Instant
  ) {
    self.presence = presence
    self.started = started
    self.isDead = isDead
    self.now = now
  }
}

extension RescueRequest {
  /// Whether the handler of a job's latest execution had started.
  package func hasStarted(_ job: Job) -> Bool {
    started?.contains(Execution(id: job.id, attempt: job.attempt)) ?? true
  }
}

/// One execution of one job.
package struct Execution: Hashable, Sendable {
  /// Which job.
  package let id: JobID
  /// Which attempt.
  package let attempt: Int64

  /// An execution with its parts.
  package init(id: JobID, attempt: Int64) {
    self.id = id
    self.attempt = attempt
  }
}

/// A job in the hands of a worker.
package struct ClaimedJob: Equatable, Sendable {
  /// The job as claimed: active, attempt raised, token set.
  package let job: Job
  /// What the worker must present.
  package let lease: Lease
  /// The payload, as enqueued.
  package let payload: [UInt8]
  /// The job's tags.
  package let tags: [Tag]

  /// A claimed job with its parts.
  package init(job: Job, lease: Lease, payload: [UInt8], tags: [Tag]) {
    self.job = job
    self.lease = lease
    self.payload = payload
    self.tags = tags
  }
}

/// A right to one execution of a job.
package struct Lease: Hashable, Sendable {
  /// Which job.
  package let id: JobID
  /// The fencing token.
  package let token: LeaseToken

  /// A right with its parts.
  package init(id: JobID, token: LeaseToken) {
    self.id = id
    self.token = token
  }
}

/// What stands of a lease.
package enum LeaseStatus: Equatable, Sendable {
  /// Valid.
  case held
  /// Valid, and an operator asks that the job be stopped.
  case cancelRequested
  /// The job is somebody else's, ended, or gone.
  case lost
}

/// How an execution ended, and with what to remember.
package struct Settlement: Equatable, Sendable {
  /// What follows for the job.
  package enum Verdict: Equatable, Sendable {
    /// Done, with an optional result.
    case complete(result: [UInt8]?)
    /// Failed; again after the backoff, or after what the handler asked for.
    case fail(retryAfter: TimeSpan?)
    /// As `fail`, because it took longer than its timeout.
    case timeOut
    /// Failed for good.
    case reject
    /// Given back, nothing counted.
    case release(reason: String)
    /// Given back before any handler started: as if it had not been claimed, but for the number.
    case putBack
    /// Asked for later, nothing counted.
    case snooze(until: Instant)
    /// Stopped because an operator asked.
    case cancel
  }

  /// Whose.
  package let lease: Lease
  /// What follows.
  package let verdict: Verdict
  /// The end of what the handler said on failure.
  package var error: String?
  /// The handler's exit status.
  package var exitCode: Int64?
  /// The signal that ended the handler.
  package var signal: Int64?
  /// Captured output, capped by the caller.
  package var output: [UInt8]?
  /// Which attempt and which worker, where the caller knows: told if the lease is lost.
  package var attempt: Int64?
  package var worker: String?

  /// A settlement with its required parts.
  package init(_ lease: Lease, _ verdict: Verdict) {
    self.lease = lease
    self.verdict = verdict
  }
}

/// What became of one settlement.
package enum SettleOutcome: Equatable, Sendable {
  /// The job is now in this state.
  case settled(JobState)
  /// The token was stale: nothing changed.
  case leaseLost
}

/// What a settle and the claim after it gave.
package struct SettleResult: Equatable, Sendable {
  /// One outcome for each settlement, in order.
  package let outcomes: [SettleOutcome]
  /// The jobs taken in the same commit.
  package let claimed: [ClaimedJob]

  /// A result with its parts.
  package init(outcomes: [SettleOutcome], claimed: [ClaimedJob]) {
    self.outcomes = outcomes
    self.claimed = claimed
  }
}

/// How much work some queues hold.
package struct Outstanding: Equatable, Sendable {
  /// Ready or due, in queues that are not paused or paused alike.
  package var ready: Int64
  /// In the hands of workers.
  package var active: Int64
  /// Waiting out a backoff.
  package var retrying: Int64
  /// Waiting for a time.
  package var scheduled: Int64
  /// When the first waiting job is due, if any waits.
  package var nextDue: Instant?

  /// Counts with their parts.
  package init(
    ready: Int64 = 0, active: Int64 = 0, retrying: Int64 = 0, scheduled: Int64 = 0,
    nextDue: Instant? = nil
  ) {
    self.ready = ready
    self.active = active
    self.retrying = retrying
    self.scheduled = scheduled
    self.nextDue = nextDue
  }
}
