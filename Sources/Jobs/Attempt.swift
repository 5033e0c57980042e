/// One finished execution of a job.
package struct Attempt: Equatable, Sendable {
  /// How an execution ended.
  ///
  /// The raw values are words of stores and JSON.
  package enum Outcome: String, Sendable, CaseIterable {
    /// The handler said success.
    case completed
    /// The handler failed and the job may be tried again, or is exhausted.
    case failed
    /// The handler said that trying again is useless.
    case rejected
    /// It took longer than its timeout.
    case timedOut = "timed_out"
    /// The worker gave it back: drain, spawn failure. Counts as no failure.
    case released
    /// The handler asked for later. Counts as no failure.
    case snoozed
    /// Its worker was lost.
    case lost
    /// An operator cancelled it.
    case cancelled

    /// Whether the execution came to an end of its own, so that its length says how long such take.
    package var isTimed: Bool {
      switch self {
      case .completed, .failed, .rejected, .timedOut: true
      case .released, .snoozed, .lost, .cancelled: false
      }
    }
  }

  /// The number that names the execution.
  package let attempt: Int64
  /// When it began.
  package let startedAt: Instant
  /// When it ended.
  package let finishedAt: Instant
  /// How it ended.
  package let outcome: Outcome
  /// Who ran it.
  package let worker: String
  /// The end of what it said on failure.
  package let error: String?
  /// The handler's exit status, where it exited.
  package let exitCode: Int64?
  /// The signal that ended the handler, where one did.
  package let signal: Int64?
  /// Captured standard output and standard error, capped; raw bytes, `nil` where there are none.
  package let output: [UInt8]?

  /// Every field in turn.
  package init(
    attempt: Int64, startedAt: Instant, finishedAt: Instant, outcome: Outcome, worker: String,
    error: String? = nil, exitCode: Int64? = nil, signal: Int64? = nil, output: [UInt8]? = nil
  ) {
    self.attempt = attempt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.outcome = outcome
    self.worker = worker
    self.error = error
    self.exitCode = exitCode
    self.signal = signal
    self.output = output
  }
}
