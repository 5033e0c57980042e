import Calendar
import CommandLineSpec
import Jobs
import PosixIO
import Storage
import Text

/// `qctl enqueue`: accepts one job and prints its id, or with `--bulk` many, all or none.
enum EnqueueCommand {
  struct Options: Sendable {
    var queue: QueueName = .default
    var type: JobType = .default
    var payload: String?
    var payloadFile: String?
    var delay: TimeSpan?
    var at: String?
    var priority: Priority = .default
    var maxAttempts: Int?
    var backoff: Backoff?
    var timeout: TimeSpan?
    var uniqueKey: String?
    var idempotencyKey: String?
    var tags: [Tag] = []
    var after: [JobID] = []
    var onParentFailure = ParentFailure.hold
    var chain: [JobType] = []
    var bulk: String?
    var isChained = false
    var json = false
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "enqueue", "Accept a job and print its id; or many with --bulk", defaults: Options(),
    flags: jobFlags + timeFlags + ruleFlags + orderFlags + bulkFlags
      + OutputOptions.common.lifted(\.output)
      + StoreOptions.flags.lifted(\.store),
    prose: prose,
    examples: [
      Example(
        "id=$(qctl enqueue -q emails -t welcome --payload-file -)", "One job, payload from stdin"),
      Example("qctl enqueue -t report --payload '{\"month\":7}' --delay 1h", "Not before an hour"),
      Example("qctl enqueue -t sync --idempotency-key req-4711", "Safe to send twice"),
      Example("qctl enqueue --bulk jobs.ndjson", "A file of jobs, all or none"),
      Example(
        "qctl enqueue -t ship --after 0s9xhm7hw090q,0s9xhm7hw0911", "Once two others are completed"),
      Example("qctl enqueue --chain fetch,parse,load", "Three jobs, one after the other"),
    ],
    exits: ExitStatus.notes(.keyConflict, .badData, .noInput, .cannotCreate),
    seeAlso: ["work", "list", "show"], validate: validate,
    run: { Action($0, run) })

  private static let jobFlags: [Flag<Options>] = [
    .value("queue", short: "q", "QUEUE", \.queue, "The queue", parse: ValueText.queue)
      .default("default").completing(.queue),
    .value("type", short: "t", "TYPE", \.type, "What kind of work it is", parse: ValueText.type)
      .default("default").completing(.type),
    .string(
      "payload", "TEXT", \.payload, "The payload; public: other users see it in the process list"),
    .string("payload-file", "FILE", \.payloadFile, "The payload is what FILE holds; - for stdin")
      .completing(.file),
    Flag.values(
      "tag", "NAME=VALUE", \.tags, "A tag for filters and log records", parse: ValueText.tag),
    .value("priority", "N", \.priority, "0 (most urgent) to 9", parse: ValueText.priority).default(
      "5"),
  ]

  private static let timeFlags: [Flag<Options>] = [
    .value("delay", "TIME", \.delay, "Not before so long from now", parse: ValueText.duration),
    .string(
      "at", "INSTANT", \.at, "Not before then: RFC 3339, '2026-01-31 08:00', '+2h' or @EPOCH"),
    .value(
      "timeout", "TIME", \.timeout, "How long one attempt may take", parse: ValueText.duration),
  ]

  private static let ruleFlags: [Flag<Options>] = [
    .int("max-attempts", "COUNT", in: 1...1000, \.maxAttempts, "Failures until it is dead")
      .default("10"),
    .value("backoff", "POLICY", \.backoff, "How to wait between failures", parse: ValueText.backoff)
      .default("exponential:base=30s,factor=4,cap=6h,jitter=20%"),
    .string("unique-key", "KEY", \.uniqueKey, "At most one live job of the queue has KEY"),
    .string(
      "idempotency-key", "KEY", \.idempotencyKey, "The same request sent again gives the same job"),
  ]

  private static let orderFlags: [Flag<Options>] = [
    Flag.values(
      "after", "ID", splitsCommas: true, \.after, "Not before the job ID is completed"
    ) { (text) throws(ValueError) in
      try ValueText.id(text)
    }.completing(.jobID),
    .choice(
      "on-parent-failure", "RULE", \.onParentFailure, "What follows when a job it waits for fails"
    ).default("hold"),
    Flag.values(
      "chain", "TYPE", splitsCommas: true, \.chain,
      "A job of each TYPE, each after the one before", parse: ValueText.type
    ).completing(.type),
  ]

  private static let bulkFlags: [Flag<Options>] = [
    .string("bulk", "FILE", \.bulk, "Accept all jobs of an NDJSON FILE, or none; - for stdin")
      .completing(.file),
    .switch("bulk-chain", \.isChained, "Let each job of the file wait for the one before"),
    .switch("json", \.json, "Print an object with id and created instead of the id"),
  ]

  private static var prose: Prose {
    [
      "The payload is any bytes, at most 256 KiB; it reaches the handler as it is. When the id is printed, the job is on disk.",
      "A unique key that a live job of the queue holds gives that job's id back, with nothing created. An idempotency key gives the first job back for 24 hours if type, payload and tags are the same; with other content nothing changes and the status is 4.",
      "\(flag: "backoff") is \(literal: "exponential:base=30s,factor=4,cap=6h,jitter=20%"), \(literal: "fixed:10s") or a list such as \(literal: "1s,10s,1m").",
      "A job with \(flag: "after") is blocked until each job that it names is completed; at most 100, all of which must be there. When one of them is dead or cancelled, \(flag: "on-parent-failure") decides: with \(literal: "hold") it waits on, and goes on when that one is replayed and completed; with \(literal: "cancel") it is cancelled, and so are those that wait for it in the same way; with \(literal: "run") it runs all the same. One whose parent is removed before it ended well can never be freed, and is cancelled unless it runs all the same. \(flag: "chain") makes several jobs with the same payload and flags, of the types given, and prints their ids in order.",
      "A bulk file has one JSON object a line with the members queue, type, priority, run_at, delay_ms, max_attempts, backoff, timeout_ms, unique_key, idempotency_key, tags (an object of texts), ref (a name for later lines), after (an array of ids and refs of earlier lines), on_parent_failure, and one of payload (any JSON, kept as written), payload_text or payload_b64. What a line leaves out is taken from the flags. FILE may be a pipe. No job of it can be seen, taken or counted before all lines are accepted; after a bad line, or if the command is killed, there is none.",
    ]
  }

  private static func validate(_ options: Options) throws(UsageError) {
    let sources = [options.payload, options.payloadFile].compactMap(\.self).count
    guard sources < 2 else { throw .invalid("--payload and --payload-file exclude each other") }
    guard options.delay == nil || options.at == nil else {
      throw .invalid("--delay and --at exclude each other")
    }
    guard options.chain.isEmpty || options.bulk == nil else {
      throw .invalid("--chain and --bulk exclude each other; --bulk-chain chains a file")
    }
    guard options.chain.isEmpty || options.uniqueKey == nil && options.idempotencyKey == nil else {
      throw .invalid("--chain makes several jobs, which can't share a key")
    }
    guard options.bulk != nil else {
      guard !options.isChained else { throw .invalid("--bulk-chain goes with --bulk") }
      return
    }
    guard sources == 0, options.uniqueKey == nil, options.idempotencyKey == nil else {
      throw .invalid("--bulk takes payloads and keys from the file")
    }
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let template = try template(options, context)
    guard let bulk = options.bulk else { return try enqueueOne(template, options, context) }
    return try BulkEnqueue(source: bulk, template: template, options: options).run(in: context)
  }

  /// The job that the flags alone describe.
  private static func template(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> NewJob {
    var job = NewJob(queue: options.queue, type: options.type)
    job.priority = options.priority
    job.maxAttempts = options.maxAttempts.map(Int64.init)
    job.backoff = options.backoff
    job.timeout = options.timeout
    job.uniqueKey = options.uniqueKey
    job.idempotencyKey = options.idempotencyKey
    job.tags = options.tags
    job.after = options.after
    job.onParentFailure = options.onParentFailure
    let now = context.now()
    if let delay = options.delay { job.runAt = now + delay }
    if let at = options.at { job.runAt = try InstantArgument.parse(at, flag: "--at", context) }
    do { try job.validate() } catch {
      throw .failed(.usage, "\(flag(of: error.field, options)): \(error.reason)")
    }
    return job
  }

  /// The flag that a field of the job was read from.
  private static func flag(of field: InvalidValue.Field, _ options: Options) -> String {
    switch field {
    case .runAt: options.at == nil ? "--delay" : "--at"
    case .timeout: "--timeout"
    case .uniqueKey: "--unique-key"
    case .idempotencyKey: "--idempotency-key"
    case .maxAttempts: "--max-attempts"
    case .tags: "--tag"
    case .uniqueScope: "--unique-scope"
    case .onConflict: "--on-conflict"
    case .onParentFailure: "--on-parent-failure"
    case .concurrencyKey: "--concurrency-key"
    case .id, .queue, .type, .state, .priority, .payload, .backoff, .error, .token, .after,
      .batch, .schedule:
      "--\(field.rawValue)"
    }
  }

  private static func enqueueOne(
    _ template: NewJob, _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    var job = template
    job.payload = try PayloadSource.read(options.payload, file: options.payloadFile, context)
    do { try job.validate() } catch { throw CommandFailure(error) }
    guard options.chain.isEmpty else { return try ChainEnqueue.run(job, options, context) }
    let result = try options.store.withStore(.create, in: context) { store throws(CommandFailure) in
      try stored { () throws(StorageError) in try store.enqueue(job, at: context.now()) }
    }
    guard options.json else {
      try context.writeLine(result.id.description)
      return .success
    }
    var writer = JSONWriter(capacity: 64)
    writer.beginObject()
    writer.member("id", result.id.description)
    writer.member("created", result.created)
    writer.endObject()
    try context.writeLine(writer.buffer.text)
    return .success
  }
}
