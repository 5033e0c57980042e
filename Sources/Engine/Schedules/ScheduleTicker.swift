package import Calendar
package import Jobs
package import Storage

/// Fires the schedules of a store that are due: for workers, between their other work, and for
/// `schedule tick`.
///
/// Anybody may do so at any time, as many at once as like: the store gives each tick to one of them.
package struct ScheduleTicker {
  /// Finds the clocks of a zone by its name.
  package typealias Zones = (String) throws(TimeZoneError) -> TimeZoneRules

  /// What was done.
  package struct Result {
    /// The jobs that were made, in order.
    package var jobs: [JobID] = []
    /// Schedules whose ticks this call dealt with.
    package var fired = 0
    /// Ticks that came while the job of the one before lived.
    package var skipped = 0
    /// Ticks that were missed and get no job.
    package var missed: Int64 = 0
    /// Schedules that could not be fired.
    package var failures: [(name: ScheduleName, trouble: Trouble)] = []
    /// The next tick of all; in the past where something is left to do.
    package var next: Instant?
  }

  /// Why a schedule could not be fired.
  package enum Trouble: Error, Equatable, Sendable {
    /// This host does not know its zone.
    case zone(TimeZoneError)
    /// The store refused its job.
    case storage(StorageError)
  }

  private let store: any StorageScheduling
  private let findZone: Zones
  private var zones: [String: TimeZoneRules] = [:]

  /// A ticker for a store.
  package init(_ store: any StorageScheduling, zones: @escaping Zones) {
    self.store = store
    findZone = zones
  }

  /// Deals with what is due.
  ///
  /// - Parameter limit: at most so many schedules, those due first.
  package mutating func tick(at now: Instant, limit: Int = .max) throws(StorageError) -> Result {
    var result = Result()
    result.next = try store.nextTick()
    guard let next = result.next, next <= now else { return result }
    try store.finishFirings(at: now)
    let due = try store.schedules().filter { $0.isDue(at: now) }
      .sorted { ($0.next ?? now, $0.name) < ($1.next ?? now, $1.name) }
    for schedule in due.prefix(limit) { try fire(schedule, at: now, &result) }
    result.next = try store.nextTick()
    return result
  }

  private mutating func fire(
    _ schedule: Schedule, at now: Instant, _ result: inout Result
  ) throws(StorageError) {
    do throws(Trouble) {
      guard let due = schedule.due(at: now, in: try rules(of: schedule.rule.zone)) else { return }
      guard case .fired(let jobs, let skipped) = try fire(FireRequest(schedule, due, now: now))
      else { return }
      result.jobs += jobs
      result.fired += 1
      result.skipped += skipped
      result.missed += due.missed
    } catch {
      // What is wrong with one schedule stops no other; what is wrong with the store stops all.
      if case .storage(let cause) = error, !cause.isOfRequest { throw cause }
      result.failures.append((schedule.name, error))
    }
  }

  private func fire(_ request: FireRequest) throws(Trouble) -> FireOutcome {
    do { return try store.fire(request) } catch { throw .storage(error) }
  }

  private mutating func rules(of zone: String) throws(Trouble) -> TimeZoneRules {
    if let known = zones[zone] { return known }
    do {
      let rules = try findZone(zone)
      zones[zone] = rules
      return rules
    } catch { throw .zone(error) }
  }
}

extension StorageError {
  /// Whether the store refused what was asked, and would do something else.
  fileprivate var isOfRequest: Bool {
    switch self {
    case .unsupported, .unknownQueue, .unknownParent, .keyConflict, .queueFull, .invalid: true
    case .missing, .foreign, .newerVersion, .corrupt, .busy, .full, .readOnly, .forbidden,
      .outcomeUnknown, .system:
      false
    }
  }
}
