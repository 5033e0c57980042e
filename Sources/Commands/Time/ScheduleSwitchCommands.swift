import Calendar
import CommandLineSpec
import Jobs
import Storage

/// What pausing, resuming and removing schedules have in common.
struct ScheduleActingOptions: Sendable {
  var names: [ScheduleName] = []
  var reason: String?
  var output = OutputOptions()
  var store = StoreOptions()

  static let flags: [Flag<ScheduleActingOptions>] =
    [.string("reason", "TEXT", \.reason, "Why, for the log")]
    + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store)

  static let operands: [Operand<ScheduleActingOptions>] = [
    .schedules(minimum: 1, \.names, "The schedules")
  ]

  /// Runs `body` on each schedule named, where all are there.
  func forEach(
    _ context: CommandContext,
    _ body: (Schedule, any StorageAdapter) throws(CommandFailure) -> String
  ) throws(CommandFailure) -> ExitStatus {
    try store.withStore(.write, in: context) { store throws(CommandFailure) in
      guard let found = try Schedules.find(names, store, context) else { return .negative }
      for schedule in found {
        let sentence = try body(schedule, store)
        if !output.quiet { context.tell("schedule \(schedule.name) \(sentence)") }
      }
      return .success
    }
  }
}

/// `qctl schedule pause`: no ticks until it is resumed.
enum SchedulePauseCommand {
  static let command = Command<ScheduleActingOptions, Action>(
    "schedule pause", "Let schedules make no jobs", defaults: ScheduleActingOptions(),
    flags: ScheduleActingOptions.flags, operands: ScheduleActingOptions.operands,
    prose: [
      "What comes while a schedule is paused does not count as missed and is never made up for. Jobs that it has made go on. If one of the schedules is not there, none is paused."
    ],
    examples: [
      Example("qctl schedule pause report --reason 'moving the database'", "Until resumed")
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["schedule resume", "schedule remove"],
    run: { Action($0, run) })

  private static func run(
    _ options: ScheduleActingOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.forEach(context) { schedule, store throws(CommandFailure) in
      let request = PauseScheduleRequest(
        schedule.name, paused: true, actor: context.actor, reason: options.reason,
        now: context.now())
      let isChanged = try stored { () throws(StorageError) in try store.setPaused(request) }
      return isChanged == true ? "is paused" : "is paused already"
    }
  }
}

/// `qctl schedule resume`: ticks from now on.
enum ScheduleResumeCommand {
  static let command = Command<ScheduleActingOptions, Action>(
    "schedule resume", "Let paused schedules make jobs again", defaults: ScheduleActingOptions(),
    flags: ScheduleActingOptions.flags, operands: ScheduleActingOptions.operands,
    prose: [
      "The next tick is the next one from now. If one of the schedules is not there, none is resumed."
    ],
    examples: [Example("qctl schedule resume report", "From now on")],
    exits: ExitStatus.notes(.negative), seeAlso: ["schedule pause", "schedule next"],
    run: { Action($0, run) })

  private static func run(
    _ options: ScheduleActingOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.forEach(context) { schedule, store throws(CommandFailure) in
      let now = context.now()
      let rules = try context.rules(of: schedule.rule.zone)
      let next = schedule.rule.next(after: now, anchor: schedule.createdAt, in: rules)
      let request = PauseScheduleRequest(
        schedule.name, paused: false, next: next, actor: context.actor, reason: options.reason,
        now: now)
      guard try stored({ () throws(StorageError) in try store.setPaused(request) }) == true else {
        return "is not paused"
      }
      return next.map { "goes on; it comes next at \(RFC3339.text($0.milliseconds, in: rules))" }
        ?? "goes on"
    }
  }
}

/// `qctl schedule remove`: the schedules go, their jobs stay.
enum ScheduleRemoveCommand {
  static let command = Command<ScheduleActingOptions, Action>(
    "schedule remove", "Remove schedules; their jobs stay", defaults: ScheduleActingOptions(),
    flags: ScheduleActingOptions.flags, operands: ScheduleActingOptions.operands,
    prose: [
      "Jobs that a schedule has made stay, and run. If one of the schedules is not there, none is removed."
    ],
    examples: [Example("qctl schedule remove report --reason 'not needed any more'", "For ever")],
    exits: ExitStatus.notes(.negative), seeAlso: ["schedule pause", "schedule add"],
    run: { Action($0, run) })

  private static func run(
    _ options: ScheduleActingOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.forEach(context) { schedule, store throws(CommandFailure) in
      let request = ScheduleRequest(
        [schedule.name], actor: context.actor, reason: options.reason, now: context.now())
      let removed = try stored { () throws(StorageError) in try store.remove(request) }
      return removed == [true] ? "was removed" : "is gone already"
    }
  }
}
