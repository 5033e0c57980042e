/// What is set for one queue; what is `nil` goes by the rule for all queues.
package struct QueueSettings: Equatable, Sendable {
  /// For how long what is over is kept.
  package var retention: Retention
  /// How many jobs may run and start.
  package var limits = QueueLimits()
  /// What jobs get where their request leaves it out.
  package var defaults = JobDefaults()
  /// So many jobs may wait, and while as many do no more are accepted; `nil` for any number.
  package var maxDepth: Int64?
  /// How much longer a job may wait for each level of priority until it goes first all the same; `nil`
  /// where a more urgent job always goes first.
  package var aging: TimeSpan?
  /// So many workers are expected to work on it, or `qctl health` alarms; `nil` for no expectation.
  package var workers: Int64?

  /// The settings of a queue.
  package init(retention: Retention = Retention()) {
    self.retention = retention
  }

  /// By how much a level of priority moves a job back in the order of the queue.
  package var quantum: TimeSpan { aging ?? Priority.strictQuantum }

  /// The longest aging: a year.
  package static let longestAging = TimeSpan.hours(24 * 366)

  /// The largest depth that can be set.
  package static let largestDepth: Int64 = 1_000_000_000

  /// The most workers that can be expected.
  package static let mostWorkers: Int64 = 100_000

  /// One thing that is set, or given back to the rule for all queues by `nil`.
  package enum Change: Equatable, Sendable {
    /// For how long jobs of a terminal state are kept.
    case keep(JobState, Keep?)
    /// For how long attempts of jobs that stay are kept.
    case keepAttempts(Keep?)
    /// For how long idempotency keys are known; those that are known already keep their time.
    case keepKeys(Keep?)
    /// For how long log records are kept; only for all queues.
    case keepLog(Keep?)
    /// For how long the minutes of queues are kept; only for all queues.
    case keepMinutes(Keep?)
    /// How many jobs may run at a time.
    case concurrency(Int64?)
    /// How many may run at a time of those with the same concurrency key.
    case concurrencyPerKey(Int64?)
    /// How many may start in a stretch of time.
    case rate(Rate?)
    /// How many may start at once within that.
    case burst(Int64?)
    /// Failures until a job is dead.
    case maxAttempts(Int64?)
    /// How jobs wait between failures.
    case backoff(Backoff?)
    /// How long one execution may take.
    case timeout(TimeSpan?)
    /// How urgent jobs are.
    case priority(Priority?)
    /// How many jobs may wait.
    case maxDepth(Int64?)
    /// How much longer a job waits for each level of priority.
    case aging(TimeSpan?)
    /// How many workers are expected.
    case workers(Int64?)
  }

  /// Changes one setting; nothing for a state that has none.
  package mutating func apply(_ change: Change) {
    switch change {
    case .keep(let state, let keep): retention[state] = keep
    case .keepAttempts(let keep): retention.attempts = keep
    case .keepKeys(let keep): retention.keys = keep
    case .keepLog(let keep): retention.log = keep
    case .keepMinutes(let keep): retention.minutes = keep
    case .concurrency(let count): limits.concurrency = count
    case .concurrencyPerKey(let count): limits.concurrencyPerKey = count
    case .rate(let rate): limits.rate = rate
    case .burst(let count): limits.burst = count
    case .maxAttempts(let count): defaults.maxAttempts = count
    case .backoff(let backoff): defaults.backoff = backoff
    case .timeout(let timeout): defaults.timeout = timeout
    case .priority(let priority): defaults.priority = priority
    case .maxDepth(let depth): maxDepth = depth
    case .aging(let span): aging = span
    case .workers(let count): workers = count
    }
  }
}

extension QueueSettings.Change {
  /// Whether it says how long attempts of jobs that stay are kept.
  package var keepsAttempts: Bool { if case .keepAttempts(.some) = self { true } else { false } }

  /// Whether it says how long the minutes of queues are kept.
  package var keepsMinutes: Bool { if case .keepMinutes(.some) = self { true } else { false } }

  /// Whether it sets a limit on starts in a stretch of time, which not every store can keep.
  package var setsRate: Bool {
    switch self {
    case .rate(let rate): rate != nil
    case .burst(let count): count != nil
    default: false
    }
  }
}

extension Retention {
  /// These rules with some changed; what does not say how long something is kept changes nothing.
  package func changed(by changes: [QueueSettings.Change]) -> Retention {
    var settings = QueueSettings(retention: self)
    for change in changes { settings.apply(change) }
    return settings.retention
  }
}
