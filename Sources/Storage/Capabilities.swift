/// Something that a store may or may not be able to do (design.md §3).
package enum Capability: String, Hashable, Sendable, CaseIterable {
  /// List queues and jobs, show one.
  case browse
  /// Retry, cancel, purge, replay.
  case operate
  /// Pause and resume.
  case control
  /// Accept jobs.
  case enqueue
  /// Hand jobs to workers.
  case work
  /// Unique keys.
  case uniqueKeys = "unique_keys"
  /// Idempotency keys.
  case idempotencyKeys = "idempotency_keys"
  /// Jobs that wait for others.
  case dependencies
  /// Jobs that were accepted together and are counted together.
  case batches
  /// An application enqueues inside its own transaction.
  case transactionalEnqueue = "transactional_enqueue"
  /// A log of every transition.
  case log
  /// A record of the log is as durable as the change that it tells.
  case durableLog = "durable_log"
  /// A call that changes several jobs changes all or none of them, whatever dies meanwhile.
  case atomicBatches = "atomic_batches"
  /// A listing, a page at a time, and the counts of a queue are of one moment each.
  case snapshots
  /// What happened minute by minute: depths, rates, durations.
  case minutes
  /// Old attempts are dropped from jobs that stay, and log records one by one.
  case attemptRetention = "attempt_retention"
  /// Schedules: jobs by the clock.
  case schedules
  /// Limits on how many jobs of a queue start in a stretch of time.
  case rateLimits = "rate_limits"
  /// Make a copy of the store while it is in use.
  case backup
}

/// How far a store can do something, with the reason where it can't.
package enum Support: Equatable, Sendable {
  /// As the contract says.
  case full
  /// Not at all: why, and what to do instead.
  case none(reason: String, remedy: String)
}

/// What reading does to a store.
package enum ReadEffect: String, Equatable, Sendable {
  /// Nothing at all.
  case pure
  /// It raises a delivery count.
  case raisesDeliveryCount = "raises_delivery_count"
}

/// What a store can do, as data, so that `qctl capabilities` can print it.
package struct Capabilities: Equatable, Sendable {
  /// What reading does.
  package let readEffect: ReadEffect
  private let absent: [Capability: Support]

  /// Everything in full, but for what is named with its reason.
  package init(readEffect: ReadEffect = .pure, absent: [Capability: Support] = [:]) {
    self.readEffect = readEffect
    self.absent = absent
  }

  /// How far the store can do `capability`.
  package subscript(capability: Capability) -> Support { absent[capability] ?? .full }
}
