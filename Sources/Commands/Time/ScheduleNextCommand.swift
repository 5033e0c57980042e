import Calendar
import CommandLineSpec
import Jobs
import Storage
import Text

/// A tick that is to come.
struct ComingTick {
  /// The schedule, if it is of one.
  let schedule: ScheduleName?
  let at: Instant
  let zone: TimeZoneRules

  static let fields = ["tick", "local", "time_zone", "schedule"]
}

/// `qctl schedule next`: when schedules come, or when an expression would.
enum ScheduleNextCommand {
  struct Options: Sendable {
    var what: String?
    var limit = 5
    var zone: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "schedule next", "Show when schedules come next", defaults: Options(),
    flags: [
      .int("limit", short: "n", "COUNT", in: 1...1000, \.limit, "So many ticks").default("5"),
      .string("tz", "ZONE", \.zone, "By whose clocks an expression is read: an IANA name")
        .completing(LiveNames.zone),
    ] + OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .optional("WHAT", \.what, "A schedule's name, or a cron expression")
        .completing(LiveNames.schedule)
    ],
    prose: [
      "Shows the next ticks of all schedules that are not paused, or of one, or when a cron expression would come: \(literal: "WHAT") is an expression if it holds a space or begins with \(literal: "@"), and then no store is needed. Times are shown by the clocks of the schedule's zone; JSON, CSV and \(flag: "utc") show them in UTC."
    ],
    examples: [
      Example("qctl schedule next", "What comes next"),
      Example(
        "qctl schedule next '30 2 * * *' --tz Europe/Berlin -n 3",
        "When an expression comes, changes of clocks included"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["schedule add", "schedule list"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let shape = RecordShape<ComingTick>.ticks(options.output, context)
    var printer = try RecordPrinter(shape, options.output, context)
    guard let ticks = try ticks(options, context) else { return .negative }
    for tick in ticks { try printer.print(tick) }
    try printer.finish()
    return .success
  }

  private static func ticks(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> [ComingTick]? {
    if let text = options.what, text.hasPrefix("@") || text.utf8.contains(UInt8(ascii: " ")) {
      return try ticks(of: text, options, context)
    }
    guard options.zone == nil else {
      throw .failed(.usage, "--tz: a schedule has its own zone; give it with an expression")
    }
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      guard let text = options.what else {
        let all = try stored { () throws(StorageError) in try store.schedules() }
        return try ticks(of: all.filter { !$0.isPaused }, options, context)
      }
      let name: ScheduleName
      do throws(InvalidValue) { name = try ScheduleName(text) } catch {
        throw .failed(.usage, "'\(TerminalText.escape(text, .line))' \(error.reason)")
      }
      guard let found = try Schedules.find([name], store, context) else { return nil }
      if found.contains(where: \.isPaused), !options.output.quiet {
        context.tell("schedule \(name) is paused; without that it would come so")
      }
      return try ticks(of: found, options, context)
    }
  }

  /// The ticks of an expression.
  private static func ticks(
    of text: String, _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> [ComingTick] {
    let cron: CronExpression
    do { cron = try CronExpression(text) } catch {
      throw .failed(.usage, TerminalText.escape(error.description, .line))
    }
    let rules = try context.rules(of: options.zone ?? "UTC")
    let rule = ScheduleRule(.cron(cron), job: NewJob())
    let now = context.now()
    return ticks(of: rule, nil, from: nil, after: now, anchor: now, rules, options.limit)
  }

  /// The ticks of schedules, the earliest first.
  private static func ticks(
    of schedules: [Schedule], _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> [ComingTick] {
    var all: [ComingTick] = []
    for schedule in schedules {
      let rules = try context.rules(of: schedule.rule.zone)
      all += ticks(
        of: schedule.rule, schedule.name, from: schedule.isPaused ? nil : schedule.next,
        after: context.now(), anchor: schedule.createdAt, rules, options.limit)
    }
    return Array(all.sorted { $0.at < $1.at }.prefix(options.limit))
  }

  /// - Parameter first: the tick that is next in any case, though it may be overdue.
  private static func ticks(
    of rule: ScheduleRule, _ name: ScheduleName?, from first: Instant?, after now: Instant,
    anchor: Instant, _ rules: TimeZoneRules, _ limit: Int
  ) -> [ComingTick] {
    var ticks = first.map { [ComingTick(schedule: name, at: $0, zone: rules)] } ?? []
    var place = max(first ?? now, now)
    while ticks.count < limit, let next = rule.next(after: place, anchor: anchor, in: rules) {
      ticks.append(ComingTick(schedule: name, at: next, zone: rules))
      place = next
    }
    return ticks
  }
}

extension RecordShape where Record == ComingTick {
  /// Ticks as `schedule next` prints them.
  static func ticks(_ options: OutputOptions, _ context: CommandContext) -> RecordShape {
    let (now, isUTC) = (context.now(), options.utc)
    func local(_ tick: ComingTick) -> String {
      isUTC ? tick.at.rfc3339 : RFC3339.text(tick.at.milliseconds, in: tick.zone)
    }
    return RecordShape(
      fields: ComingTick.fields,
      value: { tick, name in
        switch name {
        case "tick": tick.at.rfc3339
        case "local": RFC3339.text(tick.at.milliseconds, in: tick.zone)
        case "time_zone": tick.zone.name
        default: tick.schedule?.description ?? ""
        }
      },
      json: { tick, writer in
        writer.beginObject()
        writer.member("tick", tick.at.rfc3339)
        writer.member("local", RFC3339.text(tick.at.milliseconds, in: tick.zone))
        writer.member("time_zone", tick.zone.name)
        writer.optional("schedule", tick.schedule?.description)
        writer.endObject()
      },
      id: { $0.at.rfc3339 },
      columns: [
        TableColumn("TICK", minimumWidth: isUTC ? 24 : 25), TableColumn("IN", minimumWidth: 8),
        TableColumn("SCHEDULE", isShrinkable: true),
      ],
      cells: { tick in
        [
          TableCell(local(tick)),
          TableCell(tick.at <= now ? "due" : tick.at.since(now).inWholeSeconds),
          TableCell(tick.schedule?.description ?? ""),
        ]
      })
  }
}
