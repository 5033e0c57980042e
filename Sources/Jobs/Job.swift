/// A job without its bulky parts: everything that lists, filters and the state machine need.
package struct Job: Equatable, Sendable {
  /// Identity; never changes.
  package let id: JobID
  /// The queue it is in.
  package var queue: QueueName
  /// What kind of work it is.
  package var type: JobType
  /// The stored state; `effectiveState(at:)` is what people are shown.
  package var state: JobState
  /// How urgent it is.
  package var priority: Priority
  /// When it was accepted.
  package let enqueuedAt: Instant
  /// When it may run, or may run again.
  package var runAt: Instant
  /// When the latest attempt began.
  package var startedAt: Instant?
  /// When it reached a terminal state.
  package var finishedAt: Instant?
  /// The number of the latest execution; only ever rises.
  package var attempt: Int64 = 0
  /// Executions that count against `maxAttempts`.
  package var failures: Int64 = 0
  /// How many failures make it dead.
  package var maxAttempts: Int64
  /// Worker deaths while this job alone was running.
  package var crashes: Int64 = 0
  /// How often an operator brought it back.
  package var replays: Int64 = 0
  /// Until when its worker has a right to it, where that is decided by time.
  package var leaseUntil: Instant?
  /// The worker whose sign of life keeps the job, where that is decided so.
  package var presence: PresenceID?
  /// The name of its worker, or of its latest one.
  package var worker: String?
  /// The token of the present lease.
  package var token: LeaseToken?
  /// Asked to stop while active.
  package var cancelRequested = false
  /// Was running when a worker was lost; next it runs alone (design.md §7).
  package var marked = false
  /// At most one live job of a queue has this key.
  package var uniqueKey: String?
  /// Whether this job is the one that holds its unique key.
  package var holdsUniqueKey = false
  /// For how long it holds its unique key.
  package var uniqueScope = UniqueScope.active
  /// The name under which the same request is known again.
  package var idempotencyKey: String?
  /// How long one execution may take; `nil` for no limit.
  package var timeout: TimeSpan?
  /// How it waits between failures; `nil` for the queue's policy.
  package var backoff: Backoff?
  /// What follows for it when a job that it waits for fails; `nil` for one that waits for none.
  package var onParentFailure: ParentFailure?
  /// The batch that it belongs to; batches have ids like jobs.
  package var batch: JobID?
  /// Of the jobs with this, a queue may run only so many at once.
  package var concurrencyKey: String?
  /// The schedule that made it.
  package var schedule: QueueName?
  /// The end of what the latest failure said.
  package var error: String?

  /// The job as an accepted request makes it.
  ///
  /// - Parameter isBlocked: whether some job that it waits for has not ended.
  package init(id: JobID, accepting new: NewJob, now: Instant, isBlocked: Bool = false) {
    self.id = id
    queue = new.queue
    type = new.type
    priority = new.priority ?? .default
    enqueuedAt = now
    runAt = new.runAt ?? now
    state = isBlocked ? .blocked : runAt > now ? .scheduled : .ready
    maxAttempts = new.maxAttempts ?? Self.defaultMaxAttempts
    uniqueKey = new.uniqueKey
    uniqueScope = new.uniqueScope
    holdsUniqueKey = new.uniqueKey != nil
    idempotencyKey = new.idempotencyKey
    timeout = new.timeout
    backoff = new.backoff
    onParentFailure = new.after.isEmpty ? nil : new.onParentFailure
    batch = new.batch
    concurrencyKey = new.concurrencyKey
    schedule = new.schedule
  }

  /// The job as a store kept it.
  package init(
    id: JobID, queue: QueueName, type: JobType, state: JobState, priority: Priority,
    enqueuedAt: Instant, runAt: Instant, maxAttempts: Int64
  ) {
    self.id = id
    self.queue = queue
    self.type = type
    self.state = state
    self.priority = priority
    self.enqueuedAt = enqueuedAt
    self.runAt = runAt
    self.maxAttempts = maxAttempts
  }

  /// So many worker deaths while it ran alone make a job dead.
  package static let mostCrashes: Int64 = 3

  /// Failures until a job is dead, where neither job nor queue says otherwise.
  package static let defaultMaxAttempts: Int64 = 10

  /// The state as people are shown it: due is ready, whether or not a worker has promoted it.
  package func effectiveState(at now: Instant) -> JobState {
    state.waitsForTime && runAt <= now ? .ready : state
  }
}
