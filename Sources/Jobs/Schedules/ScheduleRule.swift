package import Calendar

/// What a schedule was told to do: when, and what job to make.
package struct ScheduleRule: Equatable, Sendable {
  /// When it comes.
  package enum Timing: Equatable, Sendable {
    /// At the minutes of a zone's clocks that an expression names.
    case cron(CronExpression)
    /// Each time so much has passed since it was added.
    case every(TimeSpan)
  }

  /// What becomes of ticks at which nobody was there to fire.
  package enum Catchup: String, Hashable, Sendable, CaseIterable {
    /// They are gone.
    case none
    /// One job for the latest of them.
    case latest
    /// A job for each of them, for the latest 64 at most.
    case all
  }

  /// What becomes of a tick while the job of the one before still lives.
  package enum Overlap: String, Hashable, Sendable, CaseIterable {
    /// Another job is made beside it.
    case allow
    /// No job is made.
    case skip
    /// A job is made that waits for it.
    case queue
  }

  /// When it comes.
  package var timing: Timing
  /// The zone by whose clocks it comes, as an IANA name.
  package var zone: String
  /// What becomes of missed ticks.
  package var catchup: Catchup
  /// What becomes of a tick while the last job lives.
  package var overlap: Overlap
  /// The job to make; when it runs and the schedule's name are filled in with each.
  package var job: NewJob

  /// A rule with its parts.
  package init(
    _ timing: Timing, zone: String = "UTC", catchup: Catchup = .latest, overlap: Overlap = .skip,
    job: NewJob
  ) {
    self.timing = timing
    self.zone = zone
    self.catchup = catchup
    self.overlap = overlap
    self.job = job
  }

  /// The shortest interval: a second, so that no schedule keeps all workers busy with itself.
  package static let shortestInterval = TimeSpan.seconds(1)
  /// The longest: ten years.
  package static let longestInterval = TimeSpan.hours(24 * 3_653)

  /// Whether ticks counted by one rule mean the same to the other.
  package func hasTiming(of other: ScheduleRule) -> Bool {
    timing == other.timing && zone == other.zone
  }

  /// Checks what the types of the fields don't.
  ///
  /// - Throws: `InvalidValue` for the first field that breaks a limit.
  package func validate() throws(InvalidValue) {
    if case .every(let span) = timing,
      !(Self.shortestInterval...Self.longestInterval).contains(span)
    {
      throw InvalidValue(.schedule, "must come at intervals of 1 s to 10 years")
    }
    guard TimeZoneResolver.isValidName(zone) else {
      throw InvalidValue(.schedule, "has a time zone that is no name of one")
    }
    guard job.idempotencyKey == nil, job.after.isEmpty, job.batch == nil, job.runAt == nil else {
      throw InvalidValue(
        .schedule, "cannot give each of its jobs the same request, parents or time")
    }
    try job.validate()
  }
}

extension ScheduleRule.Timing {
  /// As it would be typed: `30 2 * * *`, `every 10m`.
  package var text: String {
    switch self {
    case .cron(let cron): cron.text
    case .every(let span): "every " + DurationText.text(span.milliseconds)
    }
  }
}
