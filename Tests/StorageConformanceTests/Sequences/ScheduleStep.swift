import Calendar
import Jobs
import Storage

/// A step of a sequence that is about schedules.
enum ScheduleStep {
  case put(ScheduleName, ScheduleRule, replaces: Bool)
  case pause(ScheduleName)
  case resume(ScheduleName)
  case remove([ScheduleName])
  /// Deals with all that is due.
  case fire
}

extension ScheduleStep {
  /// Does the step, and says in words what came of it.
  func perform(on store: any StorageAdapter, at now: Instant) throws(StorageError) -> [String] {
    switch self {
    case .put(let name, let rule, let replaces):
      let schedule = Schedule(
        name, rule, createdAt: now, next: rule.next(after: now, anchor: now, in: .utc))
      let request = PutScheduleRequest(schedule, replaces: replaces, actor: "olga", now: now)
      return [try store.put(request).rawValue]
    case .pause(let name):
      let request = PauseScheduleRequest(name, paused: true, actor: "olga", now: now)
      return ["\(try store.setPaused(request) as Bool?)"]
    case .resume(let name):
      guard let found = try store.schedule(name) else { return ["gone"] }
      let next = found.rule.next(after: now, anchor: found.createdAt, in: .utc)
      let request = PauseScheduleRequest(name, paused: false, next: next, actor: "olga", now: now)
      return ["\(try store.setPaused(request) as Bool?)"]
    case .remove(let names):
      return ["\(try store.remove(ScheduleRequest(names, actor: "olga", now: now)))"]
    case .fire: return try fire(on: store, at: now)
    }
  }

  private func fire(
    on store: any StorageAdapter, at now: Instant
  ) throws(StorageError) -> [String] {
    var words: [String] = []
    for schedule in try store.schedules() {
      guard let due = schedule.due(at: now, in: .utc) else { continue }
      words.append("\(schedule.name) \(try store.fire(FireRequest(schedule, due, now: now)))")
    }
    return words
  }
}

extension OperationGenerator {
  private static let schedules = ["nightly", "poll"].compactMap { try? ScheduleName($0) }

  /// A step; mostly something is due, or there would be nothing to compare.
  mutating func scheduleStep() -> ScheduleStep {
    let name = any(of: Self.schedules)
    switch number(0...99) {
    case 0..<35: return .put(name, rule(), replaces: chance(60))
    case 35..<74: return .fire
    case 74..<80: return .pause(name)
    case 80..<88: return .resume(name)
    default: return .remove(some(of: Self.schedules))
    }
  }

  /// What waits for others is left to the tests that are about it.
  private mutating func rule() -> ScheduleRule {
    let timings: [ScheduleRule.Timing] =
      [.every(.minutes(5)), .every(.hours(1))]
      + ["*/7 * * * *", "0 3 * * *", "30 */2 * * 1-5"].compactMap { text in
        (try? CronExpression(text)).map { .cron($0) }
      }
    let job = NewJob(queue: any(of: Self.queues), type: any(of: Self.types), payload: [0x7B, 0x7D])
    let overlap: ScheduleRule.Overlap = any(of: [.allow, .skip, .skip])
    let catchup: ScheduleRule.Catchup =
      overlap == .allow ? any(of: [.none, .latest, .all]) : any(of: [.none, .latest])
    return ScheduleRule(any(of: timings), catchup: catchup, overlap: overlap, job: job)
  }
}
