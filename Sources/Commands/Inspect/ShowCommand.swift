import CommandLineSpec
import Engine
import Jobs
import PosixIO
import Storage

/// `qctl show`: one job with everything known of it.
enum ShowCommand {
  struct Options: Sendable {
    var id: JobID?
    var isRaw = false
    var force = false
    var json = false
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "show", "Show one job with everything known of it", defaults: Options(),
    flags: flags,
    operands: [operand],
    prose: [
      "Prints the job, whether the worker that runs it lives, its payload, every attempt with its times, outcome, error and captured output, and what operators did to it: when, who, why, and as one of how many. Anything that a terminal could take for a command is escaped.",
      "A dead or retrying job also has the group of its error, which \(literal: "--error-group") of every verb takes. Payloads from before an \(command: "edit") are in \(flag: "json").",
      "\(flag: "raw") prints the payload's bytes and nothing else; to a terminal only with \(flag: "force").",
    ],
    examples: [
      Example("qctl show 0s9xhm7hw090q", "A page about one job"),
      Example("qctl show 0s9xhm7hw090q --json", "The same for a program"),
      Example("qctl show 0s9xhm7hw090q --raw > payload.bin", "The payload as it was enqueued"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["list", "tail", "help job"],
    run: { Action($0, run) })

  static let operand = Operand<Options>.one("ID", \.id, "The job") {
    (text) throws(ValueError) in try ValueText.id(text)
  }.completing(.jobID)

  static let flags: [Flag<Options>] =
    [
      .switch("raw", \.isRaw, "Print the payload's bytes only"),
      .switch("force", \.force, "Let --raw write to a terminal"),
      .switch("json", \.json, "Print one JSON object"),
      .switch("utc", negatable: true, \.output.utc, "Show times in UTC"),
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store)

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try show(options, context) { _ in nil }
  }

  /// Shows a job unless `refuse` gives a reason not to.
  static func show(
    _ options: Options, _ context: CommandContext, unless refuse: (Job) -> String?
  ) throws(CommandFailure) -> ExitStatus {
    guard let id = options.id else { return .usage }
    if options.isRaw, context.streams.outputIsTerminal, !options.force {
      throw .failed(
        .usage, "--raw could send commands to your terminal; redirect it, or add --force")
    }
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      guard let detail = try stored({ () throws(StorageError) in try store.job(id) }) else {
        context.tell("no job \(id); 'qctl list' shows those that are there")
        return .negative
      }
      if let reason = refuse(detail.job) {
        context.tell(reason)
        return .negative
      }
      try print(detail, store, options, context)
      return .success
    }
  }

  private static func print(
    _ detail: JobDetail, _ store: any StorageAdapter, _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) {
    guard !options.isRaw else { return try context.write(detail.payload) }
    let now = context.now()
    guard !options.json else {
      return try context.writeLine(JobDetailJSON.text(detail, at: now))
    }
    context.pageText(options.output)
    let isTerminal = context.streams.outputIsTerminal
    var relative = options.output
    relative.utc = false
    var page = JobDetailPage(
      times: TimeDisplay(options.output, context, relative: false),
      relative: isTerminal ? TimeDisplay(relative, context, relative: true) : nil, now: now,
      isColoured: options.output.usesColor(isTerminal: isTerminal, context.environment),
      isWorkerAlive: isWorkerAlive(detail.job, store), keyHolder: keyHolder(detail.job, store))
    page.parents = try parents(of: detail, store, at: now)
    try context.write(page.bytes(detail))
  }

  /// The states of the jobs that one waits for, or did.
  private static func parents(
    of detail: JobDetail, _ store: any StorageAdapter, at now: Instant
  ) throws(CommandFailure) -> [JobID: String] {
    var states: [JobID: String] = [:]
    guard !detail.after.isEmpty else { return states }
    let found = try stored { () throws(StorageError) in try store.jobs(detail.after) }
    for parent in found { states[parent.job.id] = parent.job.effectiveState(at: now).rawValue }
    return states
  }

  /// Who has the unique key of a job that goes on without it.
  private static func keyHolder(_ job: Job, _ store: any StorageAdapter) -> JobID? {
    guard let key = job.uniqueKey, !job.holdsUniqueKey, job.mayHoldUniqueKey else { return nil }
    return (try? store.keyHolder(key, of: job.queue)) ?? nil
  }

  /// Whether the worker that runs a job shows life on this host.
  private static func isWorkerAlive(_ job: Job, _ store: any StorageAdapter) -> Bool? {
    guard job.state == .active, let presence = job.presence, let place = store.meetingPlace else {
      return nil
    }
    return LiveWorkers.isAlive(presence, at: place)
  }
}
