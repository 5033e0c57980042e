package import Jobs

/// Schedules, which every host must see alike (design.md §7).
///
/// A store knows no calendars: whoever fires has computed which ticks have come and when the next one
/// will. The store sees to it that of all who do so, one gets through, and that its jobs are made with
/// that, whatever dies meanwhile: each tick exactly once.
package protocol StorageScheduling: AnyObject, Sendable {
  /// All schedules, by name. Must not change anything.
  func schedules() throws(StorageError) -> [Schedule]

  /// One schedule, if it is there. Must not change anything.
  func schedule(_ name: ScheduleName) throws(StorageError) -> Schedule?

  /// The earliest next tick of those that are not paused; `nil` where none will come.
  ///
  /// Asked often by every worker, so it must be cheap, and cost next to nothing where there are none.
  /// A schedule in whose firing somebody has died counts as due since 1970.
  func nextTick() throws(StorageError) -> Instant?

  /// Adds a schedule, or changes one.
  ///
  /// One that comes at the same times as before keeps its ticks, so that whoever tells it anew with
  /// each deployment neither loses one nor starts an interval over.
  func put(_ request: PutScheduleRequest) throws(StorageError) -> PutScheduleOutcome

  /// Removes schedules; the jobs that they have made stay.
  ///
  /// - Returns: for each, whether it was there.
  func remove(_ request: ScheduleRequest) throws(StorageError) -> [Bool]

  /// Pauses or resumes one schedule. What comes while it is paused does not count as missed.
  ///
  /// - Returns: whether anything changed; `nil` where it is not there.
  func setPaused(_ request: PauseScheduleRequest) throws(StorageError) -> Bool?

  /// Ends firings in which somebody has died, for stores in which a firing takes several steps.
  func finishFirings(at now: Instant) throws(StorageError)

  /// Makes the jobs of ticks that have come and brings the schedule to its next one, all in one atomic
  /// step, if it still is as the caller saw it.
  func fire(_ request: FireRequest) throws(StorageError) -> FireOutcome
}

extension StorageScheduling {
  package func finishFirings(at now: Instant) throws(StorageError) {}
}

/// A request to add or change a schedule.
package struct PutScheduleRequest: Equatable, Sendable {
  /// The schedule as it would be if it were new, its next tick computed.
  package var schedule: Schedule
  /// Whether one that is there and different is replaced.
  package var replaces: Bool
  /// Who does it.
  package var actor: String
  /// Why, if said.
  package var reason: String?
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(
    _ schedule: Schedule, replaces: Bool = false, actor: String, reason: String? = nil,
    now: Instant
  ) {
    self.schedule = schedule
    self.replaces = replaces
    self.actor = actor
    self.reason = reason
    self.now = now
  }
}

/// What became of a schedule that was put.
package enum PutScheduleOutcome: String, Equatable, Sendable {
  /// It is new.
  case added
  /// It took the place of another one.
  case replaced
  /// The very same was there.
  case unchanged
  /// Another one has the name, and was left alone.
  case exists
}

/// A request about schedules by name.
package struct ScheduleRequest: Equatable, Sendable {
  /// Which ones.
  package var names: [ScheduleName]
  /// Who does it.
  package var actor: String
  /// Why, if said.
  package var reason: String?
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(
    _ names: [ScheduleName], actor: String, reason: String? = nil, now: Instant
  ) {
    self.names = names
    self.actor = actor
    self.reason = reason
    self.now = now
  }
}

/// A request to pause or resume a schedule.
package struct PauseScheduleRequest: Equatable, Sendable {
  /// Which one.
  package var name: ScheduleName
  /// Pause, or resume.
  package var paused: Bool
  /// The next tick of one that goes on.
  package var next: Instant?
  /// Who does it.
  package var actor: String
  /// Why, if said.
  package var reason: String?
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(
    _ name: ScheduleName, paused: Bool, next: Instant? = nil, actor: String,
    reason: String? = nil, now: Instant
  ) {
    self.name = name
    self.paused = paused
    self.next = next
    self.actor = actor
    self.reason = reason
    self.now = now
  }
}

/// A request to deal with the ticks of a schedule that have come.
package struct FireRequest: Equatable, Sendable {
  /// The schedule as the caller saw it; if its next tick, its rule or its pause is another by now,
  /// somebody else has dealt with it.
  package var seen: Schedule
  /// What is to be done.
  package var due: DueTicks
  /// When.
  package var now: Instant

  /// A request with its parts.
  package init(_ seen: Schedule, _ due: DueTicks, now: Instant) {
    self.seen = seen
    self.due = due
    self.now = now
  }
}

/// What became of the ticks.
package enum FireOutcome: Equatable, Sendable {
  /// The jobs of the ticks, in order; fewer where some were skipped.
  case fired([JobID], skipped: Int)
  /// Somebody else was faster, or the schedule has been changed or removed.
  case changedMeanwhile
}
