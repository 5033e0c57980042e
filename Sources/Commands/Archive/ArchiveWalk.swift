import Jobs
import Storage

/// Reads a store part by part, a page at a time, in the order in which an archive has them: queues,
/// the rules for all of them, those of health, batches, jobs from the oldest id, remembered requests, schedules, minutes, log.
///
/// What the store does not keep is passed over.
struct ArchiveWalk {
  let store: any StorageAdapter
  let now: Instant

  typealias Visit<Value> = (Value) throws(CommandFailure) -> Void

  private static let pageSize = 200

  /// Every part of every kind.
  func all(_ visit: Visit<ArchivePart>) throws(CommandFailure) {
    for queue in try queues() { try visit(.queue(queue)) }
    if let rules = try rules() { try visit(.rules(rules)) }
    for rule in try healthRules() { try visit(.health(rule)) }
    try batches { (batch) throws(CommandFailure) in try visit(.batch(batch)) }
    // Read before the jobs: a tick may then be in both, but in neither never.
    let schedules = try schedules()
    try jobs(JobFilter()) { (detail) throws(CommandFailure) in try visit(.job(detail)) }
    try requests { (request) throws(CommandFailure) in try visit(.request(request)) }
    for schedule in schedules { try visit(.schedule(schedule)) }
    try minutes { (minute) throws(CommandFailure) in try visit(.minute(minute)) }
    try log { (record) throws(CommandFailure) in try visit(.record(record)) }
  }

  /// The queues with their settings, by name.
  func queues() throws(CommandFailure) -> [QueueArchive] {
    var queues: [QueueArchive] = []
    for summary in try stored({ () throws(StorageError) in try store.queues(at: now) }) {
      let settings = try stored { () throws(StorageError) in try store.settings(of: summary.queue) }
      queues.append(
        QueueArchive(
          queue: summary.queue, paused: summary.paused, pausedUntil: summary.pausedUntil,
          pauseReason: summary.pauseReason, settings: settings))
    }
    return queues
  }

  /// The rules for all queues, if there are any.
  func rules() throws(CommandFailure) -> Retention? {
    let rules = try stored { () throws(StorageError) in try store.rules() }
    return rules == Retention() ? nil : rules
  }

  /// The rules of health, by name.
  func healthRules() throws(CommandFailure) -> [StoredHealthRule] {
    try stored { () throws(StorageError) in try store.healthRules() }
  }

  /// The batches, the newest first.
  func batches(_ visit: Visit<BatchSummary>) throws(CommandFailure) {
    guard keeps(.batches) else { return }
    var request = BatchPageRequest(size: Self.pageSize)
    while true {
      let page = try stored { () throws(StorageError) in try store.batches(request) }
      for batch in page { try visit(batch) }
      guard page.count == Self.pageSize, let last = page.last else { return }
      request.after = last.id
    }
  }

  /// The jobs that a filter selects, with all their parts.
  func jobs(_ filter: JobFilter, _ visit: Visit<JobDetail>) throws(CommandFailure) {
    let reader = DetailReader(store, filter, now: now)
    while let detail = try reader.next() { try visit(detail) }
  }

  /// The remembered requests.
  func requests(_ visit: Visit<KnownRequest>) throws(CommandFailure) {
    guard keeps(.idempotencyKeys) else { return }
    var request = KnownRequestPageRequest(size: Self.pageSize)
    while true {
      let page = try stored { () throws(StorageError) in try store.requests(request) }
      for known in page.requests { try visit(known) }
      guard page.hasMore, let last = page.requests.last else { return }
      request.after = last
    }
  }

  /// The schedules, by name.
  func schedules() throws(CommandFailure) -> [Schedule] {
    guard keeps(.schedules) else { return [] }
    return try stored { () throws(StorageError) in try store.schedules() }
  }

  /// The log.
  func log(_ visit: Visit<LogRecord>) throws(CommandFailure) {
    guard keeps(.log) else { return }
    let reader = LogReader(store)
    while let record = try reader.next() { try visit(record) }
  }

  private func keeps(_ capability: Capability) -> Bool {
    store.capabilities[capability] == .full
  }
}

// MARK: - Minutes

extension ArchiveWalk {
  /// The minutes of each queue in their order, some days at a time.
  func minutes(_ visit: Visit<QueueMinute>) throws(CommandFailure) {
    guard keeps(.minutes) else { return }
    for summary in try stored({ () throws(StorageError) in try store.queues(at: now) }) {
      // A store tells what stood before a stretch, and so leads from the end to the beginning.
      var ends = [Int64]()
      var end = Int64.max / 60_000 - 1
      while let last = try minutes(of: summary.queue, end, end).last {
        ends.append(last.minute)
        let found = try minutes(of: summary.queue, last.minute - Self.stretch, last.minute)
        guard let first = found.first, first.minute < last.minute - Self.stretch else { break }
        end = first.minute
      }
      for end in ends.reversed() {
        for minute in try minutes(of: summary.queue, end - Self.stretch, end)
        where minute.minute >= end - Self.stretch { try visit(minute) }
      }
    }
  }

  private static let stretch: Int64 = 2 * 24 * 60

  private func minutes(
    of queue: QueueName, _ first: Int64, _ last: Int64
  ) throws(CommandFailure) -> [QueueMinute] {
    let request = MinutesRequest(
      of: queue, from: Instant(milliseconds: max(first, 0) * 60_000),
      to: Instant(milliseconds: last * 60_000))
    return try stored { () throws(StorageError) in try store.minutes(request) }
  }
}

/// Reads the jobs of a store with all their parts, one by one, from the oldest id.
///
/// One that was removed since its page was read is not there to be told of.
final class DetailReader {
  private let store: any StorageAdapter
  private var pages: JobPages
  private var details: ArraySlice<JobDetail> = []

  init(_ store: any StorageAdapter, _ filter: JobFilter, now: Instant) {
    self.store = store
    pages = JobPages(
      of: filter, .oldestFirst, in: store, limit: filter.limit ?? .max, size: Self.pageSize,
      now: now)
  }

  /// The next job; `nil` at the end, and ever after.
  func next() throws(CommandFailure) -> JobDetail? {
    while details.isEmpty, let jobs = try pages.next() {
      details = try stored { () throws(StorageError) in try store.jobs(jobs.map(\.id)) }[...]
    }
    return details.popFirst()
  }

  private static let pageSize = 200
}

/// Reads a log from its beginning, record by record.
final class LogReader {
  private let store: any StorageAdapter
  private var records: ArraySlice<LogRecord> = []
  private var cursor = LogCursor.start
  private var isAtEnd = false

  init(_ store: any StorageAdapter) {
    self.store = store
  }

  /// The next record; `nil` at the end, and ever after.
  func next() throws(CommandFailure) -> LogRecord? {
    while records.isEmpty, !isAtEnd {
      let request = LogPageRequest(LogFilter(), .after(cursor), size: Self.pageSize)
      let page = try stored { () throws(StorageError) in try store.log(request) }
      records = page.records[...]
      isAtEnd = !page.hasMore || page.next == cursor
      cursor = page.next
    }
    return records.popFirst()
  }

  private static let pageSize = 500
}

/// Tells which records of an archive a log has already, so that none is added twice.
///
/// Records have no identity, but an archive is taken in from its beginning and always at the end of
/// the log, so what was taken in before is found in the same order, with others before, between and
/// behind. Once one is missing, so are all that follow.
final class LogMatch {
  private let reader: LogReader

  init(_ store: any StorageAdapter) {
    reader = LogReader(store)
  }

  /// Whether this record, the next of the archive, is there.
  func isThere(_ record: LogRecord) throws(CommandFailure) -> Bool {
    while let own = try reader.next() {
      if own == record { return true }
    }
    return false
  }
}
