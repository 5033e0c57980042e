import Jobs
import PosixIO
import Storage

// A new job in the place of one that holds its unique key and that no worker has taken.
//
// A folder can't hold two changes in one, so the steps are in an order in which no kill and no power cut
// loses either job, and whoever comes next can tell what is to be done. All under the lock of the key:
//
// 1. The new job is written and synced in `tmp`. Nobody sees it.
// 2. The holder is **put aside**: one rename to the scheduled jobs, due in a minute, so that no worker
//    takes it while we are at it, under a name that says that it is asked to stop; synced. Whoever was
//    faster has the job, and we look again: it is running now, and the request is refused. (One that is
//    blocked is in no worker's reach and only gets such a name; one that has ended and kept its key stays
//    as it is.)
// 3. The file of the key names the new job, and the path of the one that gives way; synced. Then the new
//    one is accepted by its rename, synced.
// 4. The holder is cancelled, with the reason, by another rename; one that had ended loses its key so.
//
// **Whoever dies.** Before 2, nothing has happened. Between 2 and the rename of 3 the old job is aside and
// its name has the key still; the new one never was, and nobody was told of it. After that both are there,
// and the old one is to go. What is so is seen under the lock, without which nobody is at it: where the
// file of the key names another job, and that is there, the old one ends (`settleYielding`), else it
// stays: the key's file names it again, and its name asks no more for its end. That is looked at by
// whoever asks for the key, by a claim that finds the old one due, by the end of those for which it waits,
// by every verb that is to change it, by `doctor --repair`, and before the new one is removed, for then
// nobody could tell any more that it was there. Nothing replaces or removes the key's file before, and as
// long as the path in it leads to the old job, that is not done. So at the end exactly one of the two has the key.

extension Spool {
  /// For so long a job that gives way is out of the reach of workers.
  private static let aside = TimeSpan.minutes(1)
  /// How often a holder that moves under our hands is looked at again.
  private static let mostTurns = 10

  /// The job that holds the unique key of a request, if there is one.
  ///
  /// - Parameter drawn: the id that the request's job has; it may be there already.
  /// - Throws: `keyConflict` where the request is refused for it.
  func holder(
    inTheWayOf new: NewJob, as drawn: JobID? = nil
  ) throws(StorageError) -> StoredJob? {
    guard let key = new.uniqueKey else { return nil }
    for _ in 0..<Self.mostTurns {
      guard let file = try keyFile(KeyPlace(.unique, key, of: new.queue)), try isHeld(file),
        let place = try locate(file.id)
      else { return nil }
      guard let holder = try read(place) else {
        if (try? tree.status(of: place.path)) == nil { continue }
        // A file that makes no sense, and holds the key all the same.
        throw .keyConflict(KeyConflict(kind: .unique, key: key, queue: new.queue, holder: file.id))
      }
      guard holder.job.id != drawn, new.onConflict.resolution(against: holder.job) == .conflict
      else { return holder }
      throw .keyConflict(KeyConflict(new, key: key, holder: holder.job))
    }
    throw .busy(path: root, detail: "the job with the unique key moves again and again")
  }

  /// Does about the job that holds the unique key what the request says; under the lock of the key.
  ///
  /// - Parameter drawn: the id of the new job; `nil` to draw one.
  func enqueue(
    _ new: NewJob, as drawn: JobID?, against found: StoredJob, _ settings: QueueSettings,
    at now: Instant
  ) throws(StorageError) -> EnqueueResult {
    guard found.job.id != drawn else { return EnqueueResult(id: found.job.id, created: false) }
    let sheets = [new.queue: settings]
    switch new.onConflict.resolution(against: found.job) {
    case .existing, .conflict: return EnqueueResult(id: found.job.id, created: false)
    case .queueAfter:
      if let follower = try follower(of: found.job.id, for: new) {
        return EnqueueResult(id: follower, created: false)
      }
      var new = new
      new.follow(found.job.id)
      let waitsFor = try pending(of: new)
      return try withRoom(for: [new.queue: 1], sheets) { [new] () throws(StorageError) in
        try enqueue(new, as: drawn, following: found, waitsFor, at: now)
      }
    case .replace:
      let waitsFor = try pending(of: new)
      // One that waits makes room for the new one.
      let added: Int64 = found.job.state.isTerminal ? 1 : 0
      return try withRoom(for: [new.queue: added], sheets) { () throws(StorageError) in
        try enqueue(new, as: drawn, replacing: found, waitsFor, at: now)
      }
    }
  }

  /// Accepts a job in the place of another; under the lock of the key.
  private func enqueue(
    _ new: NewJob, as drawn: JobID?, replacing found: StoredJob, _ waitsFor: [JobID],
    at now: Instant
  ) throws(StorageError) -> EnqueueResult {
    let id: JobID
    if let drawn { id = drawn } else { id = try counter.next(at: now, random: random()) }
    let draft = try draft(new, as: id, waitsFor: waitsFor, at: now)
    do throws(StorageError) {
      let yielding = try putAside(found, for: new, at: now)
      do throws(StorageError) {
        var files = Self.keyFiles(of: new, id, at: now)
        for index in files.indices where files[index].kind == .unique {
          files[index].replaces = yielding?.aside.place.path
        }
        try writeKeys(files)
        try publish(draft)
      } catch {
        if let yielding { takeBack(yielding, after: error, at: now) }
        throw error
      }
      guard let yielding else { return EnqueueResult(id: id, created: true) }
      // The new one is accepted, whatever happens now; what can't be done is done by others.
      try? end(yielding, replacedBy: id, at: now)
      return EnqueueResult(id: id, outcome: .replaced(yielding.before.job.id))
    } catch {
      discard(draft)
      throw error
    }
  }
}

// MARK: - Once more

extension Spool {
  /// Accepts a job that waits for the one that is running, and does not hold the key; under its lock.
  ///
  /// It takes the key when it need not wait any more, as any that comes back; so there is nothing that a
  /// kill between two steps could leave but what it leaves of any job that waits.
  private func enqueue(
    _ new: NewJob, as drawn: JobID?, following holder: StoredJob, _ waitsFor: [JobID],
    at now: Instant
  ) throws(StorageError) -> EnqueueResult {
    let id: JobID
    if let drawn { id = drawn } else { id = try counter.next(at: now, random: random()) }
    // The other may have ended at this moment.
    let isFree = try holder.job.uniqueKey.map { (key) throws(StorageError) in
      try uniqueHolder(of: key, in: new.queue) == nil
    }
    let takes = isFree ?? false
    try writeKeys(Self.keyFiles(of: new, id, at: now).filter { takes || $0.kind != .unique })
    try publish(try draft(new, as: id, waitsFor: waitsFor, holdsKey: takes, at: now))
    return EnqueueResult(id: id, outcome: .queuedAfter(holder.job.id))
  }

  /// The job that runs once more after a holder of its unique key.
  private func follower(of holder: JobID, for new: NewJob) throws(StorageError) -> JobID? {
    for name in try names(in: DependantEntry.folder(of: holder)).sorted() {
      guard let entry = DependantEntry(name), !entry.isDone, let place = try locate(entry.child),
        let found = try read(place), found.job.isFollower(for: new)
      else { continue }
      return entry.child
    }
    return nil
  }
}

// MARK: - Giving way

/// A job that gives way: as it was, and as it is while the new one is accepted.
struct YieldingJob {
  let before: StoredJob
  let aside: StoredJob
}

extension Spool {
  /// Takes a job that holds a key and that nobody runs out of the reach of workers; durable.
  ///
  /// - Returns: `nil` where the key is free meanwhile.
  /// - Throws: `keyConflict` where a worker has the job by now.
  func putAside(
    _ found: StoredJob, for new: NewJob, at now: Instant
  ) throws(StorageError) -> YieldingJob? {
    var holder = found
    for _ in 0..<Self.mostTurns {
      var job = holder.job
      guard !job.state.isTerminal else { return YieldingJob(before: holder, aside: holder) }
      job.cancelRequested = true
      if job.state != .blocked {
        job.state = .scheduled
        job.runAt = max(job.runAt, now + Self.aside)
      }
      if let aside = try change(JobChange(before: holder, after: job), at: now) {
        try syncMoves()
        return YieldingJob(before: holder, aside: aside)
      }
      guard let next = try self.holder(inTheWayOf: new) else { return nil }
      holder = next
    }
    throw .busy(path: root, detail: "job \(holder.job.id) moves again and again")
  }

  /// Cancels a job that gave way; one that had ended only loses its key.
  func end(
    _ yielding: YieldingJob, replacedBy id: JobID, at now: Instant
  ) throws(StorageError) {
    var place = yielding.aside
    var job = yielding.before.job
    if job.state.isTerminal {
      job.holdsUniqueKey = false
      _ = try change(JobChange(before: place, after: job), at: now)
      return
    }
    let request = ApplyRequest(replacementBy: id, at: now)
    for _ in 0..<Self.mostTurns {
      // One that has ended, or that a worker has after all, is let be.
      guard job.state != .active, (try? job.apply(.cancel, at: now)) != nil else { return }
      job.holdsUniqueKey = false
      if try perform(JobChange(before: place, after: job), .cancelled, request) != nil { return }
      guard let found = try locate(job.id), let next = try read(found) else { return }
      (place, job) = (next, next.job)
    }
  }

  /// Gives a job its key and its place back, as far as that can be done.
  ///
  /// Whatever went wrong may do so again, and then others do it. Where nobody knows whether the new job is
  /// there, they find out.
  func takeBack(_ yielding: YieldingJob, after error: StorageError, at now: Instant) {
    if case .outcomeUnknown = error { return }
    var job = yielding.before.job
    guard let key = job.uniqueKey else { return }
    job.cancelRequested = false
    try? writeKeys([KeyFile(kind: .unique, queue: job.queue, key: key, id: job.id)])
    guard !job.state.isTerminal else { return }
    _ = try? change(JobChange(before: yielding.aside, after: job), at: now)
  }
}

// MARK: - What others left

extension Spool {
  /// Whether the job is still there, as it was, that is to give way to the one that a file of a key names.
  func isReplacing(_ file: KeyFile) -> Bool {
    guard let path = file.replaces else { return false }
    return (try? tree.status(of: path)) != nil
  }

  /// Ends what somebody has begun with a key who died over it; under the lock of the key.
  func finishReplacing(at place: KeyPlace, _ now: Instant) throws(StorageError) {
    guard let file = try keyFile(at: place.path), isReplacing(file),
      let old = file.replaces.flatMap({ self.place(of: $0) }), let stored = try read(old)
    else { return }
    try settle(stored, file, at: now)
  }

  /// Ends it where a job that is about to be removed took the place of another.
  func finishReplacing(by job: Job, at now: Instant) throws(StorageError) {
    guard let key = job.uniqueKey else { return }
    let place = KeyPlace(.unique, key, of: job.queue)
    guard let file = try keyFile(at: place.path), file.id == job.id, isReplacing(file) else {
      return
    }
    try locked([place.shard]) { () throws(StorageError) in try finishReplacing(at: place, now) }
  }

  /// Lets a job give way, or stay, that somebody has put aside who died over it; waits for one who lives.
  func settleYielding(
    _ stored: StoredJob, patience: Int64 = Spool.keyPatience, at now: Instant
  ) throws(StorageError) {
    guard let key = stored.job.uniqueKey else {
      _ = try stay(stored, at: now)
      return
    }
    let place = KeyPlace(.unique, key, of: stored.job.queue)
    try locked([place.shard], patience: patience) { () throws(StorageError) in
      let file = try keyFile(at: place.path)
      guard let there = try locate(stored.job.id), let found = try read(there),
        found.isYielding || file?.replaces == there.path
      else { return }
      try settle(found, file, at: now)
    }
  }

  private func settle(
    _ stored: StoredJob, _ file: KeyFile?, at now: Instant
  ) throws(StorageError) {
    let job = stored.job
    if let file, file.id != job.id, try locate(file.id) != nil {
      try end(YieldingJob(before: stored, aside: stored), replacedBy: file.id, at: now)
      // Before the key can be another's, or the new job gone.
      return try syncMoves()
    }
    if let key = job.uniqueKey, file?.id != job.id {
      try writeKeys([KeyFile(kind: .unique, queue: job.queue, key: key, id: job.id)])
    }
    if stored.isYielding { _ = try stay(stored, at: now) }
  }

  /// Asks a job no more for its end; under the lock of its key.
  ///
  /// - Returns: the job in its new place; `nil` where it moved meanwhile.
  func stay(_ stored: StoredJob, at now: Instant) throws(StorageError) -> StoredJob? {
    var job = stored.job
    job.cancelRequested = false
    return try change(JobChange(before: stored, after: job), at: now)
  }
}
