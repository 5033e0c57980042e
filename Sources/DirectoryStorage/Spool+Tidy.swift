import Jobs
import PosixIO
import Storage

extension Spool {
  /// Removes what is over, kind by kind, until something does not fit.
  ///
  /// Nothing waits for the disk: what a power cut brings back is over still.
  func tidy(_ request: TidyRequest) throws(StorageError) -> TidyResult {
    var budget = TidyBudget(request.limit)
    try tidy(request, &budget)
    try tellDependants(at: request.now)
    try lookForEnds(at: request.now)
    try sweepDependants(at: request.now)
    try sweepBatches(at: request.now, pause: .seconds(60))
    return budget.result
  }

  private func tidy(
    _ request: TidyRequest, _ budget: inout TidyBudget
  ) throws(StorageError) {
    budget.note(.keys, try expireKeys(at: request.now, limit: budget.left))
    if keysMayBeDue(at: request.now) { budget.result.hasMore = true }
    let shelves = try shelves()
    for kind in [TidyKind.completed, .cancelled, .dead] where !budget.result.hasMore {
      try tidyJobs(kind, in: shelves, at: request.now, &budget)
    }
    guard !budget.result.hasMore else { return }
    let (expired, hasMore) = try expireBatches(at: request.now, limit: budget.left)
    budget.note(.batches, expired)
    if hasMore { budget.result.hasMore = true }
    guard !budget.result.hasMore else { return }
    // What was just told may begin a new file, so that an old one need not stay.
    writeLog()
    try tidyLog(at: request.now, &budget)
  }
}

/// What may still be removed in one call.
private struct TidyBudget {
  private(set) var left: Int
  var result = TidyResult()

  init(_ limit: Int) { left = limit }

  /// Whether one more may go; if not, the call is over.
  mutating func allows() -> Bool {
    if left == 0 { result.hasMore = true }
    return left > 0
  }

  mutating func note(_ kind: TidyKind, _ count: Int) {
    guard count > 0 else { return }
    left -= count
    result.removed[kind, default: 0] += count
  }
}

// MARK: - Jobs

extension Spool {
  private func tidyJobs(
    _ kind: TidyKind, in shelves: [QueueShelves], at now: Instant, _ budget: inout TidyBudget
  ) throws(StorageError) {
    guard let state = kind.state else { return }
    let rules = try rules(for: state, in: shelves)
    var expiry: JobExpiry
    if let known = memory.expiry[state], known.stands(at: now, rules) {
      expiry = known
    } else {
      expiry = try look(forEnded: state, in: shelves, rules, at: now)
    }
    memory.expiry[state] = nil
    var removed: [QueueName: Int] = [:]
    defer { tell(removed, kind, at: now) }
    while let due = expiry.due.first, budget.allows() {
      expiry.due.removeFirst()
      guard try expire(due.place, at: now) else { continue }
      budget.note(kind, 1)
      removed[due.place.queue, default: 0] += 1
    }
    if expiry.due.isEmpty, expiry.isCut { budget.result.hasMore = true }
    memory.expiry[state] = expiry
  }

  /// Removes one job, if it is where it was found and can be read; what can't is left to `doctor`.
  private func expire(_ place: JobPlace, at now: Instant) throws(StorageError) -> Bool {
    guard let stored = try read(place) else { return false }
    try noteRemoval(of: stored, at: now)
    try willEnd(stored.job.id, isRemoval: true)
    let removed: Void? = try ifThere { () throws(SystemError) in try tree.remove(place.path) }
    guard removed != nil else { return false }
    if stored.job.holdsUniqueKey {
      // Must not be back with its key once another has it.
      touched(place.folder)
      freed.append(stored)
    }
    // Nobody may be told of it before.
    if try didEnd(stored.job.id, .removed) { touched(place.folder) }
    removeIfEmpty(place.folder)
    return true
  }

  /// Nothing dead goes without a word.
  private func tell(_ removed: [QueueName: Int], _ kind: TidyKind, at now: Instant) {
    guard kind == .dead else { return }
    let all = (try? rules()) ?? Retention()
    for (queue, count) in removed.sorted(by: { $0.key < $1.key }) {
      let retention = (try? settings(of: queue))?.settings.retention ?? Retention()
      unlogged.append(.expired(count, in: queue, by: retention, over: all, at: now))
    }
  }
}

// MARK: - The log

extension Spool {
  /// Removes files of the log, earliest first; the latest stays.
  private func tidyLog(at now: Instant, _ budget: inout TidyBudget) throws(StorageError) {
    let days = try logDays()
    guard let span = try rules().logSpan else { return }
    for day in days.dropLast() {
      guard try isOver(day, at: now, kept: span), budget.allows() else { return }
      let removed: Void? = try ifThere { () throws(SystemError) in try tree.remove(day.path) }
      if removed != nil { budget.note(.log, 1) }
    }
  }

  /// Whether nothing in a file must stay.
  ///
  /// A file of a day gone by holds nothing later. One of a day far ahead was begun by a clock that was
  /// wrong, and may hold records of any day before.
  private func isOver(
    _ day: LogDay, at now: Instant, kept span: TimeSpan
  ) throws(StorageError) -> Bool {
    if day.end <= now - span { return true }
    let ahead = now + max(span, Retention.standardLog)
    guard day.start > ahead else { return false }
    var filter = LogFilter()
    filter.since = now - span + TimeSpan(milliseconds: 1)
    filter.until = ahead
    var cursor = LogPlace(day: day, offset: 0).cursor
    while true {
      var reader = LogReader(self, [day], filter, 1)
      let page = try reader.page(after: cursor)
      guard page.records.isEmpty else { return false }
      guard page.hasMore, page.next != cursor else { return true }
      cursor = page.next
    }
  }
}
