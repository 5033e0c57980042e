import Jobs
import PosixIO
import Storage

extension Spool {
  /// Accepts one job, or finds the one that has its keys.
  func enqueue(_ new: NewJob, at now: Instant) throws(StorageError) -> EnqueueResult {
    do { try new.validate() } catch { throw .invalid(error) }
    var new = new
    new.after = new.parents([:])
    guard new.uniqueKey == nil, new.idempotencyKey == nil else {
      let result = try enqueueWithKeys(new, at: now)
      // Not under the lock of its keys, since those of others may have to be freed.
      try tellDependants(at: now)
      return result
    }
    let waitsFor = try pending(of: new)
    let id = try accept(new, as: nil, waitsFor: waitsFor, at: now)
    try tellDependants(at: now)
    return EnqueueResult(id: id, created: true)
  }

  /// Accepts a job whose keys, if it has any, are its own by now; durable when it returns.
  ///
  /// The file is written and synced in `tmp`, and only then renamed to where jobs are looked for.
  /// - Parameters:
  ///   - id: its id; `nil` to draw one.
  ///   - waitsFor: those of its parents that have not ended.
  func accept(
    _ new: NewJob, as id: JobID?, waitsFor: [JobID] = [], at now: Instant
  ) throws(StorageError) -> JobID {
    let number: JobID
    if let id { number = id } else { number = try counter.next(at: now, random: random()) }
    let job = Job(id: number, accepting: new, now: now, isBlocked: !waitsFor.isEmpty)
    let place = JobPlace(of: job, revision: 0)
    try ensureFolder(Shelf.queue(job.queue))
    try ensureFolder(place.folder)
    let draft = "tmp/" + number.description
    if job.isNewToFormat2 { try raiseFormat() }
    let bytes = JobHeader.file(job, tags: new.tags, after: new.after, payload: new.payload)
    try system { () throws(SystemError) in try tree.create(draft, bytes, sync: true) }
    do throws(StorageError) {
      try addEntries(of: number, new.onParentFailure, for: waitsFor, at: place.path, sync: true)
      guard try move(draft, to: place) else {
        throw StorageError.system(
          path: root + "/" + draft,
          detail: "somebody removed it while it was written, or took its place")
      }
    } catch {
      try? tree.remove(draft)
      throw error
    }
    touched(place.folder)
    hasNews = hasNews || job.state == .ready || job.state.waitsForTime
    // Before anybody who finds the job by its key says that it is accepted.
    try syncMoves()
    try lookAgain(at: waitsFor)
    return number
  }
}
