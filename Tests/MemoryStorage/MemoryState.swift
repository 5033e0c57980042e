import Jobs
import Storage

/// Everything that a memory store knows.
struct MemoryState: Sendable {
  /// What a request with an idempotency key made, so that the same request is known again.
  struct Remembered: Equatable, Sendable {
    let id: JobID
    /// Empty for any content.
    let digest: [UInt8]
    let expiry: Instant

    func isSame(as new: NewJob) -> Bool { digest.isEmpty || digest == new.contentDigest }
  }

  /// A key of one queue.
  struct QueueKey: Hashable, Sendable {
    let queue: QueueName
    let key: String
  }

  /// A pause, as an operator asked for it.
  struct Pause: Equatable, Sendable {
    let until: Instant?
    let reason: String?
  }

  var jobs: [JobID: JobDetail] = [:]
  /// The known queues, each with its latest pause, over or not.
  var queues: [QueueName: Pause?] = [:]
  var remembered: [QueueKey: Remembered] = [:]
  var log: [LogRecord] = []
  /// How many records were removed from the front of the log; a record's number is its place in all.
  var logStart = 0
  var books: [QueueName: QueueBook] = [:]
  var settings: [QueueName: QueueSettings] = [:]
  /// For how long things are kept where a queue does not say.
  var rules = Retention()
  /// Rules of health, by name.
  var healthRules: [StoredHealthRule] = []
  /// Until when the starts of a queue are paid for, where it has a rate.
  var paid: [QueueName: Int64] = [:]
  /// The greatest id ever given out; outlives its job.
  var lastID: JobID?
  var schedules: [ScheduleName: Schedule] = [:]
  /// Whether minutes are kept.
  var keepsMinutes = true
  /// Whether an enqueue looks for room itself.
  var checksDepth = true
  /// Whether queues can have rates.
  var keepsRates = true
  /// Whether attempts go with their job, and the log by whole days.
  var keepsPieces = false
  /// Why no job waits for others, where that is so.
  var noParents: StorageError?
  /// Who waits for a job, by its id.
  var dependants: [JobID: Set<JobID>] = [:]
  var batches: [JobID: BatchSummary] = [:]
  /// The batches whose jobs changed in the call under way.
  var touchedBatches: Set<JobID> = []
  /// The jobs that ended or went in the call under way, and those who wait have not heard of yet.
  var ended: Set<JobID> = []
  /// Those that gave way in the bulk under way: how they stood before it is what counts for its jobs.
  var gaveWay: Set<JobID> = []
  let random: @Sendable () -> UInt64

  init(random: @escaping @Sendable () -> UInt64) {
    self.random = random
  }

  /// The pause in force, if any.
  func pause(of queue: QueueName, at now: Instant) -> Pause? {
    guard let pause = queues[queue] ?? nil else { return nil }
    return pause.until.map { $0 > now } ?? true ? pause : nil
  }

  /// The job that has a unique key of a queue.
  func holder(of key: String, in queue: QueueName) -> JobID? {
    jobs.values.first {
      $0.job.holdsUniqueKey && $0.job.queue == queue && $0.job.uniqueKey == key
    }?.job.id
  }

  /// Changes a job by an event; `nil`, and nothing changed, where the event means nothing to it.
  mutating func change(_ id: JobID, by event: JobEvent, at now: Instant) -> Job? {
    guard var job = jobs[id]?.job else { return nil }
    let before = job
    do { try job.apply(event, at: now) } catch { return nil }
    if job.comesBackWithoutKey(since: before), let key = job.uniqueKey,
      holder(of: key, in: job.queue) == nil
    {
      job.holdsUniqueKey = true
    }
    books[job.queue, default: QueueBook()].move(from: before.state, to: job.state)
    jobs[id]?.job = job
    countBatch(of: job, from: before.state, to: job.state)
    if before.state == .blocked, job.state != .blocked { stopWaiting(id) }
    if job.state.isTerminal, !before.state.isTerminal { ended.insert(id) }
    return job
  }

  /// A log record about a job as it is now.
  func record(_ event: LogRecord.Event, at now: Instant, job: Job) -> LogRecord {
    LogRecord(event, at: now, job: job, tags: jobs[job.id]?.tags ?? [])
  }
}
