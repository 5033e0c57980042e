import CommandLineSpec
import Jobs
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
      "With \(flag: "follow") it goes on until Ctrl-C. It may stand before a pipe: every record is written as it comes, and it ends when its reader does.",
      "\(flag: "json") prints one object a line with the keys timestamp, level, event, queue, job_id, job_type, attempt, status, duration_ms, error, exit_code, signal, worker, actor, reason, from_queue, verb, filter, planned, changed, schedule, as far as there is something to say, then the job's tags as plain keys.",
    ],
    examples: [
      Example("qctl tail -f", "The last ten records, then new ones as they come"),
      Example("qctl tail -p warning --since -1h", "What went wrong in the last hour"),
      Example("qctl tail -q emails --tag user_id=42 --json", "One customer's jobs, for a program"),
      Example("qctl tail 0s9xhm7hw090q", "The life of one job"),
    ],
    exits: ExitStatus.notes(.negative, .badData, .interrupted), seeAlso: ["show", "list", "work"],
    run: { Action($0, run) })

  private static let rangeFlags: [Flag<Options>] = [
    .switch("follow", short: "f", \.follows, "Go on with new records as they come"),
    .value("limit", short: "n", "COUNT", \.count, "Begin with the last COUNT records, or all") {
      (text) throws(ValueError) -> Count? in try Count.parse(text)
    }.aliases("lines").default("all, or 10 with -f"),
    .string(
      "since", short: "S", "INSTANT", \.since, "Nothing before: '2026-01-31 08:00', -2h, today"),
    .string("until", short: "U", "INSTANT", \.until, "Nothing after INSTANT"),
  ]

  private static let filterFlags: [Flag<Options>] =
    FilterOptions.flags.filter { ["queue", "type", "tag"].contains($0.entry.name) }
    .lifted(\.filter) + [
      .value(
        "level", short: "p", "LEVEL", \.levels, "That level and worse, or A..B",
        parse: ValueText.levels
      )
      .default("trace").section("Filter")
    ]

  private static let printFlags: [Flag<Options>] = [
    .choice("output", short: "o", "FORMAT", \.format, "How to print: short, json, logfmt or cat")
      .default("short"),
    .constant("json", \.format, .json, "One JSON object a line; the same as -o json"),
    .switch("utc", negatable: true, \.output.utc, "Show times in UTC"),
  ].section("Output")

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let filter = try filter(options, context)
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      let unknown = try UnknownQueues.report(
        filter.queues.anyOf + filter.queues.noneOf, store, context)
      // The queue may come yet.
      if let unknown, !options.follows { return unknown }
      if !options.follows, options.format.isForPeople { context.pageText(options.output) }
      let reading = LogReading(
        store: store, filter: filter, renderer: LogRenderer(options, context), context: context)
      let count = options.count ?? (options.follows ? .last(10) : .all)
      let cursor = try reading.printBeginning(count)
      if options.follows { try reading.follow(from: cursor) }
      return .success
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
