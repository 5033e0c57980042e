import CommandLineSpec
import Engine
import Jobs

/// `qctl work`: takes jobs and runs a program for each.
enum WorkCommand {
  struct Options: Sendable {
    var scope = ClaimScope()
    var concurrency = 1
    var timeout: TimeSpan?
    var grace = TimeSpan.seconds(30)
    var killAfter = TimeSpan.seconds(5)
    var lease = TimeSpan.seconds(60)
    var poll = TimeSpan.seconds(1)
    var group = 16
    var isPersistent = false
    var batch: Int?
    var batchWait: TimeSpan?
    var untilEmpty = false
    var untilSettled = false
    var once = false
    var permanentExits: [Int32] = []
    var retryExits: [Int32] = []
    var outputLimit = 64 << 10
    var name: String?
    var isAllConfigured = false
    var handler: [String] = []
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "work", "Run each job with a program", defaults: Options(),
    flags: jobFlags + lineFlags + endFlags + timeFlags + exitFlags + otherFlags
      + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .trailing("HANDLER", \.handler, "The program for each job, and its arguments")
    ],
    prose: prose,
    examples: [
      Example("qctl work -q emails -c 4 -- ./send-email", "Four at once, until a signal ends it"),
      Example("qctl work -q urgent,emails -- ./send-email", "emails only while urgent has none"),
      Example(
        "qctl work -q emails=6,reports=1 -- ./send", "Six of emails for each of reports"),
      Example(
        "qctl work --until-empty -- sh -c 'cat >\"out/$QCTL_JOB_ID\"'", "What waits now, then end"),
      Example(
        "qctl work -q thumbs -c 2 --persistent -- python3 thumb.py", "Two that live on"),
      Example("qctl work -q hits --batch 100 --batch-wait 1s -- ./insert", "Many in one call"),
      Example("qctl work --all-configured", "Every worker of the configuration"),
      Example("qctl work -q reports --timeout 10m -- ./report --fast", "At most ten minutes each"),
    ],
    exits: ExitStatus.notes(.negative, .interrupted), sections: sections,
    seeAlso: ["enqueue", "claim", "tail", "config", "help handler"], validate: validate,
    run: { Action($0, run) })

  private static let jobFlags: [Flag<Options>] =
    ClaimScope.flags.lifted(\.scope) + [
      .int("concurrency", short: "c", "N", in: 1...1024, \.concurrency, "Run up to N jobs at once")
        .default("1"),
      .int(
        "prefetch", "N", in: 1...256, \.group,
        "Of short jobs, claim up to N ahead and settle up to N together"
      )
      .default("16"),
    ]

  private static let lineFlags: [Flag<Options>] = [
    .switch(
      "persistent", \.isPersistent, "Handlers live on, are told jobs in lines, and answer in lines"
    ),
    .int(
      "batch", "N", in: 1...mostOfBatch, \.batch,
      "Tell a handler of up to N jobs at once, in lines"),
    .value(
      "batch-wait", "TIME", \.batchWait, "How long a batch that is not full waits for more",
      parse: ValueText.span
    )
    .default("0s"),
  ].section("Lines")

  private static let mostOfBatch = 1000

  private static let endFlags: [Flag<Options>] = [
    .switch("until-empty", \.untilEmpty, "End when nothing is ready, due or active"),
    .switch("until-settled", \.untilSettled, "End when, besides, nothing waits to be retried"),
    .switch("once", \.once, "End after one job, or when there is none"),
  ].section("End")

  private static let timeFlags: [Flag<Options>] = [
    .value(
      "timeout", "TIME", \.timeout, "How long a job may take that says nothing itself",
      parse: ValueText.span),
    .value(
      "kill-after", "TIME", \.killAfter, "From SIGTERM to SIGKILL for a handler",
      parse: ValueText.duration
    )
    .default("5s"),
    .value(
      "grace", "TIME", \.grace, "How long running jobs may go on after a stop signal",
      parse: ValueText.duration
    )
    .default("30s"),
    .value(
      "lease", "TIME", \.lease, "How long others leave us our jobs without a sign of life",
      parse: ValueText.lease
    )
    .default("60s"),
    .value(
      "poll", "TIME", \.poll, "The longest wait between two looks for work", parse: ValueText.span
    )
    .default("1s"),
  ].section("Time")

  private static let exitFlags: [Flag<Options>] = [
    Flag.values(
      "permanent-exit", "STATUS", splitsCommas: true, \.permanentExits,
      "Exit statuses that make a job dead at once", parse: ValueText.failureStatus),
    Flag.values(
      "retry-exit", "STATUS", splitsCommas: true, \.retryExits,
      "Exit statuses that are retried, whatever else is said", parse: ValueText.failureStatus),
  ].section("Outcome")

  private static let otherFlags: [Flag<Options>] = [
    .switch(
      "all-configured", \.isAllConfigured,
      "Run every worker of the configuration, a process each"),
    .value(
      "output-limit", "SIZE", \.outputLimit, "Keep so much of each output stream",
      parse: ValueText.outputLimit
    )
    .default("64K"),
    .value("name", "WORKER", \.name, "The worker's name in leases and log") {
      (text) throws(ValueError) -> String? in try ValueText.worker(text)
    }.default("HOST:PID"),
    .switch("utc", negatable: true, \.output.utc, "Show times in UTC"),
  ]

  /// What one worker can have in hand.
  private static let mostJobs = 1 << 16

  private static func validate(_ options: Options) throws(UsageError) {
    guard options.handler.isEmpty == options.isAllConfigured else {
      throw options.isAllConfigured
        ? .invalid("--all-configured takes no HANDLER") : .missingOperand("HANDLER")
    }
    guard [options.untilEmpty, options.untilSettled, options.once].count(where: \.self) < 2 else {
      throw .invalid("--until-empty, --until-settled and --once exclude each other")
    }
    guard options.batchWait == nil || options.batch != nil else {
      throw .invalid("--batch-wait needs --batch")
    }
    guard options.concurrency * (options.batch ?? 1) <= mostJobs else {
      throw .invalid("--concurrency times --batch must be at most \(mostJobs)")
    }
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    if options.isAllConfigured {
      return try ConfiguredWorkers(options: options, context: context).run()
    }
    return try WorkRun(options: options, context: context).run()
  }
}

extension WorkCommand.Options {
  /// How handlers are told their jobs in lines; `nil` for a process for each job.
  var lines: LineMode? {
    guard isPersistent || batch != nil else { return nil }
    return LineMode(isPersistent: isPersistent, batch: batch ?? 1, wait: batchWait ?? .zero)
  }
}
