import Jobs
import Storage

/// What may still be removed in one call.
private struct Budget {
  let limit: Int
  var left: Int
  var result = TidyResult()

  init(_ limit: Int) {
    self.limit = limit
    left = limit
  }

  /// Whether so many rows of a kind may go; if not, the call is over.
  mutating func take(_ rows: Int) -> Bool {
    guard !result.hasMore, rows <= left else {
      result.hasMore = true
      return false
    }
    left -= rows
    return true
  }

  mutating func note(_ kind: TidyKind) { result.removed[kind, default: 0] += 1 }
}

extension MemoryState {
  mutating func configure(_ request: ConfigureRequest) -> Bool {
    guard let queue = request.queue else {
      let before = rules
      rules = before.changed(by: request.changes)
      if rules != before { log.append(request.record) }
      return rules != before
    }
    let wasKnown = queues[queue] != nil
    if !wasKnown { queues[queue] = .some(nil) }
    let before = settings[queue] ?? QueueSettings()
    var after = before
    for change in request.changes { after.apply(change) }
    guard !wasKnown || after != before else { return false }
    settings[queue] = after
    log.append(request.record)
    return true
  }

  func settings(of queue: QueueName) throws(StorageError) -> QueueSettings {
    guard queues[queue] != nil else { throw .unknownQueue(queue) }
    return settings[queue] ?? QueueSettings()
  }

  /// For how long a queue keeps things.
  func retention(of queue: QueueName) -> Retention {
    (settings[queue]?.retention ?? Retention()).over(rules)
  }

  /// Removes what is over, kind by kind, until something does not fit.
  mutating func tidy(_ request: TidyRequest) -> TidyResult {
    var budget = Budget(request.limit)
    for kind in TidyKind.allCases where !budget.result.hasMore {
      switch kind {
      case .keys: tidyKeys(request.now, &budget)
      case .completed, .cancelled, .dead: tidyJobs(kind, request.now, &budget)
      case .batches:
        let count = expireBatches(at: request.now) { budget.take(1) }
        for _ in 0..<count { budget.note(.batches) }
      case .attempts: if !keepsPieces { tidyAttempts(request.now, &budget) }
      case .log where keepsPieces: tidyDays(request.now, &budget)
      case .log: tidyLog(request.now, &budget)
      case .minutes: if keepsMinutes { tidyMinutes(request.now, &budget) }
      }
    }
    tellDependants(at: request.now)
    return budget.result
  }

  private mutating func tidyKeys(_ now: Instant, _ budget: inout Budget) {
    let over = remembered.filter { $0.value.expiry <= now }.sorted {
      ($0.value.expiry, $0.key.queue, $0.key.key) < ($1.value.expiry, $1.key.queue, $1.key.key)
    }
    for entry in over where budget.take(1) {
      remembered[entry.key] = nil
      budget.note(.keys)
    }
  }

  private mutating func tidyJobs(_ kind: TidyKind, _ now: Instant, _ budget: inout Budget) {
    let over = jobs.values.filter { $0.job.state == kind.state }
      .compactMap { detail -> (TimeSpan, Instant, JobDetail)? in
        let rule = retention(of: detail.job.queue)
        guard case .span(let span) = rule.keep(detail.job.state),
          let end = detail.job.finishedAt, end <= now - span
        else { return nil }
        return (span, end, detail)
      }
      .sorted { ($0.0, $0.1, $0.2.job.id) < ($1.0, $1.1, $1.2.job.id) }
    var dead: [QueueName: Int] = [:]
    for (_, _, detail) in over {
      let rows = keepsPieces ? 1 : 2 + detail.attempts.reduce(0) { $0 + Self.rows($1) }
      if budget.left == budget.limit, rows > budget.limit { thin(detail, &budget) }
      guard budget.take(rows) else { break }
      remove(detail.job)
      budget.note(kind)
      dead[detail.job.queue, default: 0] += 1
    }
    guard kind == .dead else { return }
    for (queue, count) in dead.sorted(by: { $0.key < $1.key }) {
      log.append(
        .expired(
          count, in: queue, by: settings[queue]?.retention ?? Retention(), over: rules, at: now))
    }
  }

  private static func rows(_ attempt: Attempt) -> Int { attempt.output == nil ? 1 : 2 }

  private mutating func thin(_ detail: JobDetail, _ budget: inout Budget) {
    for attempt in detail.attempts where budget.take(Self.rows(attempt)) {
      jobs[detail.job.id]?.attempts.removeFirst()
      budget.note(.attempts)
    }
  }

  private mutating func tidyAttempts(_ now: Instant, _ budget: inout Budget) {
    let spans = [rules] + settings.keys.map { retention(of: $0) }
    guard let bound = spans.compactMap({ $0.attemptsEnd(at: now) }).max().map(JobID.bound(before:))
    else { return }
    for id in jobs.keys.sorted() where id.rawValue < bound {
      guard let queue = jobs[id]?.job.queue, let end = retention(of: queue).attemptsEnd(at: now)
      else { continue }
      for attempt in jobs[id]?.attempts ?? [] where attempt.finishedAt < end {
        guard budget.take(Self.rows(attempt)) else { return }
        jobs[id]?.attempts.removeAll { $0.attempt == attempt.attempt }
        budget.note(.attempts)
      }
    }
  }

  private mutating func tidyLog(_ now: Instant, _ budget: inout Budget) {
    while log.count > 1, let first = log.first, rules.isOver(first.timestamp, at: now),
      budget.take(1)
    {
      log.removeFirst()
      logStart += 1
      budget.note(.log)
    }
  }

  /// Removes the log by whole days.
  ///
  /// A record belongs to its own, or to that of the one before it where that
  /// is later. A day goes once its end is over; one far ahead once all in it is.
  private mutating func tidyDays(_ now: Instant, _ budget: inout Budget) {
    while let first = log.first {
      let day = Self.day(first)
      let count = log.firstIndex { Self.day($0) > day } ?? log.count
      let end = Instant(milliseconds: (day + 1) * Self.dayLength - 1)
      guard let span = rules.logSpan else { return }
      let isGone = end <= now - span
      let isAhead =
        Instant(milliseconds: day * Self.dayLength) > now + max(span, Retention.standardLog)
        && log[..<count].allSatisfy { rules.isOver($0.timestamp, at: now) }
      guard count < log.count, isGone || isAhead, budget.take(1) else { return }
      log.removeFirst(count)
      logStart += count
      budget.note(.log)
    }
  }

  private static let dayLength: Int64 = 86_400_000

  private static func day(_ record: LogRecord) -> Int64 {
    record.timestamp.milliseconds / dayLength
  }

  private mutating func tidyMinutes(_ now: Instant, _ budget: inout Budget) {
    guard let end = rules.minutesEnd(at: now) else { return }
    for queue in books.keys.sorted() {
      while let first = books[queue]?.over.first, first.minute < end, budget.take(1) {
        books[queue]?.over.removeFirst()
        budget.note(.minutes)
      }
    }
  }
}
