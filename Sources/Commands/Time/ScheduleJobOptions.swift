import CommandLineSpec
import Jobs
import Text

/// The job that a schedule makes, as flags describe it.
struct ScheduleJobOptions: Sendable {
  var queue: QueueName = .default
  var type: JobType = .default
  var payload: String?
  var payloadFile: String?
  var priority: Priority?
  var maxAttempts: Int?
  var backoff: Backoff?
  var timeout: TimeSpan?
  var uniqueKey: String?
  var uniqueScope = UniqueScope.active
  var onConflict = UniqueConflict.ignore
  var concurrencyKey: String?
  var tags: [Tag] = []

  static let flags: [Flag<ScheduleJobOptions>] =
    ([
      .value("queue", short: "q", "QUEUE", \.queue, "The queue", parse: ValueText.queue)
        .default("default").completing(.queue),
      .value("type", short: "t", "TYPE", \.type, "What kind of work it is", parse: ValueText.type)
        .default("default").completing(.type),
      .string(
        "payload", "TEXT", \.payload,
        "The payload; public: other users see it in the process list"),
      .string(
        "payload-file", "FILE", \.payloadFile, "The payload is what FILE holds now; - for stdin"
      ).completing(.file),
      Flag.values(
        "tag", "NAME=VALUE", \.tags, "A tag for filters and log records", parse: ValueText.tag),
      .value("priority", "N", \.priority, "0 (most urgent) to 9") {
        (text) throws(ValueError) -> Priority? in try ValueText.priority(text)
      }.default("5"),
      .value(
        "timeout", "TIME", \.timeout, "How long one attempt may take", parse: ValueText.duration),
      .int("max-attempts", "COUNT", in: 1...1000, \.maxAttempts, "Failures until it is dead")
        .default("10"),
      .value(
        "backoff", "POLICY", \.backoff, "How to wait between failures", parse: ValueText.backoff
      ).default("exponential:base=30s,factor=4,cap=6h,jitter=20%"),
      .string("unique-key", "KEY", \.uniqueKey, "At most one job of the queue holds KEY"),
      .choice(
        "unique-scope", "SCOPE", \.uniqueScope,
        "How long it holds KEY: queued (until claimed), active (live) or kept"
      ).default("active"),
      .choice(
        "on-conflict", "RULE", \.onConflict,
        "If another holds KEY: ignore (no job), replace, after or fail (no job)"
      ).default("ignore"),
      .string(
        "concurrency-key", "KEY", \.concurrencyKey,
        "Of jobs with KEY only so many run at a time"),
    ] as [Flag<ScheduleJobOptions>]).section("Job")

  func validate() throws(UsageError) {
    guard payload == nil || payloadFile == nil else {
      throw .invalid("--payload and --payload-file exclude each other")
    }
    guard uniqueKey != nil || uniqueScope == .active && onConflict == .ignore else {
      let flag = uniqueScope == .active ? "--on-conflict" : "--unique-scope"
      throw .invalid("\(flag) is about a --unique-key")
    }
  }

  /// The job to make, its payload read.
  func job(_ context: CommandContext) throws(CommandFailure) -> NewJob {
    var job = NewJob(queue: queue, type: type)
    job.priority = priority
    job.maxAttempts = maxAttempts.map(Int64.init)
    job.backoff = backoff
    job.timeout = timeout
    job.uniqueKey = uniqueKey
    job.uniqueScope = uniqueScope
    job.onConflict = onConflict
    job.concurrencyKey = concurrencyKey
    job.tags = tags
    job.payload = try PayloadSource.read(payload, file: payloadFile, context)
    do { try job.validate() } catch { throw CommandFailure(error) }
    return job
  }
}
