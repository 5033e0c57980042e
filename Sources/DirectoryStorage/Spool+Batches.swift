package import Jobs
import PosixIO
package import Storage

// Batches: jobs that were accepted together.
//
// ```
// batches/0f8k3w2zq1a7b/info           name, moment and size; written once
// batches/0f8k3w2zq1a7b/pending/<job>  an entry for each unfinished job; gone with the last
// batches/0f8k3w2zq1a7b/dead/<job>     …and for each that is dead or cancelled
// batches/0f8k3w2zq1a7b/ended          when the last one ended
// ```
//
// A batch comes into being with its bulk, in whose folder it is published, and is moved here by whoever
// spreads that. After the rename that ends a job, its entry is moved or removed; before the rename that
// brings a job back, its entry is back; and either is durable before the other begins, so that a power cut
// keeps the order. So whoever dies between leaves an entry too many, never one too
// few: no batch ends too early, and one that is held up so is found by tidying and by idle workers
// (`sweepBatches`), which look at what is pending in batches that are nearly done. The folder `pending` is
// removed by whoever finds it empty, which the kernel allows to one alone, and not where somebody adds an
// entry at this moment; whoever does so makes it again. The entries of dead and cancelled jobs are durable
// before that: one that was lost with the folder would count as completed.

/// What a process has to do about batches.
struct BatchWork {
  /// Jobs that ended in the call under way, or were removed, and that their batches are still to be told
  /// of.
  var leaving: [LeavingJob] = []
  /// Those whose jobs changed in the call under way.
  var touched: Set<JobID> = []
  /// Those of whose end a note is there already.
  var noted: Set<JobID> = []
  /// When all were looked through last.
  var swept: Instant?
  /// When a claim first found nothing.
  var idle: Instant?
  /// Where entries of jobs that are still to be taken in are looked for next.
  var placeholders: [String: Int] = [:]
}

/// A job that ended or was removed, and that its batch is still to be told of.
struct LeavingJob {
  let job: Job
  /// How it ended; `nil` for one that was removed, which counts as cancelled.
  let state: JobState?
  /// Where it was then; `nil` where it can't come back.
  let place: JobPlace?
}

// MARK: - Looking

extension Spool {
  /// Where a batch is; `nil` if there is none.
  func batchFolder(_ id: JobID) throws(StorageError) -> BatchFolder? {
    // It may move from a bulk to where it belongs while we look.
    for _ in 0..<2 {
      let own = BatchFolder(path: BatchFolder.own(id), id: id)
      if try isThere(own.info) { return own }
      for bulk in try names(in: BulkParts.root) {
        let folder = BatchFolder(
          path: BulkParts.root + "/" + bulk + "/" + BatchFolder.own(id), id: id)
        if try isThere(folder.info) { return folder }
      }
    }
    return nil
  }

  private func isThere(_ path: String) throws(StorageError) -> Bool {
    try ifThere { () throws(SystemError) in try tree.status(of: path) } != nil
  }

  /// One batch, counted from its entries.
  func batch(_ id: JobID) throws(StorageError) -> BatchSummary? {
    guard let folder = try batchFolder(id) else { return nil }
    let piece = try ifThere { () throws(SystemError) in
      try tree.read(folder.info, at: 0, count: BatchFolder.longestInfo)
    }
    guard let piece, var batch = folder.read(piece.bytes) else { return nil }
    batch.dead = try count(folder.folder(of: .dead))
    batch.cancelled = try count(folder.folder(of: .cancelled))
    let pending = try count(folder.pending)
    batch.completed = max(0, batch.total &- batch.dead &- batch.cancelled &- pending)
    if pending == 0 { batch.finishedAt = try endTime(folder) }
    return batch
  }

  private func count(_ folder: String) throws(StorageError) -> Int64 {
    Int64(try names(in: folder).count)
  }

  private func endTime(_ folder: BatchFolder) throws(StorageError) -> Instant? {
    let piece = try ifThere { () throws(SystemError) in
      try tree.read(folder.ended, at: 0, count: 64)
    }
    return piece.flatMap { String(validating: $0.bytes, as: UTF8.self) }.flatMap(TextTime.read)
  }

  /// The ids of all batches, in no order.
  func batchIDs() throws(StorageError) -> Set<JobID> {
    var found: Set<JobID> = []
    let roots = try names(in: BulkParts.root).map { BulkParts.root + "/" + $0 + "/" }
    for root in roots + [""] {
      for name in try names(in: root + BatchFolder.root) {
        if let id = try? JobID(name), id.description == name { found.insert(id) }
      }
    }
    return found
  }

  /// Some batches, the newest first.
  func batches(_ request: BatchPageRequest) throws(StorageError) -> [BatchSummary] {
    var found: [BatchSummary] = []
    for id in try batchIDs().sorted(by: >) where request.after.map({ id < $0 }) ?? true {
      guard found.count < max(request.size, 1) else { break }
      if let batch = try batch(id) { found.append(batch) }
    }
    return found
  }
}

// MARK: - Changes of jobs

extension Spool {
  /// Before a job that has ended comes back: its batch counts it as unfinished first.
  func willReturn(_ job: Job) throws(StorageError) {
    guard let id = job.batch, let folder = try batchFolder(id) else { return }
    for _ in 0..<Self.mostTries {
      do throws(SystemError) {
        do throws(SystemError) { try tree.makeFolder(folder.pending) } catch {
          guard error.code == .exists else { throw error }
        }
        // It has not ended any more; back after a power cut, that would be another's end.
        _ = try? tree.remove(folder.ended)
        try tree.syncFolder(folder.path)
        if job.state == .completed {
          try tree.create(folder.entry(job.id, .ready), [], sync: true)
        } else {
          try tree.rename(
            folder.entry(job.id, job.state), to: folder.entry(job.id, .ready), replaces: true)
        }
        try tree.syncFolder(folder.pending)
        break
      } catch {
        // Whoever found the folder empty removed it at this moment; or the entry is there already.
        if error.code == .exists { break }
        guard error.code == .noSuchFile else { throw translate(error) }
        if try ifThere({ () throws(SystemError) in try tree.status(of: folder.pending) }) != nil {
          break
        }
      }
    }
    batches.touched.insert(id)
    batches.noted.remove(id)
  }

  /// After a job that had ended came back: somebody may have told its batch of its end only now.
  func didReturn(_ job: Job) throws(StorageError) {
    guard let id = job.batch, let folder = try batchFolder(id) else { return }
    if try isThere(folder.entry(job.id, .ready)) { return }
    try willReturn(job)
  }

  /// After a job ended, or was removed: its batch is told once that is durable.
  func willLeaveBatch(_ job: Job, _ state: JobState?, at place: JobPlace? = nil) {
    if job.batch != nil {
      batches.leaving.append(LeavingJob(job: job, state: state, place: place))
    }
  }

  /// Tells batches of jobs that ended or were removed, durably.
  func leaveBatches() throws(StorageError) {
    guard !batches.leaving.isEmpty else { return }
    try syncMoves()
    let leaving = batches.leaving
    batches.leaving.removeAll()
    for one in leaving {
      // Meanwhile it may have been brought back, by one who found its entry where it is; or just now, and
      // then either of us sees what the other did last.
      guard try isStill(one) else { continue }
      try leaveBatch(one.job, one.state)
      if try !isStill(one) { try willReturn(one.job) }
    }
  }

  private func isStill(_ one: LeavingJob) throws(StorageError) -> Bool {
    guard let place = one.place else { return true }
    return try isStill(at: place)
  }

  private func leaveBatch(_ job: Job, _ state: JobState?) throws(StorageError) {
    guard let id = job.batch, let folder = try batchFolder(id) else { return }
    let from = folder.entry(job.id, .ready)
    let end = state ?? .cancelled
    _ = try ifThere { () throws(SystemError) in
      if end == .completed {
        try tree.remove(from)
      } else {
        try tree.rename(from, to: folder.entry(job.id, end), replaces: true)
        touched(folder.folder(of: end))
      }
    }
    batches.touched.insert(id)
  }

  /// Ends the batches that have no unfinished job left.
  func endBatches(at now: Instant) throws(StorageError) {
    try leaveBatches()
    guard !batches.touched.isEmpty else { return }
    try syncMoves()
    let touched = batches.touched.sorted()
    batches.touched.removeAll()
    for id in touched {
      guard let folder = try batchFolder(id) else { continue }
      if !batches.noted.contains(id), try willEnd(id, isRemoval: false) { batches.noted.insert(id) }
      do throws(SystemError) { try tree.removeFolder(folder.pending) } catch {
        guard error.code.isMissing else { continue }
      }
      try end(folder, at: now)
    }
  }

  private func end(_ folder: BatchFolder, at now: Instant) throws(StorageError) {
    if try endTime(folder) == nil { try note(now, asEndOf: folder) }
    batches.noted.remove(folder.id)
    guard let batch = try batch(folder.id) else { return }
    try didEnd(folder.id, batch.stand)
  }
}

extension Spool {
  /// Writes down when a batch ended; the name is there with all of it or not at all.
  private func note(_ now: Instant, asEndOf folder: BatchFolder) throws(StorageError) {
    let draft = folder.ended + ",new"
    try system { () throws(SystemError) in
      do throws(SystemError) {
        // Left by a dead process, or another's who is at the same.
        do throws(SystemError) { try tree.remove(draft) } catch {
          guard error.code.isMissing else { throw error }
        }
        try tree.create(draft, Array(TextTime.text(now).utf8), sync: true)
        try tree.rename(draft, to: folder.ended, replaces: true)
      } catch { guard error.code == .exists || error.code.isMissing else { throw error } }
      try tree.syncFolder(folder.path)
    }
  }
}

// MARK: - What others left

extension Spool {
  /// Looks, now and then, for entries of jobs that have ended, in batches that are nearly done.
  func sweepBatches(at now: Instant, pause: TimeSpan) throws(StorageError) {
    if let last = batches.swept, now >= last, now < last + pause { return }
    batches.swept = now
    for id in try batchIDs().sorted() {
      try sweepBatch(id, upTo: ParentStep.largest, at: now)
    }
    try tellDependants(at: now)
  }

  /// Looks for entries of jobs that have ended, or that are not there, in one batch.
  ///
  /// - Parameter most: a batch with more unfinished jobs is passed over.
  func sweepBatch(_ id: JobID, upTo most: Int = .max, at now: Instant) throws(StorageError) {
    guard let folder = try batchFolder(id) else { return }
    let jobs = try names(in: folder.pending).compactMap { try? JobID($0) }
    let end = try endTime(folder)
    guard end == nil || !jobs.isEmpty else { return }
    batches.touched.insert(id)
    guard !jobs.isEmpty, jobs.count <= most else { return }
    let places = try locate(Set(jobs))
    for job in jobs {
      if let place = places[job] {
        guard place.state.isTerminal, let stored = try read(place) else { continue }
        // Whoever moved it may have died before that was durable.
        touched(place.folder)
        willLeaveBatch(stored.job, place.state, at: place)
      } else if job.instant < now - .hours(1) {
        _ = try ifThere { () throws(SystemError) in
          try tree.rename(
            folder.entry(job, .ready), to: folder.entry(job, .cancelled), replaces: true)
          touched(folder.folder(of: .cancelled))
        }
      }
    }
  }

  /// Removes batches that ended long ago.
  ///
  /// - Parameter limit: at most so many.
  /// - Returns: how many were removed, and whether more are over.
  func expireBatches(at now: Instant, limit: Int) throws(StorageError) -> (Int, Bool) {
    var over: [(Instant, JobID)] = []
    for id in try batchIDs() {
      guard let folder = try batchFolder(id), let end = try endTime(folder),
        end <= now - BatchSummary.retention, try names(in: folder.pending).isEmpty
      else { continue }
      over.append((end, id))
    }
    over.sort { $0 < $1 }
    for (_, id) in over.prefix(limit) {
      try willEnd(id, isRemoval: true)
      let path = BatchFolder.own(id)
      // From here on there is no such batch, and never one with a part of its entries.
      _ = try? tree.remove(path + "/info")
      _ = try ifThere { () throws(SystemError) in try tree.syncFolder(path) }
      removeTree(path)
      try didEnd(id, .removed)
    }
    return (min(over.count, limit), over.count > limit)
  }
}

// MARK: - From another store

extension Spool {
  /// Takes in a batch: an entry for each job that it counts, under numbers until the jobs come.
  func restore(_ batch: BatchSummary) throws(StorageError) -> RestoreOutcome {
    if let there = try self.batch(batch.id) { return there == batch ? .alreadyThere : .differs }
    guard try locate(batch.id) == nil else { return .differs }
    let folder = BatchFolder(path: BatchFolder.own(batch.id), id: batch.id)
    let counts: [(JobState, Int64)] = [
      (.dead, batch.dead), (.cancelled, batch.cancelled), (.ready, batch.unfinished),
    ]
    for (state, count) in counts where state != .ready || count > 0 {
      try ensureFolder(folder.folder(of: state))
      for number in 0..<max(0, count) {
        try createIfMissing(folder.folder(of: state) + "/x-\(number)", [])
      }
    }
    if let end = batch.finishedAt {
      try createIfMissing(folder.ended, Array(TextTime.text(end).utf8))
    }
    try system { () throws(SystemError) in
      for (state, count) in counts where count > 0 {
        try tree.syncFolder(folder.folder(of: state))
      }
    }
    try createIfMissing(folder.info, BatchFolder.info(batch), sync: true)
    try system { () throws(SystemError) in try tree.syncFolder(folder.path) }
    counter.raise(to: batch.id)
    batches.touched.insert(batch.id)
    return .restored
  }

  private func createIfMissing(
    _ path: String, _ bytes: [UInt8], sync: Bool = false
  ) throws(StorageError) {
    try system { () throws(SystemError) in
      do throws(SystemError) { try tree.create(path, bytes, sync: sync) } catch {
        guard error.code == .exists else { throw error }
      }
    }
  }

  /// Gives a job that was taken in the entry that its batch has for it.
  ///
  /// - Parameter state: in which the other store had it.
  func joinBatch(_ job: Job, _ state: JobState) throws(StorageError) {
    guard let id = job.batch, state != .completed, let folder = try batchFolder(id) else { return }
    let entries = folder.folder(of: state)
    let target = entries + "/" + job.id.description
    var next = batches.placeholders[entries] ?? 0
    if next == 0, try ifThere({ () throws(SystemError) in try tree.status(of: target) }) != nil {
      return
    }
    while try ifThere({ () throws(SystemError) in
      try tree.rename(entries + "/x-\(next)", to: target, replaces: true)
    }) == nil {
      // Behind a gap, whoever took others in before has used these up.
      let left = try names(in: entries).filter { $0.hasPrefix("x-") }
      guard let first = left.compactMap({ Int($0.dropFirst(2)) }).min() else { return }
      next = first
    }
    batches.placeholders[entries] = next + 1
    if job.state != state { willLeaveBatch(job, job.state) }
  }
}

extension DirectoryStore {
  package func batches(_ request: BatchPageRequest) throws(StorageError) -> [BatchSummary] {
    try withSpool { (spool) throws(StorageError) in try spool.batches(request) }
  }

  package func batch(_ id: JobID) throws(StorageError) -> BatchSummary? {
    try withSpool { (spool) throws(StorageError) in try spool.batch(id) }
  }
}
