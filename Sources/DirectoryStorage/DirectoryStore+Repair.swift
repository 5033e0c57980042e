import Jobs
import PosixIO
package import Storage

// Mending while others work. What is wrong is found by a walk (Survey); then each thing is looked at
// once more and mended by the means by which everything in the store changes: one rename, from the
// name that was found, so that whoever was faster wins; keys under the lock of their shard. What makes
// no sense is moved to the quarantine with its path as its name. Files of `tmp` that are younger than a
// minute are somebody's who is at work. A repair that is killed leaves nothing half done.

extension DirectoryStore {
  package func repair(_ request: RepairRequest) throws(StorageError) -> [Repair] {
    guard !request.isDryRun else {
      return try withSpool { (spool) throws(StorageError) in
        try Repairer(spool, request).run()
      }
    }
    return try changing { (spool) throws(StorageError) in
      var outcome: Result<[Repair], StorageError>?
      _ = try spool.system { () throws(SystemError) in
        try spool.tree.withLock("repair", patience: 0) {
          do throws(StorageError) {
            outcome = .success(try Repairer(spool, request).run())
          } catch { outcome = .failure(error) }
        }
      }
      guard let outcome else {
        throw StorageError.busy(path: spool.root, detail: "another repair is under way")
      }
      return try outcome.get()
    }
  }
}

/// One repair of a store.
private final class Repairer {
  private let spool: Spool
  private let request: RepairRequest
  private var repairs: [Repair] = []

  init(_ spool: Spool, _ request: RepairRequest) {
    self.spool = spool
    self.request = request
  }

  func run() throws(StorageError) -> [Repair] {
    let survey = Survey(spool)
    try survey.run()
    for flaw in survey.flaws { try mend(flaw) }
    if survey.unkept > 0 {
      repairs.append(
        Repair(
          .left, "names", "there are \(survey.unkept) more things to be mended",
          remedy: "run it again: \(Flaw.repair)"))
    }
    return repairs
  }

  private func mend(_ flaw: Flaw) throws(StorageError) {
    do throws(StorageError) {
      guard !request.isDryRun else { return foresee(flaw) }
      try cure(flaw)
    } catch {
      // One that can't be mended stops no other, unless the store as a whole fails.
      switch error {
      case .full, .readOnly, .outcomeUnknown: throw error
      default: leave(flaw, "\(flaw.message); it could not be mended", flaw.remedy)
      }
    }
  }

  private func cure(_ flaw: Flaw) throws(StorageError) {
    switch flaw.cure {
    case .none(let remedy):
      if flaw.grade != .note { leave(flaw, flaw.message, remedy) }
    case .quarantine: try putAway(flaw)
    case .move(let place): try move(flaw, to: place)
    case .rights(let mode): try setRights(flaw, mode)
    case .dropKey(let place): try dropKey(flaw, place)
    case .makeKey(let file): try makeKey(flaw, file)
    case .settle(let job):
      try spool.settleYielding(job, at: request.now)
      try spool.tellDependants(at: request.now)
      note(.mended, flaw, "it has given way now, or has its key still")
    case .discardBulk: try discard(flaw)
    case .spread:
      try spool.spreadBulks(in: nil)
      note(.mended, flaw, "spread over its queues")
    case .raiseCounter(let id):
      spool.counter.raise(to: id)
      note(.mended, flaw, "raised")
    case .dropEntry, .tellRemoval, .release, .settleBatch: try mendTie(flaw)
    }
  }

  private func foresee(_ flaw: Flaw) {
    switch flaw.cure {
    case .none(let remedy): if flaw.grade != .note { leave(flaw, flaw.message, remedy) }
    case .quarantine, .discardBulk: note(.quarantined, flaw, "to be moved to the quarantine")
    case .move(let place): note(.mended, flaw, "to be moved to \(place.path)")
    case .rights(let mode): note(.mended, flaw, "its mode to become 0\(String(mode, radix: 8))")
    case .dropKey: note(.mended, flaw, "to be removed")
    case .makeKey: note(.mended, flaw, "the key to be noted")
    case .settle: note(.mended, flaw, "to give way, or to keep its key")
    case .spread: note(.mended, flaw, "to be spread over its queues")
    case .raiseCounter: note(.mended, flaw, "to be raised")
    case .dropEntry: note(.mended, flaw, "to be removed")
    case .tellRemoval: note(.mended, flaw, "to be told that it was removed")
    case .release: note(.mended, flaw, "to be let go")
    case .settleBatch: note(.mended, flaw, "to be told")
    }
  }

  // MARK: - Cures

  private func putAway(_ flaw: Flaw) throws(StorageError) {
    guard try isStillWrong(flaw) else { return }
    guard let place = try spool.quarantine(flaw.path, at: request.now) else { return }
    note(.quarantined, flaw, "moved to \(place)")
  }

  /// Looks once more at what made no sense: perhaps a job was only on its way, or a key has been noted
  /// anew.
  private func isStillWrong(_ flaw: Flaw) throws(StorageError) -> Bool {
    if flaw.check == "keys", let file = try? spool.keyFile(at: flaw.path) {
      return file.place.path != flaw.path
    }
    guard flaw.check == "jobs" || flaw.check == "duplicates",
      let place = spool.place(of: flaw.path)
    else { return true }
    switch try spool.inspect(place) {
    case .broken: return true
    case .gone, .unreadable: return false
    case .sound: return flaw.check == "duplicates"
    }
  }

  private func move(_ flaw: Flaw, to place: JobPlace) throws(StorageError) {
    try spool.ensureFolder(Shelf.queue(place.queue))
    guard try spool.move(flaw.path, to: place) else { return }
    spool.touched(place.folder)
    spool.hasNews = spool.hasNews || place.state == .ready
    note(.mended, flaw, "moved to \(place.path)")
  }

  private func setRights(_ flaw: Flaw, _ mode: UInt32) throws(StorageError) {
    try spool.system { () throws(SystemError) in
      let path = spool.root + "/" + flaw.path
      let status = try FileSystem.linkStatus(of: path)
      guard status.kind == .regular || status.kind == .directory else { return }
      try FileSystem.setPermissions(path, mode | status.mode & 0o6000)
    }
    note(.mended, flaw, "its mode is 0\(String(mode, radix: 8)) now")
  }

  private func dropKey(_ flaw: Flaw, _ place: KeyPlace) throws(StorageError) {
    let isDropped = try spool.locked([place.shard]) { () throws(StorageError) in
      try spool.finishReplacing(at: place, request.now)
      guard let file = try spool.keyFile(place) else { return false }
      switch file.kind {
      case .unique: guard try !spool.isHeld(file) else { return false }
      case .idempotency:
        guard !file.isJobRemoved, try spool.locate(file.id) == nil else { return false }
      }
      try spool.system { () throws(SystemError) in try spool.tree.remove(place.path) }
      return true
    }
    if isDropped { note(.mended, flaw, "removed") }
  }

  private func makeKey(_ flaw: Flaw, _ file: KeyFile) throws(StorageError) {
    let isMade = try spool.locked([file.place.shard]) { () throws(StorageError) in
      guard try spool.isHeld(file) else { return false }
      if let other = try? spool.keyFile(file.place), try spool.isHeld(other) { return false }
      try spool.writeKeys([file])
      return true
    }
    if isMade { note(.mended, flaw, "the key is noted now") }
  }

  private func discard(_ flaw: Flaw) throws(StorageError) {
    var outcome: Result<String?, StorageError> = .success(nil)
    _ = try spool.system { () throws(SystemError) in
      try spool.tree.withLock(StagedFolders.owner(flaw.path), patience: 0) {
        do throws(StorageError) {
          outcome = .success(try spool.quarantine(flaw.path, at: request.now))
        } catch { outcome = .failure(error) }
      }
    }
    if let place = try outcome.get() { note(.quarantined, flaw, "moved to \(place)") }
  }

  /// What ties jobs to others is looked at once more by those who mend it as a part of their work.
  private func mendTie(_ flaw: Flaw) throws(StorageError) {
    switch flaw.cure {
    case .dropEntry(let entry, let parent):
      guard try spool.locate(entry.child) == nil else { return }
      _ = try spool.ifThere { () throws(SystemError) in try spool.tree.remove(flaw.path) }
      spool.removeIfEmpty(DependantEntry.folder(of: parent))
      note(.mended, flaw, "removed")
    case .tellRemoval(let parent):
      guard try spool.stands(of: [parent])[parent] == .removed else { return }
      try spool.willEnd(parent, isRemoval: true)
      try spool.didEnd(parent, .removed)
      try spool.tellDependants(at: request.now)
      note(.mended, flaw, "told that it was removed")
    case .release(let place):
      guard let stored = try spool.read(place), try spool.waitsFor(stored).isEmpty else { return }
      try spool.unblock(stored, at: request.now)
      note(.mended, flaw, "it waits no more")
    case .settleBatch(let id):
      try spool.sweepBatch(id, at: request.now)
      try spool.tellDependants(at: request.now)
      note(.mended, flaw, "told")
    default: return
    }
  }

  // MARK: - Noting

  private func leave(_ flaw: Flaw, _ message: String, _ remedy: String?) {
    repairs.append(Repair(.left, flaw.check, message, remedy: remedy))
  }

  private func note(_ deed: Repair.Deed, _ flaw: Flaw, _ done: String) {
    let repair = Repair(deed, flaw.check, flaw.message + "; " + done)
    repairs.append(repair)
    guard !request.isDryRun else { return }
    var record = LogRecord(.repaired, at: request.now)
    record.error = repair.message
    record.actor = request.actor
    record.reason = request.reason
    spool.unlogged.append(record)
  }
}

extension Spool {
  /// The place that a path of a job's file means.
  func place(of path: String) -> JobPlace? {
    let split = SplitPath(path)
    let parts = split.folder.split(separator: "/").map(String.init)
    let start = parts.first == BulkParts.root ? 2 : 0
    guard parts.count > start + 3, parts[start] == Shelf.root,
      let queue = try? QueueName(parts[start + 1]),
      let state = JobState(rawValue: parts[start + 2]),
      let name = JobName(split.name)
    else { return nil }
    return JobPlace(queue: queue, state: state, folder: split.folder, name: name)
  }
}
