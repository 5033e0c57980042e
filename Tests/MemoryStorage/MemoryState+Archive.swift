import Jobs
import Storage

extension MemoryState {
  /// Some of the requests that are remembered, by queue and key.
  func requests(_ request: KnownRequestPageRequest) -> KnownRequestPage {
    let behind = request.after.map { QueueKey(queue: $0.queue, key: $0.key) }
    let rest = remembered.filter { entry in behind.map { $0.precedes(entry.key) } ?? true }
      .sorted { $0.key.precedes($1.key) }
      .map { key, known in
        KnownRequest(
          queue: key.queue, key: key.key, id: known.id, digest: known.digest,
          expiresAt: known.expiry)
      }
    let page = Array(rest.prefix(max(request.size, 1)))
    return KnownRequestPage(requests: page, hasMore: rest.count > page.count)
  }

  /// Takes in parts of another store, one by one.
  mutating func restore(_ parts: [ArchivePart], at now: Instant) -> [RestoreOutcome] {
    defer {
      tellDependants(at: now)
      for queue in books.keys { books[queue]?.absorb() }
    }
    return parts.map { part in
      switch part {
      case .queue(let queue): return restore(queue, at: now)
      case .rules(let rules): return restore(rules)
      case .health(let rule):
        let outcome = rule.restoring(among: healthRules)
        if outcome == .restored {
          healthRules = (healthRules + [rule]).sorted { $0.name < $1.name }
        }
        return outcome
      case .batch(let batch): return restore(batch)
      case .job(let detail): return restore(detail)
      case .request(let request): return restore(request, at: now)
      case .minute where !keepsMinutes: return .unsupported(.minutes)
      case .minute(let minute):
        know(minute.queue)
        return books[minute.queue, default: QueueBook()].restore(minute)
      case .schedule(let schedule):
        if let found = schedules[schedule.name] {
          return found == schedule ? .alreadyThere : .differs
        }
        schedules[schedule.name] = schedule
        return .restored
      case .record(let record):
        log.append(record)
        return .restored
      }
    }
  }

  private mutating func know(_ queue: QueueName) {
    if queues[queue] == nil { queues[queue] = .some(nil) }
  }

  private mutating func restore(_ archive: QueueArchive, at now: Instant) -> RestoreOutcome {
    let queue = archive.queue
    let wanted =
      archive.isPaused(at: now)
      ? Pause(until: archive.pausedUntil, reason: archive.pauseReason) : nil
    var kept = archive.settings
    if !keepsRates { (kept.limits.rate, kept.limits.burst) = (nil, nil) }
    let missing: Capability = kept == archive.settings ? .attemptRetention : .rateLimits
    if keepsPieces { kept.retention.attempts = nil }
    let isWhole = kept == archive.settings
    let isSame =
      queues[queue] != nil && pause(of: queue, at: now) == wanted
      && settings[queue] ?? QueueSettings() == kept
    guard !isSame else { return isWhole ? .alreadyThere : .unsupported(missing) }
    queues[queue] = .some(wanted)
    settings[queue] = kept
    return isWhole ? .restored : .unsupported(missing)
  }

  private mutating func restore(_ rules: Retention) -> RestoreOutcome {
    var kept = rules
    if keepsPieces { kept.attempts = nil }
    if !keepsMinutes { kept.minutes = nil }
    let missing: Capability = kept.attempts == rules.attempts ? .minutes : .attemptRetention
    guard self.rules == Retention() || self.rules == kept else { return .differs }
    let isSame = self.rules == kept
    self.rules = kept
    guard kept == rules else { return .unsupported(missing) }
    return isSame ? .alreadyThere : .restored
  }

  private mutating func restore(_ batch: BatchSummary) -> RestoreOutcome {
    if let there = batches[batch.id] { return there == batch ? .alreadyThere : .differs }
    guard jobs[batch.id] == nil else { return .differs }
    batches[batch.id] = batch
    lastID = max(lastID ?? batch.id, batch.id)
    touchedBatches.insert(batch.id)
    return .restored
  }

  private mutating func restore(_ detail: JobDetail) -> RestoreOutcome {
    var detail = detail
    let stateBefore = detail.job.state
    detail.job = detail.job.withoutWorker
    let conflict = conflict(of: detail.job)
    if conflict != nil { detail.job.holdsUniqueKey = false }
    if let there = jobs[detail.job.id] { return there == detail ? .alreadyThere : .differs }
    know(detail.job.queue)
    jobs[detail.job.id] = detail
    wait(detail.job.id, for: detail.waitsFor)
    if detail.job.state.isTerminal { ended.insert(detail.job.id) }
    countBatch(of: detail.job, from: stateBefore, to: detail.job.state)
    lastID = max(lastID ?? detail.job.id, detail.job.id)
    books[detail.job.queue, default: QueueBook()].move(from: nil, to: detail.job.state)
    return conflict.map { .withoutKey($0) } ?? .restored
  }

  /// The other job that has the unique key which this one held.
  private func conflict(of job: Job) -> KeyConflict? {
    guard job.holdsUniqueKey, let key = job.uniqueKey,
      let holder = holder(of: key, in: job.queue), holder != job.id
    else { return nil }
    return KeyConflict(kind: .unique, key: key, queue: job.queue, holder: holder)
  }

  private mutating func restore(_ request: KnownRequest, at now: Instant) -> RestoreOutcome {
    let key = QueueKey(queue: request.queue, key: request.key)
    let wanted = Remembered(id: request.id, digest: request.digest, expiry: request.expiresAt)
    if let there = remembered[key], there == wanted { return .alreadyThere }
    if let there = remembered[key], there.expiry > now { return .differs }
    know(request.queue)
    remembered[key] = wanted
    return .restored
  }
}

extension MemoryState.QueueKey {
  /// By the bytes of the queue's name, then by those of the key.
  fileprivate func precedes(_ other: Self) -> Bool {
    guard queue == other.queue else {
      return queue.description.utf8.lexicographicallyPrecedes(other.queue.description.utf8)
    }
    return key.utf8.lexicographicallyPrecedes(other.key.utf8)
  }
}
