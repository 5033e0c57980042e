import Calendar
import Jobs
import Storage

// Words for schedules.
extension Workshop {
  func rule(
    _ cron: String = "*/10 * * * *", _ edit: (inout ScheduleRule) throws -> Void = { _ in }
  ) throws -> ScheduleRule {
    var job = NewJob(
      queue: try QueueName("reports"), type: try JobType("report"), payload: Array("{}".utf8))
    job.priority = try Priority(3)
    job.tags = [try Tag(name: "month", value: "7")]
    var rule = ScheduleRule(.cron(try CronExpression(cron)), job: job)
    try edit(&rule)
    return rule
  }

  @discardableResult
  func schedule(
    _ name: String = "report", _ rule: ScheduleRule? = nil, replaces: Bool = false
  ) throws -> PutScheduleOutcome {
    let rule = try rule ?? self.rule()
    let schedule = Schedule(
      try ScheduleName(name), rule, createdAt: now,
      next: rule.next(after: now, anchor: now, in: .utc))
    return try store.put(
      PutScheduleRequest(schedule, replaces: replaces, actor: "olga", reason: "because", now: now))
  }

  func seen(_ name: String = "report") throws -> Schedule {
    guard let schedule = try store.schedule(ScheduleName(name)) else { throw NoSuchSchedule() }
    return schedule
  }

  /// Deals with what is due as whoever has just looked would.
  @discardableResult
  func fire(_ name: String = "report") throws -> FireOutcome? {
    try fire(seen(name))
  }

  /// Deals with what is due as whoever looked some time ago would.
  @discardableResult
  func fire(_ seen: Schedule) throws -> FireOutcome? {
    guard let due = seen.due(at: now, in: .utc) else { return nil }
    return try store.fire(FireRequest(seen, due, now: now))
  }

  /// Until the next tick.
  func waitForTick(_ name: String = "report") throws {
    if let next = try seen(name).next, next > now { now = next }
  }
}

struct NoSuchSchedule: Error {}
