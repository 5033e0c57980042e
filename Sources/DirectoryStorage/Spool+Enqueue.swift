import Jobs
import PosixIO
import Storage

extension Spool {
  /// Accepts one job, or finds the one that has its keys.
  ///
  /// - Parameter drawn: the id of the job that a tick makes, which is never refused for want of room;
  ///   `nil` to draw one.
  func enqueue(
    _ request: NewJob, as drawn: JobID? = nil, at now: Instant
  ) throws(StorageError) -> EnqueueResult {
    do { try request.validate() } catch { throw .invalid(error) }
    var settings = try settings(of: request.queue).settings
    var new = request.filled(
      by: settings, request.idempotencyKey == nil ? Retention() : try rules())
    new.after = new.parents([:])
    if drawn != nil { settings.maxDepth = nil }
    guard new.uniqueKey == nil, new.idempotencyKey == nil else {
      let result = try enqueueWithKeys(new, as: drawn, settings, at: now)
      // Not under the lock of its keys, since those of others may have to be freed.
      try tellDependants(at: now)
      return result
    }
    let waitsFor = try pending(of: new)
    let result = try withRoom(for: [new.queue: 1], [new.queue: settings]) {
      () throws(StorageError) in
      let id = try accept(new, as: drawn, waitsFor: waitsFor, at: now)
      return EnqueueResult(id: id, created: true)
    }
    try tellDependants(at: now)
    return result
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
    try publish(try draft(new, as: number, waitsFor: waitsFor, at: now))
    return number
  }

  /// A job that is written and synced in `tmp`, and that nobody sees yet.
  struct Draft {
    let path: String
    let place: JobPlace
    let id: JobID
    var rule = ParentFailure.hold
    /// Those of its parents that have not ended.
    var waitsFor: [JobID] = []
  }

  /// Writes a job whose keys need not be its own yet.
  func draft(
    _ new: NewJob, as number: JobID, waitsFor known: [JobID]? = nil, holdsKey: Bool = true,
    at now: Instant
  ) throws(StorageError) -> Draft {
    let waitsFor: [JobID]
    if let known { waitsFor = known } else { waitsFor = try pending(of: new) }
    var job = Job(id: number, accepting: new, now: now, isBlocked: !waitsFor.isEmpty)
    job.holdsUniqueKey = job.holdsUniqueKey && holdsKey
    let place = JobPlace(of: job, revision: 0)
    try ensureFolder(Shelf.queue(job.queue))
    try ensureFolder(place.folder)
    let draft = "tmp/" + number.description
    if job.isNewToFormat2 { try raiseFormat() }
    let bytes = JobHeader.file(job, tags: new.tags, after: new.after, payload: new.payload)
    let mark = marks[number]
    try system { () throws(SystemError) in
      try tree.create(draft, bytes, sync: true)
      if let mark { try tree.rename(draft, to: mark, replaces: true) }
    }
    return Draft(
      path: mark ?? draft, place: place, id: number, rule: new.onParentFailure, waitsFor: waitsFor)
  }

  /// Removes a job that is written and can't be accepted; what is there for a tick is written again.
  func discard(_ draft: Draft) {
    if marks[draft.id] == nil { _ = try? tree.remove(draft.path) }
  }

  /// Accepts a job that is written; durable when it returns.
  func publish(_ draft: Draft) throws(StorageError) {
    let place = draft.place
    do throws(StorageError) {
      try addEntries(of: draft.id, draft.rule, for: draft.waitsFor, at: place.path, sync: true)
      guard try move(draft.path, to: place) else {
        throw StorageError.system(
          path: root + "/" + draft.path,
          detail: "somebody removed it while it was written, or took its place")
      }
    } catch {
      discard(draft)
      throw error
    }
    touched(place.folder)
    hasNews = hasNews || place.state == .ready || place.state.waitsForTime
    // Before anybody who finds the job by its key says that it is accepted.
    try syncMoves()
    try lookAgain(at: draft.waitsFor)
  }
}
