package import Jobs

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
