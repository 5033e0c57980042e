import Jobs
import PosixIO
import Storage

// A new job in the place of one that holds its unique key and that no worker has taken.
//
// A folder can't hold two changes in one, so the steps are in an order in which no kill and no power cut
// loses either job, and no two hold the key. All under the lock of the key:
//
// 1. The new job is written and synced in `tmp`. Nobody sees it.
// 2. The holder gives the key up and is **put aside**: one rename to the scheduled jobs, due in a minute,
//    so that no worker takes it while we are at it. Whoever was faster has the job, and we look again:
//    it is running now, and the request is refused. (One that is blocked is in no worker's reach and
//    stays where it is; one that has ended and kept its key only gives that up.)
// 3. The files of the keys name the new job, durably; then it is accepted by its rename, synced.
// 4. The holder is cancelled, with the reason, by another rename.
//
// Killed before 2, nothing has happened. Between 2 and 3 the old job is due in a minute, without its key,
// and the new one never was; nobody was told of it. Between 3 and 4 both are there: the new one with the
// key, the old one as before. In none of these is a job gone that should be there.

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
    _ new: NewJob, as drawn: JobID?, against found: StoredJob, at now: Instant
  ) throws(StorageError) -> EnqueueResult {
    let resolution = new.onConflict.resolution(against: found.job)
    guard found.job.id != drawn, resolution != .existing else {
      return EnqueueResult(id: found.job.id, created: false)
    }
    guard resolution != .queueAfter else {
      return try enqueue(new, as: drawn, following: found, at: now)
    }
    let id: JobID
    if let drawn { id = drawn } else { id = try counter.next(at: now, random: random()) }
    let draft = try draft(new, as: id, at: now)
    do throws(StorageError) {
      let yielding = try putAside(found, for: new, at: now)
      do throws(StorageError) {
        try writeKeys(Self.keyFiles(of: new, id, at: now))
        try publish(draft)
      } catch {
        if let yielding { takeBack(yielding, at: now) }
        throw error
      }
      guard let yielding else { return EnqueueResult(id: id, created: true) }
      try end(yielding, replacedBy: id, at: now)
      return EnqueueResult(id: id, outcome: .replaced(yielding.before.job.id))
    } catch {
      _ = try? tree.remove(draft.path)
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
    _ request: NewJob, as drawn: JobID?, following holder: StoredJob, at now: Instant
  ) throws(StorageError) -> EnqueueResult {
    if let follower = try follower(of: holder.job.id, for: request) {
      return EnqueueResult(id: follower, created: false)
    }
    var new = request
    new.follow(holder.job.id)
    let waitsFor = try pending(of: new)
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
  /// Takes the key from a job that nobody runs, and the job out of the reach of workers; durable.
  ///
  /// - Returns: `nil` where the key is free meanwhile.
  /// - Throws: `keyConflict` where a worker has the job by now.
  func putAside(
    _ found: StoredJob, for new: NewJob, at now: Instant
  ) throws(StorageError) -> YieldingJob? {
    var holder = found
    for _ in 0..<Self.mostTurns {
      var job = holder.job
      job.holdsUniqueKey = false
      if !job.state.isTerminal, job.state != .blocked {
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

  /// Cancels a job that gave way; one that had ended stays as it is.
  func end(
    _ yielding: YieldingJob, replacedBy id: JobID, at now: Instant
  ) throws(StorageError) {
    guard !yielding.before.job.state.isTerminal else { return }
    // Told as if it had ended before the new job was accepted.
    let later = dependants.ends
    dependants.ends = []
    defer { dependants.ends += later }
    let request = ApplyRequest(replacementBy: id, at: now)
    var place = yielding.aside
    var job = yielding.before.job
    for _ in 0..<Self.mostTurns {
      // One that has ended, or that a worker has after all, is let be.
      guard job.state != .active, (try? job.apply(.cancel, at: now)) != nil else { return }
      job.holdsUniqueKey = false
      if try perform(JobChange(before: place, after: job), .cancelled, request) != nil { return }
      guard let found = try locate(job.id), let next = try read(found) else { return }
      (place, job) = (next, next.job)
    }
  }

  /// Gives a job its key and its place back, as far as that can be done: whatever went wrong may do so
  /// again.
  func takeBack(_ yielding: YieldingJob, at now: Instant) {
    let job = yielding.before.job
    guard let key = job.uniqueKey else { return }
    try? writeKeys([KeyFile(kind: .unique, queue: job.queue, key: key, id: job.id)])
    _ = try? change(JobChange(before: yielding.aside, after: job), at: now)
  }
}
