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
    var priority: Priority?
    var maxAttempts: Int?
    var backoff: Backoff?
    var timeout: TimeSpan?
    var uniqueKey: String?
    var uniqueScope: UniqueScope?
    var onConflict: UniqueConflict?
    var idempotencyKey: String?
    var idempotencyLifetime: TimeSpan?
    var concurrencyKey: String?
    var tags: [Tag] = []
    var after: [JobID] = []
    var onParentFailure = ParentFailure.hold
    var chain: [JobType] = []
    var bulk: String?
    var isChained = false
    var batch: String?
    var then: JobType?
    var thenQueue: QueueName?
    var wait: TimeSpan?
    var json = false
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "enqueue", "Accept a job and print its id; or many with --bulk", defaults: Options(),
    flags: jobFlags + timeFlags + ruleFlags + keyFlags + orderFlags + bulkFlags
      + OutputOptions.common.lifted(\.output)
      + StoreOptions.flags.lifted(\.store),
    prose: prose,
    examples: [
      Example(
        "id=$(qctl enqueue -q emails -t welcome --payload-file -)", "One job, payload from stdin"),
      Example("qctl enqueue -t report --payload '{\"month\":7}' --delay 1h", "Not before an hour"),
      Example("qctl enqueue -t sync --idempotency-key req-4711", "Safe to send twice"),
      Example(
        "qctl enqueue -t rebuild --unique-key site --on-conflict replace",
        "In the place of one that still waits"),
      Example("qctl enqueue --bulk jobs.ndjson", "A file of jobs, all or none"),
      Example("qctl enqueue --bulk jobs.ndjson --batch nightly --then report", "As one batch"),
      Example(
        "qctl enqueue -t ship --after 0s9xhm7hw090q,0s9xhm7hw0911", "Once two others are completed"),
      Example("qctl enqueue --chain fetch,parse,load", "Three jobs, one after the other"),
    ],
    exits: ExitStatus.notes(.keyConflict, .queueFull, .badData, .noInput, .cannotCreate),
    seeAlso: ["work", "list", "show", "help job", "help sql"], validate: validate,
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
    .value("priority", "N", \.priority, "0 (most urgent) to 9") {
      (text) throws(ValueError) -> Priority? in try ValueText.priority(text)
    }.default("5").completing(.choices(Priority.words)),
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
  ]

  private static let keyFlags: [Flag<Options>] = [
    .string("unique-key", "KEY", \.uniqueKey, "At most one job of the queue holds KEY"),
    .choice(
      "unique-scope", "SCOPE", \.uniqueScope,
      "How long it holds KEY: queued (until claimed), active (live) or kept"
    )
    .default("active"),
    .choice(
      "on-conflict", "RULE", \.onConflict,
      "If another holds KEY: ignore (give that back), replace, after or fail"
    )
    .default("ignore"),
    .string(
      "idempotency-key", "KEY", \.idempotencyKey, "The same request sent again gives the same job"),
    .value(
      "idempotency-ttl", "TIME", \.idempotencyLifetime, "For how long it does",
      parse: ValueText.duration
    ).default("24h"),
    .string(
      "concurrency-key", "KEY", \.concurrencyKey, "Of jobs with KEY only so many run at a time"),
  ]

  private static let orderFlags: [Flag<Options>] = [
    Flag.values(
      "after", "ID", splitsCommas: true, \.after, "Not before the job ID is completed"
    ) { (text) throws(ValueError) in
      try ValueText.id(text)
    }.completing(LiveNames.parent),
    .choice(
      "on-parent-failure", "RULE", \.onParentFailure, "What follows when a job it waits for fails"
    ).default("hold"),
    Flag.values(
      "chain", "TYPE", splitsCommas: true, \.chain,
      "A job of each TYPE, each after the one before", parse: ValueText.type
    ).completing(.type),
  ]

  private static let bulkFlags: [Flag<Options>] = [
    .optionalValue(
      "wait", "TIME", \.wait, bare: TimeSpan(milliseconds: .max),
      "Where the queue is full, wait for room"
    ) { (text) throws(ValueError) -> TimeSpan? in try ValueText.duration(text) },
    .string("bulk", "FILE", \.bulk, "Accept all jobs of an NDJSON FILE, or none; - for stdin")
      .completing(.file),
    .string("batch", "NAME", \.batch, "Put all jobs of the file into one batch, and print its id"),
    .value(
      "then", "TYPE", \.then, "A job that runs when the batch has ended", parse: ValueText.type
    ).completing(.type),
    .value(
      "then-queue", "QUEUE", \.thenQueue, "Its queue, if not that of the flags",
      parse: ValueText.queue
    ).completing(.queue),
    .switch("bulk-chain", \.isChained, "Let each job of the file wait for the one before"),
    .switch("json", \.json, "Print an object with id and created instead of the id"),
  ]

  private static var prose: Prose {
    [
      "The payload is any bytes, at most 256 KiB; it reaches the handler as it is. When the id is printed, the job is on disk.",
      "A unique key is held by one job of the queue at most: until a worker takes it (\(flag: "unique-scope") queued), until it is completed, dead or cancelled (active), or for as long as it is there (kept: until retention or a purge removes it). A job that waits again after a failure takes its key again if nobody has it, and else goes on without.",
      "Where another job holds the key, \(flag: "on-conflict") ignore gives its id back, with nothing created; fail changes nothing and ends with status 4; replace cancels one that no worker has taken, with the reason 'replaced by ID', and accepts the new one in its place (those that wait for it hear of a cancelled one; one that has ended and kept its key only loses that; one that is running is a conflict, status 4). after accepts a job that waits until the running one has ended, however it ends, and takes the key then; the job that waits so already, or one that has not started, is given back. Within a bulk file the first job with a key stays, and after is a conflict with one that is running.",
      "An idempotency key gives the first job back for \(flag: "idempotency-ttl") if type, payload and tags are the same; with other content nothing changes and the status is 4.",
      "What is not said here is taken from the queue (\(command: "queue set")): priority, failures until the job is dead, timeout, and at each failure the backoff. A queue with a \(literal: "max-depth") refuses jobs while as many wait: status 6, and nothing is enqueued; with \(flag: "wait") the command waits for room, for ever where no time is given. Of jobs with the same \(flag: "concurrency-key") a queue may be told to run only so many at a time.",
      "\(flag: "backoff") is \(literal: "exponential:base=30s,factor=4,cap=6h,jitter=20%"), \(literal: "fixed:10s") or a list such as \(literal: "1s,10s,1m").",
      "A job with \(flag: "after") is blocked until each job that it names is completed; at most 100, all of which must be there. When one of them is dead or cancelled, \(flag: "on-parent-failure") decides: with \(literal: "hold") it waits on, and goes on when that one is replayed and completed; with \(literal: "cancel") it is cancelled, and so are those that wait for it in the same way; with \(literal: "run") it runs all the same. One whose parent is removed before it ended well can never be freed, and is cancelled unless it runs all the same. \(flag: "chain") makes several jobs with the same payload and flags, of the types given, and prints their ids in order.",
      "A bulk file has one JSON object a line with the members queue, type, priority, run_at, delay_ms, max_attempts, backoff, timeout_ms, unique_key, unique_scope, on_conflict, idempotency_key, idempotency_ttl_ms, concurrency_key, tags (an object of texts), ref (a name for later lines), after (an array of ids and refs of earlier lines), on_parent_failure, and one of payload (any JSON, kept as written), payload_text or payload_b64. What a line leaves out is taken from the flags. FILE may be a pipe. No job of it can be seen, taken or counted before all lines are accepted; after a bad line, or if the command is killed, there is none.",
      "\(flag: "batch") puts the jobs that a file makes into one batch, whose id is printed: \(command: "batch show") tells how far it is, and \(flag: "after") takes it like a job's. A batch has ended when each of its jobs is completed, dead or cancelled, and ended well when all are completed; one that is replayed opens it again. \(flag: "then") makes a job that waits for the batch and runs however it ends, with the payload \(literal: "{\"batch\":ID,\"name\":NAME}").",
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
    guard options.then == nil || options.batch != nil else {
      throw .invalid("--then goes with --batch")
    }
    guard options.thenQueue == nil || options.then != nil else {
      throw .invalid("--then-queue goes with --then")
    }
    if let lifetime = options.idempotencyLifetime, lifetime < .seconds(1) {
      throw .invalid("--idempotency-ttl is at least 1s")
    }
    guard options.bulk != nil else {
      guard !options.isChained else { throw .invalid("--bulk-chain goes with --bulk") }
      guard options.batch == nil else { throw .invalid("--batch goes with --bulk") }
      guard options.chain.isEmpty || options.wait == nil else {
        throw .invalid("--wait is for one job, not for --chain")
      }
      return try validateKeys(options)
    }
    guard options.wait == nil else { throw .invalid("--wait is for one job, not for --bulk") }
    guard sources == 0, options.uniqueKey == nil, options.idempotencyKey == nil else {
      throw .invalid("--bulk takes payloads and keys from the file")
    }
  }

  /// A rule for a key that is not given would be forgotten without a word.
  private static func validateKeys(_ options: Options) throws(UsageError) {
    guard options.uniqueKey != nil || options.uniqueScope == nil && options.onConflict == nil else {
      let flag = options.uniqueScope == nil ? "--on-conflict" : "--unique-scope"
      throw .invalid("\(flag) is about a --unique-key")
    }
    guard options.idempotencyKey != nil || options.idempotencyLifetime == nil else {
      throw .invalid("--idempotency-ttl is about an --idempotency-key")
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
    job.uniqueScope = options.uniqueScope ?? .active
    job.onConflict = options.onConflict ?? .ignore
    job.idempotencyKey = options.idempotencyKey
    job.idempotencyLifetime = options.idempotencyLifetime
    job.concurrencyKey = options.concurrencyKey
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
    case .idempotencyLifetime: "--idempotency-ttl"
    case .maxAttempts: "--max-attempts"
    case .tags: "--tag"
    case .uniqueScope: "--unique-scope"
    case .onConflict: "--on-conflict"
    case .onParentFailure: "--on-parent-failure"
    case .concurrencyKey: "--concurrency-key"
    case .id, .queue, .type, .state, .priority, .payload, .backoff, .error, .token, .after,
      .batch, .schedule, .healthRule:
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
      try RoomWait(patience: options.wait, context: context).run(on: store) {
        () throws(StorageError) in try store.enqueue(job, at: context.now())
      }
    }
    guard options.json else {
      try context.writeLine(result.id.description)
      return .success
    }
    var writer = JSONWriter(capacity: 64)
    writer.beginObject()
    writer.member("id", result.id.description)
    writer.member("created", result.created)
    writer.member("outcome", result.outcome.word)
    switch result.outcome {
    case .created, .existing: break
    case .replaced(let id): writer.member("replaced", id.description)
    case .queuedAfter(let id): writer.member("after", id.description)
    }
    writer.endObject()
    try context.writeLine(writer.buffer.text)
    return .success
  }
}

extension EnqueueResult.Outcome {
  /// The word for it in JSON.
  fileprivate var word: String {
    switch self {
    case .created: "created"
    case .existing: "existing"
    case .replaced: "replaced"
    case .queuedAfter: "queued_after"
    }
  }
}
