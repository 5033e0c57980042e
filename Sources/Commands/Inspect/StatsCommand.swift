import CommandLineSpec
import Engine
import Jobs
import Storage

/// `qctl stats`: how queues stand, what flows through them, and when they will be empty.
enum StatsCommand {
  /// What a row is about.
  enum Subject: String, CaseIterable, Sendable {
    case queue, type
  }

  struct Options: Sendable {
    var names: [QueueName] = []
    var subject = Subject.queue
    var window = TimeSpan.hours(1)
    var showsAges = false
    var plots = false
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "stats", "Show rates, waiting and run times, and when each queue will be empty",
    defaults: Options(),
    flags: own + OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [.queues(\.names, "Only these queues")],
    prose: prose,
    examples: [
      Example("qctl stats", "All queues"),
      Example("qctl stats emails --plot --window 6h", "How one queue came to be as it is"),
      Example("qctl stats --by type --json", "By queue and type, for a program"),
      Example("qctl stats emails --ages", "How long its ready jobs have waited"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["queues", "metrics", "list"],
    validate: { (options) throws(UsageError) in try validate(options) },
    run: { Action($0, run) })

  private static let own: [Flag<Options>] = [
    .choice("by", "SUBJECT", \.subject, "A row for each queue, or each type in it: queue or type")
      .default("queue"),
    .value("window", "SPAN", \.window, "Waiting and run times of the last SPAN") {
      (text) throws(ValueError) -> TimeSpan in
      let span = try ValueText.duration(text)
      guard span >= .minutes(1), span <= .hours(90 * 24) else {
        throw .malformed("is not from 1m to 90d")
      }
      return span
    }.default("1h"),
    .switch("ages", \.showsAges, "How many ready jobs have waited for how long"),
    .switch("plot", \.plots, "Draw depth and rates of the last --window"),
  ]

  private static var prose: Prose {
    [
      "READY, ACTIVE, WAITING (scheduled, retrying or blocked) and DEAD are as in \(command: "queues"). IN/MIN, OUT/MIN and FAIL/MIN are jobs accepted, executions ended, and executions failed, per minute over the last minute, five minutes and hour, as in \(literal: "uptime"); a stretch begins at a full minute. WAIT and RUN are how long jobs were due until a worker took them, and how long executions took: the 50th, 95th and 99th percentile over \(flag: "window"), taken from buckets. WORKERS are those of this host that have a job in hand, and all that take jobs from the queue; one of several queues counts for each.",
      "DRAIN is how long until nothing is ready if all goes on as in the last five minutes: the ready jobs, divided by how many more complete or die than are accepted. It is \(literal: "never") where the queue grows or stands still.",
      "All of that is kept with every change, so it costs the same however many jobs there are. But with \(flag: "by") \(literal: "type") the jobs that have not ended or are dead are walked, as are the jobs that were accepted, and the log that was written, in the last hour or \(flag: "window"): with very many jobs that takes its time. There WAIT is that of the executions which ended jobs, and jobs that were purged are not counted.",
      "With \(flag: "ages") there is a row for each stretch of ages, each twice as long as the one before, and how many ready jobs have been due for so long; it is counted in the index of ready jobs, of which at most a million entries are looked at.",
      "With \(flag: "plot") the history of each queue is drawn over \(flag: "window"): the ready jobs, and the jobs accepted and executions ended per minute; as wide as the terminal, 80 columns elsewhere.",
      "A directory store counts nothing over time: rates, times and DRAIN are empty there, null in JSON, except with \(flag: "by") \(literal: "type"), and there is no history to draw.",
    ]
  }

  private static func validate(_ options: Options) throws(UsageError) {
    if options.showsAges, options.plots {
      throw .invalid("--ages and --plot are two things: give one of them")
    }
    guard options.subject == .queue || !(options.showsAges || options.plots) else {
      throw .invalid("--by type has neither --ages nor --plot: both are of whole queues")
    }
    guard !options.plots || options.output.format == .table && options.output.template == nil else {
      throw .invalid("--plot is for people and has no other form; the numbers are in --json")
    }
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(options.names, store, context) { return status }
      let reading = StatsReading(store: store, options: options, now: context.now())
      context.pageRecords(options.output)
      if options.plots { return try StatsPlot(reading, options, context).print() }
      if options.showsAges { return try printAges(reading, options, context) }
      var printer = try RecordPrinter(
        .standings(at: reading.now, byType: options.subject == .type), options.output, context)
      for standing in try reading.standings(context) { try printer.print(standing) }
      try printer.finish()
      return .success
    }
  }

  private static func printAges(
    _ reading: StatsReading, _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    var printer = try RecordPrinter(.ages, options.output, context)
    for row in try reading.ages(context) { try printer.print(row) }
    try printer.finish()
    return .success
  }
}
