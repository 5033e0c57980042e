import CommandLineSpec
import Jobs
import PosixIO
import Storage

/// `qctl tail`: reads the store's log, once or as it grows.
enum TailCommand {
  /// How many of the latest records are shown first.
  enum Count: Equatable, Sendable {
    case all
    case last(Int)

    static func parse(_ text: String) throws(ValueError) -> Count {
      text == "all" ? .all : .last(try WholeNumber.parse(text, in: 0...1_000_000))
    }
  }

  struct Options: Sendable {
    var operands: [JobOperand] = []
    var follows = false
    var count: Count?
    var since: String?
    var until: String?
    var levels: ClosedRange<LogLevel> = .trace ... .critical
    var filter = FilterOptions()
    var events: [FilterOptions.Term<LogRecord.Event>] = []
    var text: TextMatch?
    var showsOutput = false
    var files: [String] = []
    var untilSettled = false
    var format = LogFormat.short
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "tail", "Show the log, and follow it", defaults: Options(),
    flags: rangeFlags + filterFlags + printFlags + OutputOptions.common.lifted(\.output)
      + StoreOptions.flags.lifted(\.store),
    operands: [.jobs(\.operands, "Only these jobs")],
    prose: [
      "Shows what happened to jobs, oldest first: completed, failed, dead, rescued, cancelled, replayed, purged, expired, and what operators and workers did. A command that changes jobs ends with an \(literal: "operation"): its verb, who called it and why, which jobs were meant, how many those were, and how many were changed. An enqueue is no event: \(command: "list") shows new jobs.",
      "With \(flag: "follow") it goes on until Ctrl-C; with \(flag: "until-settled") until the named jobs have ended, through all their retries: status 0 if each completed, 1 if not. It may stand before a pipe: every record is written as it comes, and it ends when its reader does.",
      "\(flag: "file") reads files of JSON lines as any program writes them, with the same filters and formats: the keys of our log and what others call them (time, ts, @timestamp; severity, lvl; message, msg; id, jid; type, class, job_class; err, exception; duration). With \(flag: "follow") a file is followed by its name, through rotation by renaming, and through truncation; one that is not there is waited for. A line that is no JSON object is shown as it is, or with \(flag: "json") as an object with the key raw.",
      "\(flag: "grep") takes an extended regular expression (regex(7)) and looks at all that a record says; one without capitals means either case.",
      "\(flag: "json") prints one object a line with the keys timestamp, level, event, queue, job_id, job_type, attempt, status, duration_ms, error, exit_code, signal, worker, actor, reason, from_queue, verb, filter, planned, changed, schedule, as far as there is something to say, then the job's tags as plain keys.",
    ],
    examples: [
      Example("qctl tail -f", "The last ten records, then new ones as they come"),
      Example("qctl tail -p warning --since -1h", "What went wrong in the last hour"),
      Example("qctl tail -q emails --tag user_id=42 --json", "One customer's jobs, for a program"),
      Example("qctl tail 0s9xhm7hw090q", "The life of one job"),
      Example(
        "qctl tail -f --until-settled --handler-output 0s9xhm7hw090q", "Watch a job to its end"),
      Example("qctl tail -f --file /var/log/app/worker.log -p error", "Another program's log"),
      Example("qctl tail -g 'timed out|refused' --event failed,dead", "What failed on the network"),
    ],
    exits: ExitStatus.notes(.negative, .badData, .interrupted), seeAlso: ["show", "list", "work"],
    validate: validate,
    run: { Action($0, run) })

  private static let rangeFlags: [Flag<Options>] = [
    .switch("follow", short: "f", \.follows, "Go on with new records as they come"),
    .switch("until-settled", \.untilSettled, "With -f: end when the named jobs have ended"),
    .value("limit", short: "n", "COUNT", \.count, "Begin with the last COUNT records, or all") {
      (text) throws(ValueError) -> Count? in try Count.parse(text)
    }.aliases("lines").default("all, or 10 with -f"),
    .strings(
      "file", "FILE", \.files, "Read this file of JSON lines, not the store; - is standard input"
    ).completing(.file),
    .string(
      "since", short: "S", "INSTANT", \.since, "Nothing before: '2026-01-31 08:00', -2h, today"),
    .string("until", short: "U", "INSTANT", \.until, "Nothing after INSTANT"),
  ]

  private static let filterFlags: [Flag<Options>] =
    FilterOptions.flags.filter {
      ["queue", "type", "tag", "state", "error", "attempts"].contains($0.entry.name)
    }
    .lifted(\.filter) + [
      .values(
        "event", "EVENT", splitsCommas: true, \.events, "Only this event; !EVENT: not it",
        parse: FilterOptions.term { (text) throws(ValueError) in
          try Choice<LogRecord.Event>.parse(text)
        }
      ).completing(.choices(Choice<LogRecord.Event>.words)).section("Filter"),
      .value("grep", short: "g", "REGEX", \.text, "Only records that match the expression") {
        (text) throws(ValueError) -> TextMatch? in try Self.match(text)
      }.section("Filter"),
      .value(
        "level", short: "p", "LEVEL", \.levels, "That level and worse, or A..B",
        parse: ValueText.levels
      )
      .default("trace").completing(.choices(Choice<LogLevel>.words)).section("Filter"),
    ]

  private static let printFlags: [Flag<Options>] = [
    .choice("output", short: "o", "FORMAT", \.format, "How to print: short, json, logfmt or cat")
      .default("short"),
    .constant("json", \.format, .json, "One JSON object a line; the same as -o json"),
    .switch("handler-output", \.showsOutput, "What handlers wrote, below the end of their run"),
    .switch("utc", negatable: true, \.output.utc, "Show times in UTC"),
  ].section("Output")

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let filter = try filter(options, context)
    guard options.files.isEmpty else {
      return try FileReading(options, filter, context).run()
    }
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      let unknown = try UnknownQueues.report(
        filter.queues.anyOf + filter.queues.noneOf, store, context)
      // The queue may come yet.
      if let unknown, !options.follows { return unknown }
      if !options.follows, options.format.isForPeople { context.pageText(options.output) }
      let ends = options.untilSettled ? JobEnds(ids: filter.ids, store: store) : nil
      let reading = LogReading(
        store: store, filter: filter, renderer: LogRenderer(options, context),
        output: options.showsOutput ? HandlerOutput(store) : nil, ends: ends, context: context)
      let count = options.count ?? (options.follows ? .last(10) : .all)
      let cursor = try reading.printBeginning(count)
      if options.follows { try reading.follow(from: cursor) }
      return try ends?.status() ?? .success
    }
  }

  private static func validate(_ options: Options) throws(UsageError) {
    if options.untilSettled, !options.follows || options.operands.isEmpty {
      throw .invalid("--until-settled needs -f and the ids of jobs")
    }
    guard !options.files.isEmpty else { return }
    if !options.operands.isEmpty {
      throw .invalid("a job's id means the store's log; with --file, use --grep")
    }
    if options.showsOutput {
      throw .invalid("--handler-output is for the store's log, not for --file")
    }
  }

  private static func match(_ text: String) throws(ValueError) -> TextMatch {
    do {
      let pattern = try Pattern(text)
      return TextMatch(text) { pattern.matches($0) }
    } catch {
      throw .malformed(error.reason)
    }
  }

  private static func filter(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> LogFilter {
    let jobs = options.filter.filter()
    var filter = LogFilter()
    filter.ids = try options.operands.ids(in: context)
    filter.queues = jobs.queues
    filter.types = jobs.types
    filter.tags = jobs.tags
    filter.states = jobs.states
    filter.errors = jobs.errors
    filter.attempts = jobs.attempts
    filter.events = FilterOptions.selection(options.events)
    filter.text = options.text
    filter.levels = options.levels
    if let since = options.since {
      filter.since = try InstantArgument.parse(since, flag: "--since", context)
    }
    if let until = options.until {
      filter.until = try InstantArgument.parse(until, flag: "--until", context)
    }
    return filter
  }
}
