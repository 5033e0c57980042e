import Jobs
import PosixIO
import Storage

/// One change of a job: as it was found, and as it shall be.
struct JobChange {
  let before: StoredJob
  var after: Job
  /// The execution that ended with it.
  var execution: Attempt?
  var result = JobEntry.Result.unchanged
  /// What an operator did.
  var action: JobAction?
  /// The payload that it has from now on.
  var payload: [UInt8]?
}

extension JobChange {
  /// Whether the job is then in another queue than the one for which it was accepted.
  fileprivate var isElsewhere: Bool { after.queue != before.acceptedQueue }

  /// Whether an older qctl would take the job for what it was before.
  fileprivate var isNewToFormat1: Bool {
    isElsewhere || payload != nil || before.payload.line != nil
  }
}

extension Spool {
  /// Changes a job: a line is added to its history and synced, then one rename makes it count.
  ///
  /// Whoever dies between leaves a line that no name points to. Of two who change a job at once, one
  /// renames first and the other finds the old name gone. The rename is durable after `syncMoves`,
  /// which the caller owes.
  ///
  /// What an older qctl would not understand is done only once none opens the store any more.
  /// - Returns: the job in its new place; `nil`, and nothing changed, where it is not as it was found.
  func change(_ change: JobChange, at now: Instant) throws(StorageError) -> StoredJob? {
    let before = change.before.place
    let line = entry(of: change, at: now).line
    if change.isNewToFormat1 { try raiseFormat() }
    let id = change.after.id
    let ends = change.after.state.isTerminal && !change.before.job.state.isTerminal
    if ends { try willEnd(id, isRemoval: false) }
    if change.before.job.state.isTerminal, !change.after.state.isTerminal {
      try willReturn(change.before.job)
    }
    let appended = try ifThere { () throws(SystemError) in
      try tree.append(before.path, line, makes: false, sync: true)
    }
    guard let start = appended else { return nil }
    var stored = change.before
    if change.payload != nil {
      stored.payload = .edited(PayloadLine(start: start + 1, count: Int64(line.count - 2)))
    }
    let place = JobPlace(
      of: change.after, revision: start + 1, isEdited: stored.payload.line != nil)
    guard try move(before.path, to: place) else { return nil }
    touched(place.folder)
    hasNews = hasNews || place.state == .ready
    if before.state == .active, place.state != .active { try noteEnd(in: before.queue) }
    stored.job = change.after
    stored.place = place
    if ends {
      try didEnd(id, ParentStand(place.state))
      willLeaveBatch(change.after, place.state, at: place)
    }
    if change.before.job.state.isTerminal, !place.state.isTerminal {
      try didReturn(change.before.job)
    }
    if change.before.job.state == .blocked, place.state != .blocked {
      dependants.freed.append(change.before)
    }
    return stored
  }

  private func entry(of change: JobChange, at now: Instant) -> JobEntry {
    var standing = Standing(change.after)
    if change.isElsewhere { standing.queue = change.after.queue }
    if change.payload == nil { standing.payload = change.before.payload.line }
    return JobEntry(
      previous: change.before.place.name.revision, at: now, standing: standing,
      execution: change.execution, result: change.result, action: change.action,
      payload: change.payload)
  }

  /// Moves a job's file to another place; false where it is not at its old one any more, or where
  /// something that is none of ours has its new name, which must not hold up the others.
  ///
  /// The folder that it moves into is there and durable before.
  func move(_ path: String, to place: JobPlace) throws(StorageError) -> Bool {
    let target = place.path
    for _ in 0..<Self.mostTries {
      try ensureFolder(place.folder)
      do {
        try tree.rename(path, to: target, replaces: false)
        return true
      } catch {
        switch error.code {
        case .exists: return false
        case .noSuchFile:
          // The old name is gone, or the folder that was just there.
          guard try ifThere({ () throws(SystemError) in try tree.status(of: path) }) != nil else {
            return false
          }
          unsettle(place.folder)
        default: throw translate(error)
        }
      }
    }
    throw .busy(path: root, detail: "the folder \(place.folder) is removed again and again")
  }

  /// How often a folder may be removed as soon as it is there.
  static let mostTries = 100
}
