package import Jobs

/// Taking a whole store out, and putting it into another: `export`, `import`, `migrate`.
///
/// Jobs, log records and minutes are read as anybody reads them; what only a store knows is read
/// here.
package protocol StorageArchive: AnyObject, Sendable {
  /// One page of the requests that are remembered by idempotency keys, by (queue, key) in the order
  /// of their bytes, whether or not their time is over. Must not change anything.
  func requests(_ request: KnownRequestPageRequest) throws(StorageError) -> KnownRequestPage

  /// Takes in parts of another store as they were: ids, states, times, attempts, results, keys.
  ///
  /// Durable when it returns, what was there already included. What is there and the same is left as
  /// it is, so that whoever was interrupted begins anew. A job comes `withoutWorker`. Writes no log
  /// records of its own and counts nothing in the minutes; a queue that a part names becomes known,
  /// but for one in a log record. Ids that are given out later are above those taken in.
  ///
  /// - Parameter parts: at most `ApplyRequest.largestBatch` and some megabytes, each judged for
  ///   itself, in order.
  func restore(_ parts: [ArchivePart], at now: Instant) throws(StorageError) -> [RestoreOutcome]
}

/// One part of what a store knows.
package enum ArchivePart: Equatable, Sendable {
  /// A queue with its settings, which take the place of those that are there.
  case queue(QueueArchive)
  /// The rules for all queues, where there are any; left alone where there are others.
  case rules(Retention)
  /// A rule of health; left alone where another has its name, or where there are too many.
  case health(StoredHealthRule)
  /// A batch; comes before its jobs.
  case batch(BatchSummary)
  /// A job with all its parts.
  case job(JobDetail)
  /// A request that is remembered; takes the place of one whose time is over.
  case request(KnownRequest)
  /// A schedule with its ticks; left alone where another has its name.
  case schedule(Schedule)
  /// A log record; always added, at the end.
  case record(LogRecord)
  /// A minute of a queue.
  ///
  /// Its totals are raised to those of the minute before it, and those behind it to its own. It takes
  /// the place of one that it continues (`QueueMinute.isContinued(by:)`), but for the present one.
  case minute(QueueMinute)
}

/// A queue's settings.
package struct QueueArchive: Equatable, Sendable {
  /// Whose.
  package let queue: QueueName
  /// Whether it is paused, or was until a time.
  package var paused: Bool
  /// Until when it is paused; `nil` for until resumed.
  package var pausedUntil: Instant?
  /// Why it is paused.
  package var pauseReason: String?
  /// What is set for it.
  package var settings: QueueSettings

  /// A queue with its settings.
  package init(
    queue: QueueName, paused: Bool = false, pausedUntil: Instant? = nil,
    pauseReason: String? = nil, settings: QueueSettings = QueueSettings()
  ) {
    self.queue = queue
    self.paused = paused
    self.pausedUntil = pausedUntil
    self.pauseReason = pauseReason
    self.settings = settings
  }
}

extension QueueArchive {
  /// Whether its pause is in force.
  package func isPaused(at now: Instant) -> Bool {
    paused && (pausedUntil.map { $0 > now } ?? true)
  }
}

/// What a store remembers of a request that had an idempotency key; longer than its job may live.
package struct KnownRequest: Equatable, Sendable {
  /// In which queue.
  package let queue: QueueName
  /// The key.
  package let key: String
  /// The job that it made.
  package let id: JobID
  /// Tells other content under the same key: `NewJob.contentDigest`; empty where it is not known, so
  /// that any content counts as the same.
  package let digest: [UInt8]
  /// From when on it is not known any more.
  package let expiresAt: Instant

  /// Every part in turn.
  package init(queue: QueueName, key: String, id: JobID, digest: [UInt8], expiresAt: Instant) {
    self.queue = queue
    self.key = key
    self.id = id
    self.digest = digest
    self.expiresAt = expiresAt
  }
}

/// A request for one page of known requests.
package struct KnownRequestPageRequest: Equatable, Sendable {
  /// Behind which one; `nil` for the first page.
  package var after: KnownRequest?
  /// At most so many, from 1.
  package var size: Int

  /// A request with its parts.
  package init(after: KnownRequest? = nil, size: Int) {
    self.after = after
    self.size = size
  }
}

/// Some known requests.
package struct KnownRequestPage: Equatable, Sendable {
  /// By (queue, key).
  package let requests: [KnownRequest]
  /// Whether others follow.
  package let hasMore: Bool

  /// A page with its parts.
  package init(requests: [KnownRequest], hasMore: Bool) {
    self.requests = requests
    self.hasMore = hasMore
  }
}

/// What became of one part.
package enum RestoreOutcome: Equatable, Sendable {
  /// Taken in.
  case restored
  /// The same was there already.
  case alreadyThere
  /// Something else is there under this id or key, and was left alone.
  case differs
  /// Another live job holds its unique key; the job was taken in without it, marked as it would be
  /// by a return from the dead.
  case withoutKey(KeyConflict)
  /// The store can't keep such a part.
  case unsupported(Capability)
}
