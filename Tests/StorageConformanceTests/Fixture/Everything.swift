import Jobs
import Storage

/// All that can be seen of a store at one moment.
struct Everything: Equatable {
  private(set) var newestFirst: [Job]
  private(set) var oldestFirst: [Job]
  private(set) var latestFinishedFirst: [Job]
  private(set) var details: [JobDetail]
  private(set) var queues: [QueueSummary]
  private(set) var log: [LogRecord]
  private(set) var outstanding: Outstanding
  private(set) var schedules: [Schedule]
  private(set) var nextTick: Instant?
  private(set) var presences: [PresenceID]
  private(set) var batches: [BatchSummary]
  private(set) var minutes: [QueueMinute]
  /// Those of the last hour alone, with what stood before it.
  private(set) var recent: [QueueMinute]

  init(of store: any StorageAdapter, at now: Instant, pageSize: Int = 7) throws(StorageError) {
    let jobs = { (order: JobOrder) throws(StorageError) in
      try Self.jobs(of: store, JobFilter(), order, size: pageSize, at: now)
    }
    newestFirst = try jobs(.newestFirst)
    oldestFirst = try jobs(.oldestFirst)
    latestFinishedFirst = try jobs(.latestFinishedFirst)
    var details: [JobDetail] = []
    for job in oldestFirst { details += try store.job(job.id).map { [$0] } ?? [] }
    self.details = details
    queues = try store.queues(at: now).map(Self.withoutZeros)
    log = try Self.log(of: store, LogFilter(), size: 100)
    outstanding = try store.outstanding(in: queues.map(\.queue), at: now)
    presences = try store.presences()
    batches = try store.batches(BatchPageRequest(size: 1000))
    schedules = try store.schedules()
    nextTick = try store.nextTick()
    (minutes, recent) = ([], [])
    guard store.keepsMinutes else { return }
    let ever = Instant(milliseconds: .min)...Instant(milliseconds: .max)
    minutes = try store.minutes(MinutesRequest(from: ever.lowerBound, to: ever.upperBound))
    recent = try store.minutes(MinutesRequest(from: now + .hours(-1), to: now + .minutes(-2)))
  }

  /// A whole listing, page by page, since a page may be short and only the whole can be compared.
  static func jobs(
    of store: any StorageAdapter, _ filter: JobFilter, _ order: JobOrder, size: Int, at now: Instant
  ) throws(StorageError) -> [Job] {
    var jobs: [Job] = []
    var request = JobPageRequest(filter, order: order, size: size, now: now)
    repeat {
      let page = try store.page(request)
      jobs += page.jobs
      request.after = page.next
    } while request.after != nil
    return jobs
  }

  /// The whole log, page by page.
  static func log(
    of store: any StorageAdapter, _ filter: LogFilter, size: Int
  ) throws(StorageError) -> [LogRecord] {
    var records: [LogRecord] = []
    var cursor = LogCursor.start
    while true {
      let page = try store.log(LogPageRequest(filter, .after(cursor), size: size))
      records += page.records
      guard page.hasMore, page.next != cursor else { return records }
      cursor = page.next
    }
  }

  /// A state without jobs may be told as zero or not at all.
  private static func withoutZeros(_ summary: QueueSummary) -> QueueSummary {
    var summary = summary
    summary.counts = summary.counts.filter { $0.value != 0 }
    return summary
  }

  /// The names of the parts in which two stores differ.
  func differences(from other: Everything) -> [String] {
    var parts: [String] = []
    if newestFirst != other.newestFirst { parts.append("newest first") }
    if oldestFirst != other.oldestFirst { parts.append("oldest first") }
    if latestFinishedFirst != other.latestFinishedFirst { parts.append("latest finished first") }
    for (left, right) in zip(details, other.details) where left != right {
      parts.append("job \(left) against \(right)")
    }
    for (left, right) in zip(queues, other.queues) where left != right {
      parts.append("queue \(left) against \(right)")
    }
    for (left, right) in zip(log, other.log) where left != right {
      parts.append("log \(left) against \(right)")
    }
    if log.count != other.log.count {
      parts.append("log of \(log.count) against \(other.log.count)")
    }
    if presences != other.presences { parts.append("presences") }
    for (left, right) in zip(batches, other.batches) where left != right {
      parts.append("batch \(left) against \(right)")
    }
    if batches.count != other.batches.count {
      parts.append("\(batches.count) batches against \(other.batches.count)")
    }
    if schedules != other.schedules {
      parts.append("schedules \(schedules) against \(other.schedules)")
    }
    if nextTick != other.nextTick { parts.append("next tick") }
    for (left, right) in zip(minutes, other.minutes) where left != right {
      parts.append("minute \(left) against \(right)")
    }
    if minutes.map(\.minute) != other.minutes.map(\.minute) {
      parts.append("minutes \(minutes.map(\.minute)) against \(other.minutes.map(\.minute))")
    }
    if recent != other.recent { parts.append("recent minutes") }
    if outstanding != other.outstanding {
      parts.append("\(outstanding) against \(other.outstanding)")
    }
    return parts
  }
}

// MARK: - In another store

extension Everything {
  /// What another store shows that took in all of this one: nobody works there.
  func takenOver(at now: Instant) -> Everything {
    var other = self
    other.details = details.map { detail in
      var detail = detail
      detail.job = detail.job.withoutWorker
      return detail
    }
    other.oldestFirst = other.details.map(\.job)
    other.newestFirst = other.oldestFirst.reversed()
    other.latestFinishedFirst = other.newestFirst.filter { $0.finishedAt != nil }
      .sorted { ($0.finishedAt ?? now, $0.id) > ($1.finishedAt ?? now, $1.id) }
    other.presences = []
    for (before, after) in zip(oldestFirst, other.oldestFirst) where before.state == .active {
      other.note(before, after)
    }
    return other
  }

  /// Counts a job that was active before.
  private mutating func note(_ before: Job, _ after: Job) {
    if after.state == .cancelled, let place = batches.firstIndex(where: { $0.id == after.batch }) {
      batches[place].cancelled += 1
    }
    outstanding.active -= 1
    if after.state == .ready { outstanding.ready += 1 }
    guard let place = queues.firstIndex(where: { $0.queue == after.queue }) else { return }
    queues[place].counts[.active, default: 0] -= 1
    queues[place].counts[after.state, default: 0] += 1
    if after.state == .ready {
      queues[place].oldestReady = min(queues[place].oldestReady ?? after.runAt, after.runAt)
    }
    queues[place].counts = queues[place].counts.filter { $0.value != 0 }
  }

  /// This without the moment at which something more may be done.
  var withoutNextDue: Everything {
    var other = self
    other.outstanding.nextDue = nil
    return other
  }

  /// This as a store shows it that keeps no minutes.
  var withoutMinutes: Everything {
    var other = self
    other.minutes = []
    other.recent = []
    return other
  }
}
