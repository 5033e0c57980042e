package import Jobs

/// What producers and workers need.
///
/// When a call returns, what it changed is durable, except that a claim alone may be forgotten
/// by a power cut (the job is then still waiting).
///
/// **Ties.** What one job's end means for others happens in the call that ended it, and is told by the log
/// in this order, whatever the store:
///
/// 1. What the call does to each job that it is about, in the order of the request. A new job is told by
///    itself; one that gives way to it is cancelled (`reason`: by which), in the order of the new ones.
/// 2. What those that wait for others hear, once all of that is done: parent by parent, the lowest id
///    first, and of each those that wait for it, again by id (`unblocked`, `abandoned`). One that is
///    abandoned is a parent itself, and its turn is where its id puts it. Batches whose last job ended so
///    come when no job is left.
/// 3. What sums up the call (`operation`).
///
/// A claim does 1 and 2 queue by queue, for what it rescues, before it takes anything. How a job of a
/// bulk's parents stand is judged before any job gives way to that bulk, whichever line comes first.
package protocol StorageEngine: AnyObject, Sendable {
  /// Accepts one job; or gives back the one that has its idempotency key, or does about the one that
  /// holds its unique key what the request says (`UniqueConflict`).
  ///
  /// What the request leaves out and its queue has a default for is taken from there.
  ///
  /// One that waits for others (`NewJob.after`) is blocked until each of them is completed, or what
  /// `ParentStand.effect` says; whatever ends a job, or removes it, those that wait for it hear of it in
  /// the same call, or of many, in short steps by that call and those after it.
  ///
  /// - Throws: `unknownParent`; `keyConflict` where an idempotency key was used with other content, and
  ///   where a holder of the unique key does not give way; only then `queueFull` where a job would be
  ///   made, and as many wait in its queue as may, one that gives way not counted. Nothing has changed
  ///   then. Jobs of schedules are never refused so.
  func enqueue(_ job: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult

  /// Accepts all jobs of a source, or none: nobody sees any of them before all are there.
  ///
  /// If a queue would have more waiting jobs than it may in the end, none is accepted: `queueFull`. The one
  /// that waits for the batch counts too, and those that give way do not.
  /// A key that another process takes meanwhile makes the job an existing one.
  ///
  /// - Parameters:
  ///   - source: gives the next job, `nil` at the end; what it throws undoes everything. Called
  ///     while the store holds no lock, so it may be slow, and may look into the store. A job that
  ///     is refused may be told of before the source is at its end.
  ///   - batch: that all jobs made belong to; where none is made, neither is the batch.
  ///   - progress: hears the number accepted so far, now and then.
  func enqueueAll(
    at now: Instant, as batch: NewBatch?, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult

  /// Takes the most urgent jobs of the first queue in the list that has any, then the next.
  /// Also promotes what is due and rescues what ran out of its lease, both in bounded steps.
  ///
  /// A marked job comes alone, and the claim ends before one that is not the first: it must run
  /// alone in its worker (design.md §7).
  ///
  /// A queue with limits gives only what may run and start now, counted from the jobs themselves in the
  /// same step: those that are active, be their worker alive or not, but not those that were settled
  /// by the same call. Due jobs of a queue that has no room are not promoted. A job whose concurrency
  /// key is at its limit is passed over, up to `QueueLimits.longestWalk` of them.
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

extension StorageEngine {
  /// Accepts all jobs of a source, or none, in no batch.
  package func enqueueAll(
    at now: Instant, from source: () throws(BulkSourceError) -> NewJob?,
    progress: (Int) -> Void
  ) throws(BulkError) -> BulkResult {
    try enqueueAll(at: now, as: nil, from: source, progress: progress)
  }
}

/// What became of a request to accept a job.
package struct EnqueueResult: Equatable, Sendable {
  /// How it came to be.
  package enum Outcome: Equatable, Sendable {
    /// This request made it.
    case created
    /// It was there already.
    case existing
    /// This request made it in the place of another, which lost its unique key and, where it waited,
    /// was cancelled.
    case replaced(JobID)
    /// This request made it, and it waits for another, which is running.
    case queuedAfter(JobID)
  }

  /// The job accepted, or the one that was there already.
  package let id: JobID
  /// How it came to be.
  package let outcome: Outcome

  /// Whether this request made it.
  package var created: Bool { outcome != .existing }

  /// A result with its parts.
  package init(id: JobID, outcome: Outcome) {
    self.id = id
    self.outcome = outcome
  }

  /// A job that a request made, or that was there already.
  package init(id: JobID, created: Bool) {
    self.init(id: id, outcome: created ? .created : .existing)
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
  /// The jobs that had labels, known ones too, by label; of several with the same one the latest.
  package var labelled: [Int: JobID] = [:]
  /// The batch, where one was asked for and some job was made.
  package var batch: BatchResult?

  /// A result with its parts.
  package init(created: Int = 0, existing: Int = 0) {
    self.created = created
    self.existing = existing
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
  /// When the first waiting job is due, if any waits, or may start, where a rate is used up.
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
