import Jobs
import Storage

extension MemoryState {
  /// Every known queue, by name.
  func summaries(at now: Instant) -> [QueueSummary] {
    queues.keys.sorted().map { summary(of: $0, at: now) }
  }

  private func summary(of queue: QueueName, at now: Instant) -> QueueSummary {
    var summary = QueueSummary(queue: queue)
    for detail in jobs.values where detail.job.queue == queue {
      let state = detail.job.effectiveState(at: now)
      summary.counts[state, default: 0] += 1
      guard state == .ready else { continue }
      summary.oldestReady = min(summary.oldestReady ?? detail.job.runAt, detail.job.runAt)
    }
    guard let pause = pause(of: queue, at: now) else { return summary }
    summary.paused = true
    summary.pausedUntil = pause.until
    summary.pauseReason = pause.reason
    return summary
  }

  /// One page of a listing.
  func page(_ request: JobPageRequest) -> JobPage {
    let order = ListingOrder(request.order)
    let rest = selected(request.filter, request.order, at: request.now).filter { job in
      request.after.map { order.isBefore($0, JobCursor(after: job)) } ?? true
    }
    let jobs = rest.prefix(max(request.size, 1))
    let next = rest.count > jobs.count ? jobs.last.map { JobCursor(after: $0) } : nil
    return JobPage(jobs: Array(jobs), next: next)
  }

  /// All jobs that a filter selects, its `limit` not counted, in an order.
  func selected(_ filter: JobFilter, _ order: JobOrder, at now: Instant) -> [Job] {
    let order = ListingOrder(order)
    return jobs.values
      .filter {
        order.includes($0.job) && filter.matches($0.job, at: now)
          && filter.matchesDetail(tags: $0.tags, payload: $0.payload)
      }
      .map(\.job)
      .sorted { order.isBefore(JobCursor(after: $0), JobCursor(after: $1)) }
  }

  /// Some log records; a record's number is its place, from 1.
  func logPage(_ request: LogPageRequest) -> LogPage {
    switch request.range {
    case .last:
      let matching = log.filter { request.filter.matches($0) }
      return LogPage(
        records: matching.suffix(max(request.size, 1)),
        next: LogCursor(position: Int64(logStart + log.count)), hasMore: false)
    case .after(let cursor):
      let start = Int(cursor.position) - logStart
      return logPage(behind: min(max(start, 0), log.count), request)
    }
  }

  private func logPage(behind start: Int, _ request: LogPageRequest) -> LogPage {
    var records: [LogRecord] = []
    var position = start
    for line in log[start...] where records.count < max(request.size, 1) {
      position += 1
      if request.filter.matches(line) { records.append(line) }
    }
    return LogPage(
      records: records, next: LogCursor(position: Int64(logStart + position)),
      hasMore: position < log.count)
  }

  /// How much work some queues hold, paused or not.
  func outstanding(in wanted: Set<QueueName>, at now: Instant) -> Outstanding {
    var sum = Outstanding()
    for job in jobs.values.map(\.job) where wanted.contains(job.queue) {
      switch job.effectiveState(at: now) {
      case .ready: sum.ready += 1
      case .active: sum.active += 1
      case .retrying: sum.retrying += 1
      case .scheduled: sum.scheduled += 1
      case .blocked, .completed, .dead, .cancelled: break
      }
      guard job.effectiveState(at: now).waitsForTime else { continue }
      sum.nextDue = min(sum.nextDue ?? job.runAt, job.runAt)
    }
    for queue in wanted {
      let hasReady = jobs.values.contains {
        $0.job.queue == queue && $0.job.effectiveState(at: now) == .ready
      }
      guard hasReady, let (rate, burst) = settings[queue]?.limits.pace,
        let start = rate.next(paid: paid[queue], burst: burst, at: now)
      else { continue }
      sum.nextDue = min(sum.nextDue ?? start, start)
    }
    return sum
  }
}

/// An order of listing, as comparisons of places.
private struct ListingOrder {
  let order: JobOrder

  init(_ order: JobOrder) {
    self.order = order
  }

  func includes(_ job: Job) -> Bool {
    order != .latestFinishedFirst || job.finishedAt != nil
  }

  func isBefore(_ left: JobCursor, _ right: JobCursor) -> Bool {
    switch order {
    case .newestFirst: left.id > right.id
    case .oldestFirst: left.id < right.id
    case .latestFinishedFirst: Self.finish(left) > Self.finish(right)
    }
  }

  private static func finish(_ place: JobCursor) -> (Instant, JobID) {
    (place.finishedAt ?? Instant(milliseconds: .min), place.id)
  }
}
