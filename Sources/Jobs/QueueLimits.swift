/// How many jobs of a queue may run, and start, at a time; `nil` for no limit.
package struct QueueLimits: Equatable, Sendable {
  /// So many run at a time.
  package var concurrency: Int64?
  /// So many run at a time of those with the same concurrency key.
  package var concurrencyPerKey: Int64?
  /// So many start in a stretch of time.
  package var rate: Rate?
  /// So many may start at once within that; `nil` for `Rate.standardBurst`.
  package var burst: Int64?

  /// No limits.
  package init() {}

  /// The largest limit that can be set.
  package static let most: Int64 = 1_000_000

  /// The most ready jobs that one claim looks at in a queue, past those whose concurrency key is at its
  /// limit: it holds others up while it walks.
  package static let longestWalk = 10_000

  /// Whether there is any, so that no job may be claimed before it can start.
  package var isAny: Bool { concurrency != nil || concurrencyPerKey != nil || rate != nil }

  /// Whether the end of a job makes room for another.
  package var countsRunning: Bool { concurrency != nil || concurrencyPerKey != nil }
}

extension QueueLimits {
  /// The rate, and the burst in force with it.
  package var pace: (rate: Rate, burst: Int64)? {
    rate.map { ($0, min(max(burst ?? $0.standardBurst, 1), Rate.most)) }
  }

  /// How many jobs a claim may still take.
  ///
  /// - Parameters:
  ///   - wanted: as many as it asks for.
  ///   - atOnce: as many as can start at once; the rest would only wait.
  ///   - paid: what was started is paid for until then; see `Rate`.
  ///   - running: counts the jobs of the queue that run.
  package func room<Failure: Error>(
    wanted: Int, atOnce: Int, paid: Int64?, at now: Instant,
    running: () throws(Failure) -> Int64
  ) throws(Failure) -> Int {
    guard isAny else { return wanted }
    var room = Int64(min(wanted, atOnce))
    if let (rate, burst) = pace {
      room = min(room, rate.available(paid: paid, burst: burst, at: now))
    }
    if room > 0, let concurrency { room = min(room, concurrency - (try running())) }
    return Int(max(room, 0))
  }
}

/// What a queue's jobs get where their request leaves it out; `nil` for the rule of all queues.
package struct JobDefaults: Equatable, Sendable {
  /// Failures until a job is dead.
  package var maxAttempts: Int64?
  /// How it waits between failures; looked up at the failure.
  package var backoff: Backoff?
  /// How long one execution may take.
  package var timeout: TimeSpan?
  /// How urgent it is.
  package var priority: Priority?

  /// Everything left to the rule of all queues.
  package init() {}
}

extension NewJob {
  /// The request with what it leaves out taken from its queue; a store does so when it accepts it.
  ///
  /// - Parameter rules: for how long keys are known where the queue does not say.
  package func filled(by settings: QueueSettings, _ rules: Retention) -> NewJob {
    var filled = self
    filled.priority = priority ?? settings.defaults.priority
    filled.maxAttempts = maxAttempts ?? settings.defaults.maxAttempts
    filled.timeout = timeout ?? settings.defaults.timeout
    if idempotencyKey != nil {
      filled.idempotencyLifetime =
        idempotencyLifetime ?? settings.retention.over(rules).keyLifetime
    }
    return filled
  }
}
