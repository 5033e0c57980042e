package import Jobs

/// Looking without touching: no call here changes anything, not even a due job's state.
package protocol StorageBrowsing: AnyObject, Sendable {
  /// Every known queue, by name; kept counts, never a scan of the jobs.
  func queues(at now: Instant) throws(StorageError) -> [QueueSummary]

  /// Known queues whose names begin with a text, by name, at most so many; as much work as they are,
  /// however many others there are.
  ///
  /// The counts may be those that are kept, without what has come due since, or missing where they
  /// would take long.
  func queues(
    at now: Instant, beginningWith prefix: String, most: Int
  ) throws(StorageError) -> [QueueSummary]

  /// One page of the jobs that a filter selects. The filter's `limit` is the caller's to count.
  func page(_ request: JobPageRequest) throws(StorageError) -> JobPage

  /// One job with all its parts; `nil` if there is none.
  func job(_ id: JobID) throws(StorageError) -> JobDetail?

  /// Some jobs with all their parts, in the order of their ids as given; those that are not there are
  /// left out. A page's ids are found faster than one by one.
  ///
  /// - Parameter ids: at most `ApplyRequest.largestBatch`.
  func jobs(_ ids: [JobID]) throws(StorageError) -> [JobDetail]

  /// Some batches, the newest first.
  func batches(_ request: BatchPageRequest) throws(StorageError) -> [BatchSummary]

  /// One batch; `nil` if there is none.
  func batch(_ id: JobID) throws(StorageError) -> BatchSummary?

  /// The job that holds a unique key of a queue; `nil` where the key is free.
  func keyHolder(_ key: String, of queue: QueueName) throws(StorageError) -> JobID?

  /// Log records that a filter selects, oldest first. See `LogPageRequest`.
  func log(_ request: LogPageRequest) throws(StorageError) -> LogPage

  /// The minutes of queues in a stretch of time, oldest first and by queue within a minute, the
  /// present ones as far as they have come. See `QueueMinute`.
  func minutes(_ request: MinutesRequest) throws(StorageError) -> [QueueMinute]

  /// What was ever counted of each queue, by name. See `QueueMeter`; a part of `Capability.minutes`.
  func meters() throws(StorageError) -> [QueueMeter]

  /// How long the ready jobs of a queue have been due, those whose time has come among them. See
  /// `ReadyAgesRequest`.
  func readyAges(_ request: ReadyAgesRequest) throws(StorageError) -> ReadyAges
}

extension StorageBrowsing {
  /// Chosen among all, for a store that knows no shorter way.
  package func queues(
    at now: Instant, beginningWith prefix: String, most: Int
  ) throws(StorageError) -> [QueueSummary] {
    let all = try queues(at: now)
    return Array(all.lazy.filter { $0.queue.begins(with: prefix) }.prefix(most))
  }

  /// One by one, for a store that knows no shorter way.
  package func jobs(_ ids: [JobID]) throws(StorageError) -> [JobDetail] {
    var details: [JobDetail] = []
    for id in ids {
      if let detail = try job(id) { details.append(detail) }
    }
    return details
  }
}

/// A request for the minutes of queues.
package struct MinutesRequest: Equatable, Sendable {
  /// Of which queue; `nil` for all.
  ///
  /// One that is not known has none.
  package var queue: QueueName?
  /// From the minute in which this lies.
  ///
  /// The latest minute before it comes too, for each queue that has one: it tells what stood when
  /// the stretch began.
  package var from: Instant
  /// To the minute in which this lies.
  package var to: Instant

  /// A request with its parts.
  package init(of queue: QueueName? = nil, from: Instant, to: Instant) {
    self.queue = queue
    self.from = from
    self.to = to
  }
}

/// The order of a listing.
package enum JobOrder: Equatable, Sendable {
  /// Newest id first.
  case newestFirst
  /// Oldest id first.
  case oldestFirst
  /// Latest to reach a terminal state first: (finished_at, id) descending. Live jobs are left out.
  case latestFinishedFirst
}

/// Where a page ended, so that the next one can begin behind it.
package struct JobCursor: Equatable, Sendable {
  /// The last job of the page.
  package let id: JobID
  /// Its `finished_at`, for orders that go by it.
  package let finishedAt: Instant?

  /// The place of a job.
  package init(after job: Job) {
    id = job.id
    finishedAt = job.finishedAt
  }

  /// A place with its parts.
  package init(id: JobID, finishedAt: Instant?) {
    self.id = id
    self.finishedAt = finishedAt
  }
}

/// A request for one page of jobs.
package struct JobPageRequest: Equatable, Sendable {
  /// Which jobs.
  package var filter: JobFilter
  /// In which order.
  package var order: JobOrder
  /// Behind which job; `nil` for the first page.
  package var after: JobCursor?
  /// At most so many, from 1.
  package var size: Int
  /// The moment that decides what is due.
  package var now: Instant

  /// A request with its parts.
  package init(
    _ filter: JobFilter, order: JobOrder = .newestFirst, after: JobCursor? = nil,
    size: Int, now: Instant
  ) {
    self.filter = filter
    self.order = order
    self.after = after
    self.size = size
    self.now = now
  }
}

/// One page of jobs.
package struct JobPage: Equatable, Sendable {
  /// The jobs, in the order asked for.
  package let jobs: [Job]
  /// Where the next page begins; `nil` when there is none.
  ///
  /// A page may be short of `size`, even empty, and still have a next one: a store looks
  /// through a bounded number of jobs a call.
  package let next: JobCursor?

  /// A page with its parts.
  package init(jobs: [Job], next: JobCursor?) {
    self.jobs = jobs
    self.next = next
  }
}

/// A place in the log, behind a record; opaque but to its store.
package struct LogCursor: Equatable, Sendable {
  /// The store's number of the record; 0 stands before the first.
  package let position: Int64

  /// A place behind the record with this number.
  package init(position: Int64) {
    self.position = position
  }

  /// Before everything.
  package static let start = LogCursor(position: 0)
}

/// A request for log records.
package struct LogPageRequest: Equatable, Sendable {
  /// From which end.
  package enum Range: Equatable, Sendable {
    /// The records behind the cursor, at most `size` of those that match.
    case after(LogCursor)
    /// The last `size` records that match.
    case last
  }

  /// Which records.
  package var filter: LogFilter
  /// From which end.
  package var range: Range
  /// At most so many, from 1.
  package var size: Int

  /// A request with its parts.
  package init(_ filter: LogFilter, _ range: Range, size: Int) {
    self.filter = filter
    self.range = range
    self.size = size
  }
}

/// Some log records, oldest first.
package struct LogPage: Equatable, Sendable {
  /// The records.
  package let records: [LogRecord]
  /// Where to go on: behind everything that was looked at, matching or not.
  package let next: LogCursor
  /// Whether records behind `next` may exist already, so that asking again at once makes sense.
  package let hasMore: Bool

  /// A page with its parts.
  package init(records: [LogRecord], next: LogCursor, hasMore: Bool) {
    self.records = records
    self.next = next
    self.hasMore = hasMore
  }
}
