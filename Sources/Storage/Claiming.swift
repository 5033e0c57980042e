package import Jobs

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
  /// How many of them can start at once; `nil` for all.
  ///
  /// Of a queue with a limit no more are given: what
  /// only waited in a worker's hands would take the place of what could run elsewhere.
  package var atOnce: Int?
  /// The sign of life that keeps the jobs; then `lease` means nothing to the store.
  package var presence: PresenceID?

  /// A request with its parts.
  package init(
    queues: [QueueName], types: [JobType] = [], limit: Int = 1, atOnce: Int? = nil,
    worker: String, lease: TimeSpan = .seconds(60), presence: PresenceID? = nil, now: Instant
  ) {
    self.queues = queues
    self.types = types
    self.limit = limit
    self.atOnce = atOnce
    self.worker = worker
    self.lease = lease
    self.presence = presence
    self.now = now
  }

  /// What shall keep the jobs in the worker's hands.
  package var hold: Hold { presence.map(Hold.presence) ?? .until(now + lease) }
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
