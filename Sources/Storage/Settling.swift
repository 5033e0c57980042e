package import Jobs

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
