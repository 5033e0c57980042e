import Jobs
import PosixIO
import Storage

/// Taking in parts of another store, in one call.
///
/// The files of all jobs are written first and made durable by one sync; then each part is judged in
/// its turn, and a job gets its name by one rename, as one that is enqueued. Whoever is killed leaves
/// files in `tmp`, and the same call made again finds what it had done.
final class Restoring {
  private let parts: [ArchivePart]
  private let spool: Spool
  private let now: Instant
  /// Where the jobs are that the parts name.
  private var places: [JobID: JobPlace]
  private var drafts: [JobID: String] = [:]
  private var greatest: JobID?
  /// Jobs that came, with the states in which they were, to be joined with their batches.
  private var joining: [(job: Job, state: JobState)] = []

  /// From so many jobs on one sync of the file system is cheaper than one for each.
  private static let manyJobs = 8

  init(_ parts: [ArchivePart], _ spool: Spool, at now: Instant) throws(StorageError) {
    self.parts = parts
    self.spool = spool
    self.now = now
    places = try Self.places(of: parts, spool)
  }

  private static func places(
    of parts: [ArchivePart], _ spool: Spool
  ) throws(StorageError) -> [JobID: JobPlace] {
    // No job has an id above the greatest that was handed out.
    guard let greatest = spool.counter.greatest else { return [:] }
    let ids = parts.compactMap { part in
      switch part {
      case .job(let detail): detail.job.id
      case .request(let request): request.id
      case .queue, .rules, .health, .batch, .record, .minute, .schedule: nil
      }
    }
    let old = Set(ids.filter { $0 <= greatest })
    return old.isEmpty ? [:] : try spool.locate(old)
  }

  /// Takes in all parts, in order.
  func run() throws(StorageError) -> [RestoreOutcome] {
    try writeDrafts()
    var outcomes: [RestoreOutcome] = []
    for part in parts { outcomes.append(try restore(part)) }
    if let greatest { spool.counter.raise(to: greatest) }
    for (job, state) in joining where places[job.id] != nil { try spool.joinBatch(job, state) }
    try spool.tellDependants(at: now)
    return outcomes
  }

  private func restore(_ part: ArchivePart) throws(StorageError) -> RestoreOutcome {
    switch part {
    case .queue(let queue): return try spool.restore(queue, at: now)
    case .rules(let rules): return try spool.restore(rules)
    case .health(let rule): return try spool.restore(rule)
    case .batch(let batch): return try spool.restore(batch)
    case .job(let detail): return try restore(detail)
    case .request(let request): return try restore(request)
    case .schedule(let schedule): return try spool.restore(schedule, at: now)
    case .record(let record):
      spool.unlogged.append(record)
      return .restored
    case .minute(let minute):
      try spool.ensureFolder(Shelf.queue(minute.queue))
      return .unsupported(.minutes)
    }
  }

  /// Removes the files that became no job.
  func removeDrafts() {
    for path in drafts.values { _ = try? spool.tree.remove(path) }
  }
}

// MARK: - Jobs

extension Restoring {
  private func writeDrafts() throws(StorageError) {
    let jobs = parts.compactMap { part in if case .job(let job) = part { job } else { nil } }
    let syncsEach = jobs.count < Self.manyJobs
    for detail in jobs where places[detail.job.id] == nil && drafts[detail.job.id] == nil {
      try write(detail, sync: syncsEach)
    }
    guard !syncsEach, !drafts.isEmpty else { return }
    try spool.system { () throws(SystemError) in try spool.tree.syncAll() }
  }

  private func write(_ detail: JobDetail, sync: Bool) throws(StorageError) {
    let path =
      "tmp/restore-\(CurrentProcess.id)-\(SystemClock.monotonicNanoseconds())-\(detail.job.id)"
    drafts[detail.job.id] = path
    let draft = JobDraft(detail.withoutWorker, at: now)
    if draft.isElsewhere || draft.isNewToFormat2 { try spool.raiseFormat() }
    try spool.system { () throws(SystemError) in
      try spool.tree.create(path, draft.bytes, sync: sync)
    }
  }

  private func restore(_ detail: JobDetail) throws(StorageError) -> RestoreOutcome {
    let stateBefore = detail.job.state
    let isThere = places[detail.job.id] != nil
    let detail = detail.withoutWorker
    let job = detail.job
    defer { if !isThere { joining.append((job, stateBefore)) } }
    guard let key = job.uniqueKey, job.holdsUniqueKey else {
      return try place(detail) ?? .restored
    }
    let shard = KeyPlace(.unique, key, of: job.queue).shard
    return try spool.locked([shard]) { () throws(StorageError) in
      if let holder = try spool.uniqueHolder(of: key, in: job.queue), holder != job.id {
        var other = detail
        other.job.holdsUniqueKey = false
        let conflict = KeyConflict(kind: .unique, key: key, queue: job.queue, holder: holder)
        return try place(other) ?? .withoutKey(conflict)
      }
      if places[job.id] == nil {
        try spool.writeKeys([KeyFile(kind: .unique, queue: job.queue, key: key, id: job.id)])
      }
      return try place(detail) ?? .restored
    }
  }

  /// Puts a job where it belongs; if one with its id is there already, says how that compares.
  private func place(_ detail: JobDetail) throws(StorageError) -> RestoreOutcome? {
    let id = detail.job.id
    if let there = places[id] {
      return try spool.readDetail(there) == detail ? .alreadyThere : .differs
    }
    let place = JobPlace(of: detail.job, revision: JobDraft(detail, at: now).revision)
    guard let draft = drafts[id] else { return .differs }
    try spool.ensureFolder(Shelf.queue(detail.job.queue))
    try spool.addEntries(
      of: id, detail.job.onParentFailure ?? .hold, for: detail.waitsFor, at: place.path, sync: true)
    guard try spool.move(draft, to: place) else {
      throw .system(path: spool.root + "/" + draft, detail: "somebody removed it")
    }
    drafts[id] = nil
    spool.touched(place.folder)
    // Before anybody says of its key that it is accepted.
    if detail.job.holdsUniqueKey { try spool.syncMoves() }
    spool.hasNews = spool.hasNews || place.state == .ready || place.state.waitsForTime
    if !detail.waitsFor.isEmpty {
      try spool.syncMoves()
      try spool.lookAgain(at: detail.waitsFor)
    }
    if place.state.isTerminal { try spool.didEnd(id, ParentStand(place.state)) }
    places[id] = place
    greatest = max(greatest ?? id, id)
    return nil
  }
}

extension JobDetail {
  /// The job as another store takes it in.
  fileprivate var withoutWorker: JobDetail {
    var detail = self
    detail.job = job.withoutWorker
    return detail
  }
}

// MARK: - Queues and requests

extension Restoring {
  private func restore(_ request: KnownRequest) throws(StorageError) -> RestoreOutcome {
    let place = KeyPlace(.idempotency, request.key, of: request.queue)
    return try spool.locked([place.shard]) { () throws(StorageError) in
      if let there = try spool.keyFile(place), try isRemembered(there) {
        guard there.request != request else { return .alreadyThere }
        guard let expiry = there.expiresAt, expiry <= now else { return .differs }
      }
      try spool.ensureFolder(Shelf.queue(request.queue))
      var file = KeyFile(
        kind: .idempotency, queue: request.queue, key: request.key, id: request.id)
      file.digest = request.digest
      file.expiresAt = request.expiresAt
      file.isJobRemoved = places[request.id] == nil
      try spool.writeKeys([file])
      return .restored
    }
  }

  /// Whether the key's job came to be, over or not.
  private func isRemembered(_ file: KeyFile) throws(StorageError) -> Bool {
    if file.isJobRemoved || places[file.id] != nil { return true }
    return try spool.locate(file.id) != nil
  }
}

extension Spool {
  fileprivate func restore(
    _ archive: QueueArchive, at now: Instant
  ) throws(StorageError) -> RestoreOutcome {
    let queue = archive.queue
    let isPaused = archive.isPaused(at: now)
    let wanted =
      isPaused
      ? SettingsFile.Pause(until: archive.pausedUntil, reason: archive.pauseReason) : nil
    let wasKnown = try isKnown(queue)
    memory.expiry.removeAll()
    var kept = archive.settings
    (kept.limits.rate, kept.limits.burst) = (nil, nil)
    let missing: Capability = kept == archive.settings ? .attemptRetention : .rateLimits
    kept.retention.attempts = nil
    let isChanged = try changeSettings(of: queue) { settings in
      guard settings.pause(at: now) != wanted || settings.settings != kept else {
        return false
      }
      settings.pause = wanted
      settings.settings = kept
      return true
    }
    hasNews = hasNews || !isPaused
    guard kept == archive.settings else { return .unsupported(missing) }
    return isChanged || !wasKnown ? .restored : .alreadyThere
  }
}
