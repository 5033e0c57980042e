/// The name of a schedule: the rule of queue names (conventions.md §9), for the same reasons.
package typealias ScheduleName = QueueName

/// Makes jobs by the clock (design.md §7).
package struct Schedule: Equatable, Sendable {
  /// How it is called.
  package let name: ScheduleName
  /// What it was told to do.
  package var rule: ScheduleRule
  /// Whether it makes nothing for now.
  package var isPaused = false
  /// When it was added, and from when an interval is counted.
  package var createdAt: Instant
  /// The next moment at which it makes a job; `nil` where the calendar ends before.
  ///
  /// Whoever brings it forward has the tick, and nobody else.
  package var next: Instant?
  /// The latest tick that it dealt with.
  package var last: Instant?
  /// The latest job that it made.
  package var lastJob: JobID?

  /// A schedule that has not come yet.
  package init(_ name: ScheduleName, _ rule: ScheduleRule, createdAt: Instant, next: Instant?) {
    self.name = name
    self.rule = rule
    self.createdAt = createdAt
    self.next = next
  }

  /// Whether a tick of it is to be dealt with.
  package func isDue(at now: Instant) -> Bool {
    !isPaused && next.map { $0 <= now } ?? false
  }

  /// The job that it makes for a tick; `nil` for one outside of its ticks, at once.
  package func job(at tick: Instant?) -> NewJob {
    var job = rule.job
    job.schedule = name
    job.runAt = tick
    return job
  }
}
