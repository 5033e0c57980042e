/// What can happen to a job.
///
/// `Job.apply(_:at:)` is the one judge of what may happen when.
package enum JobEvent: Equatable, Sendable {
  /// Its time has come.
  case becomeDue
  /// The jobs it waited for ended well.
  case unblock
  /// The jobs it waited for ended so that it must not run; why is left as its error.
  case abandon(reason: String)
  /// A worker takes it.
  case claim(token: LeaseToken, worker: String, hold: Hold)
  /// The lease is renewed.
  case renew(until: Instant)
  /// The handler succeeded.
  case complete
  /// The handler failed in a way that may pass; waits `retryAfter`, or as its backoff says.
  case fail(error: String?, retryAfter: TimeSpan?, policy: Backoff, random: UInt64)
  /// The handler said that trying again is useless.
  case reject(error: String?)
  /// Given back unharmed: drain, spawn failure, claimed ahead and not started.
  case release
  /// The handler asks for later.
  case snooze(until: Instant)
  /// Its worker was lost.
  case rescue(Loss)
  /// An operator wants it gone; an active job is asked to stop.
  case cancel
  /// The worker stopped the active job because it was asked to.
  case finishCancel
  /// An operator says now, or at a given time: for waiting jobs, and for ended ones a replay.
  case retry(at: Instant)
}

/// Why an event may not happen to a job.
package enum TransitionRefusal: Error, Equatable, Sendable {
  /// The job is not in a state from which the event leads anywhere.
  case state(JobState)
}
