import Calendar
import CommandLineSpec
import Jobs
import Storage
import Text

/// `qctl schedule add`: jobs by the clock.
enum ScheduleAddCommand {
  struct Options: Sendable {
    var name: ScheduleName?
    var cron: CronExpression?
    var every: TimeSpan?
    var zone = "UTC"
    var catchup = ScheduleRule.Catchup.latest
    var overlap = ScheduleRule.Overlap.skip
    var replaces = false
    var reason: String?
    var job = ScheduleJobOptions()
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "schedule add", "Make jobs by the clock", defaults: Options(),
    flags: flags + ScheduleJobOptions.flags.lifted(\.job)
      + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .one("NAME", \.name, "What the schedule is called") {
        (text) throws(ValueError) -> ScheduleName? in try ValueText.queue(text)
      },
      .optional("CRON", \.cron, "When: five fields, or @daily and its like") {
        (text) throws(ValueError) -> CronExpression? in try ValueText.cron(text)
      },
    ],
    prose: prose,
    examples: [
      Example(
        "qctl schedule add report '30 2 * * *' --tz Europe/Berlin -q reports -t nightly",
        "Each night at half past two, by the clocks of Berlin"),
      Example("qctl schedule add poll --every 10m -t poll", "Each ten minutes"),
      Example(
        "qctl schedule add close '0 18 * * mon-fri' --catchup all --replace -t close",
        "In a deployment script: the same again changes nothing"),
    ],
    exits: ExitStatus.notes(.keyConflict, .badData, .noInput, .cannotCreate),
    seeAlso: ["schedule next", "schedule list", "schedule tick", "work"],
    validate: validate, run: { Action($0, run) })

  private static let flags: [Flag<Options>] = [
    .value(
      "every", "TIME", \.every, "Each time so much has passed, instead of CRON",
      parse: ValueText.duration),
    .string("tz", "ZONE", \.zone, "By whose clocks: an IANA name such as Europe/Berlin")
      .default("UTC").completing(LiveNames.zone),
    .choice(
      "catchup", "WHICH", \.catchup,
      "Which ticks are made up for when nobody was there: none, latest or all"
    ).default("latest"),
    .choice(
      "overlap", "HOW", \.overlap,
      "While the last job lives: allow another, skip the tick, or queue up"
    ).default("skip"),
    .switch("replace", \.replaces, "Take the place of a schedule that has the name"),
    .string("reason", "TEXT", \.reason, "Why, for the log"),
  ]

  private static var prose: Prose {
    [
      "The schedule lives in the store, and any worker on the store fires it, whichever queues it works for; \(command: "schedule tick") does so where no worker runs. However many fire, each tick makes exactly one job. Its run_at is the tick.",
      "\(literal: "CRON") is the dialect of Vixie cron and cronie: minute, hour, day of the month, month, weekday (0 to 7, Sunday is both), with \(literal: "*"), numbers, names of three letters, ranges, lists and steps such as \(literal: "*/10"). If both day fields are told, either matches; if one begins with \(literal: "*"), both must. What Quartz has beyond that is refused. \(command: "schedule next") shows when an expression comes.",
      "Where clocks are put forward, a schedule with a fixed hour and minute in the gap comes once just after it; where they are put back, it does not come again. One whose minute or hour begins with \(literal: "*") follows the clock on the wall.",
      "\(flag: "every") counts from when the schedule was added.",
      "A tick that nobody fired in time is missed: \(literal: "--catchup latest") makes one job for the latest, \(literal: "all") one for each, the latest 64 at most, \(literal: "none") only for one that is less than two minutes old. The log tells how many were missed. With \(literal: "--overlap queue"), and for what \(literal: "all") makes up for at once, a job waits until the one before is over, however it ends; with \(literal: "allow") none waits. What a queue may hold at most does not keep a tick from making its job.",
      "A schedule that is there already is left alone: with status 0 if it is the very same, else with status 4 unless \(flag: "replace") is given. One that is replaced at the same times keeps its ticks and its interval, so it may be told anew with each deployment.",
    ]
  }

  private static func validate(_ options: Options) throws(UsageError) {
    guard (options.cron == nil) != (options.every == nil) else {
      throw .invalid("say when with CRON or with --every, one of them")
    }
    try options.job.validate()
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let name = options.name, let timing = timing(options) else { return .usage }
    let rules = try context.rules(of: options.zone)
    let rule = ScheduleRule(
      timing, zone: options.zone, catchup: options.catchup, overlap: options.overlap,
      job: try options.job.job(context))
    do { try rule.validate() } catch { throw .failed(.usage, "the schedule \(error.reason)") }
    let now = context.now()
    let schedule = Schedule(
      name, rule, createdAt: now, next: rule.next(after: now, anchor: now, in: rules))
    let request = PutScheduleRequest(
      schedule, replaces: options.replaces, actor: context.actor, reason: options.reason, now: now)
    return try options.store.withStore(.create, in: context) { store throws(CommandFailure) in
      let outcome = try stored { () throws(StorageError) in try store.put(request) }
      return try tell(outcome, name, options, rules, store, context)
    }
  }

  private static func timing(_ options: Options) -> ScheduleRule.Timing? {
    options.cron.map { .cron($0) } ?? options.every.map { .every($0) }
  }

  private static func tell(
    _ outcome: PutScheduleOutcome, _ name: ScheduleName, _ options: Options,
    _ rules: TimeZoneRules, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    if outcome == .exists {
      context.tell(
        "there is another schedule '\(name)', and it was left alone; --replace takes its place")
      return .keyConflict
    }
    guard !options.output.quiet else { return .success }
    let next = try stored { () throws(StorageError) in try store.schedule(name) }?.next
    let word = outcome == .unchanged ? "is there already" : outcome.rawValue
    context.tell(
      "schedule \(name) \(outcome == .unchanged ? word : "was \(word)")"
        + (next.map { "; it comes next at \(RFC3339.text($0.milliseconds, in: rules))" }
          ?? "; it never comes"))
    return .success
  }
}
