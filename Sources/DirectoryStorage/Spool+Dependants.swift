import Jobs
import PosixIO
import Storage

// Jobs that wait for others.
//
// **Who waits** is an entry in the folder of each parent (DependantEntry), and the job itself lies in
// `blocked`. It may run once no parent has an entry of it that is not done.
//
// **Accepting one that waits**: 1. its parents are looked for, and those that it need not wait for left
// out; 2. its entries are made durable; 3. it gets its name in `blocked`, durably; 4. its parents are
// looked at again. **Ending a parent**: a. where it has a folder of entries, a note of its end is made
// durable; b. the parent moves, by its one rename; c. the entries are read, and those that wait told.
// Either c reads the entry, or it was made after b, and then 4 finds the parent at its end: so one of the
// two tells the job, and if both do, the second finds it moved on.
//
// **Telling** a job that it need not wait for one parent: its entry gets its name as done; if no other
// parent has one that is not, the job is moved to `ready` or `scheduled`, by one rename as if it became
// due, and once that is durable its entries go. Of two parents that end at once, each marks its own entry
// before it looks at the other's, so at least one sees that both are done. Nobody is told of an end that a
// power cut could take back: the parent's move is synced first, and the marks before the note goes.
//
// **Whoever dies**: between a and the end of c leaves the note, by which the next claim or tidying goes on;
// a note whose parent lives means nothing and stays until the parent ends. Between 2 and 3 leaves entries
// of a job that never came to be: they hold up nobody, and go when they are old. Between 3 and 4, while the
// parent was ended by somebody who saw no folder in a, no note and an entry that nobody reads: therefore
// tidying looks through all folders now and then (`sweepDependants`). Parents that an older qctl ended,
// which knows nothing of all this, are found by that too (Spool+Ends).
//
// A step looks at no more than `ParentStep.largest` entries; a note stays until all were looked at.

/// What the calls of a process have to tell those who wait.
struct DependantWork {
  /// Jobs that ended or went, and how.
  private var ends = EndedParents()
  private var stands: [JobID: ParentStand] = [:]
  /// Whether no power cut takes any of these ends back: nobody may hear of one before.
  var areDurable = true
  /// Jobs that wait no more, whose entries go once that is durable.
  var freed: [StoredJob] = []
  /// Whether a note that somebody leaves is heard of.
  var notesAreHeard = false
  /// Notes that led nowhere when they were looked at last, and when that was.
  var passed: [String: Instant] = [:]
  /// When all folders were looked through last.
  var swept: Instant?

  /// Notes that a job ended or went.
  mutating func noteEnd(_ parent: JobID, _ stand: ParentStand) {
    ends.insert(parent)
    stands[parent] = stand
    areDurable = false
  }

  /// Takes the one whose turn it is.
  mutating func takeEnd() -> (parent: JobID, stand: ParentStand)? {
    guard let parent = ends.removeFirst() else { return nil }
    return (parent, stands.removeValue(forKey: parent) ?? .live)
  }

  var hasEnds: Bool { !ends.isEmpty }
}

// MARK: - Ends

extension Spool {
  /// Says that a job is about to end or to be removed; before it moves.
  ///
  /// - Returns: whether others wait for it.
  @discardableResult
  func willEnd(_ id: JobID, isRemoval: Bool) throws(StorageError) -> Bool {
    guard try hasEntries(id) else { return false }
    try ensureFolder(DependantEntry.ends)
    let note = DependantEntry.note(of: id, isRemoval: isRemoval)
    try system { () throws(SystemError) in
      do throws(SystemError) { try tree.create(note, [], sync: true) } catch {
        guard error.code == .exists else { throw error }
      }
      try tree.syncFolder(DependantEntry.ends)
    }
    return true
  }

  /// Says that a job has ended or was removed, once its name says so.
  ///
  /// - Returns: whether others wait for it.
  @discardableResult
  func didEnd(_ id: JobID, _ stand: ParentStand) throws(StorageError) -> Bool {
    guard try hasEntries(id) else { return false }
    dependants.noteEnd(id, stand)
    return true
  }

  private func hasEntries(_ id: JobID) throws(StorageError) -> Bool {
    let folder = DependantEntry.folder(of: id)
    return try ifThere { () throws(SystemError) in try tree.status(of: folder) } != nil
  }
}

// MARK: - Beginning to wait

extension Spool {
  /// How jobs stand for those that wait for them.
  func stands(of parents: [JobID]) throws(StorageError) -> [JobID: ParentStand] {
    let places = try locate(Set(parents))
    var stands: [JobID: ParentStand] = [:]
    for parent in parents {
      if let place = places[parent] {
        stands[parent] = ParentStand(place.state)
      } else {
        stands[parent] = try batch(parent)?.stand ?? .removed
      }
    }
    return stands
  }

  /// Those of its parents that a new job must wait for.
  func pending(of new: NewJob) throws(StorageError) -> [JobID] {
    guard !new.after.isEmpty else { return [] }
    let stands = try stands(of: new.after)
    for parent in new.after where stands[parent] == .removed { throw .unknownParent(parent) }
    return new.after.filter {
      stands[$0]?.effect(by: new.onParentFailure, parent: $0) != .released
    }
  }

  /// Makes the entries of a job that is about to wait.
  ///
  /// - Parameter sync: whether they are made durable one by one.
  func addEntries(
    of job: JobID, _ rule: ParentFailure, for parents: [JobID], at path: String, sync: Bool
  ) throws(StorageError) {
    let entry = DependantEntry(child: job, rule: rule)
    for parent in parents {
      var tries = 0
      while true {
        try ensureFolder(DependantEntry.folder(of: parent))
        do throws(SystemError) {
          try tree.create(entry.path(for: parent), Array(path.utf8), sync: sync)
          break
        } catch {
          if error.code == .exists { break }
          // Whoever found the folder empty has removed it at this moment.
          tries += 1
          guard error.code == .noSuchFile, tries < Self.mostTries else { throw translate(error) }
          unsettle(DependantEntry.folder(of: parent))
        }
      }
      guard sync else { continue }
      try system { () throws(SystemError) in
        try tree.syncFolder(DependantEntry.folder(of: parent))
      }
    }
  }

  /// Looks again at the parents of a job that waits since just now.
  func lookAgain(at parents: [JobID]) throws(StorageError) {
    guard !parents.isEmpty else { return }
    let stands = try stands(of: parents)
    for parent in parents {
      // One that is not there was removed just now, and whoever did that has left a note.
      guard let stand = stands[parent], stand != .live, stand != .removed else { continue }
      dependants.noteEnd(parent, stand)
    }
  }

  /// The parents that a job in `blocked` waits for still.
  func waitsFor(_ stored: StoredJob) throws(StorageError) -> [JobID] {
    guard stored.job.state == .blocked else { return [] }
    let entry = DependantEntry(
      child: stored.job.id, rule: stored.job.onParentFailure ?? .hold)
    var found: [JobID] = []
    for parent in stored.after {
      let path = entry.path(for: parent)
      let isThere = try ifThere { () throws(SystemError) in try tree.status(of: path) } != nil
      if isThere { found.append(parent) }
    }
    return found
  }
}

// MARK: - Telling

extension Spool {
  /// Tells those that wait what became of the jobs that ended in this call, as far as one step goes; in
  /// the order of `StorageEngine`.
  func tellDependants(at now: Instant) throws(StorageError) {
    var left = ParentStep.largest
    while true {
      if !dependants.hasEnds { try endBatches(at: now) }
      if !dependants.areDurable { try syncMoves() }
      dependants.areDurable = true
      guard let (parent, stand) = dependants.takeEnd() else { break }
      guard left > 0 else {
        // The note is there; whoever claims goes on.
        hasNews = true
        continue
      }
      try tellDependants(of: parent, stand, at: now, &left)
    }
    try dropEntries()
  }

  /// Tells some of those that wait for a job.
  ///
  /// - Returns: whether nobody else needs to be told.
  @discardableResult
  func tellDependants(
    of parent: JobID, _ stand: ParentStand, at now: Instant, _ left: inout Int
  ) throws(StorageError) -> Bool {
    guard stand != .live else { return false }
    let folder = DependantEntry.folder(of: parent)
    let all = try names(in: folder).sorted()
      .compactMap { DependantEntry($0) }
    let entries = all.filter { effect(of: stand, parent, on: $0) != .none }
    let step = entries.prefix(left)
    left -= max(step.count, 1)
    let places = try self.places(of: step, for: parent)
    var isWhole = step.count == entries.count
    for entry in step {
      guard let place = places[entry.child] else {
        if try !isForgotten(entry, parent, at: now) { isWhole = false }
        continue
      }
      try tell(entry, place, of: parent, stand, at: now)
    }
    guard isWhole else {
      hasNews = hasNews || step.count < entries.count
      return false
    }
    try dropEntries()
    // Without the note nobody would look at an entry again whose mark was lost.
    if !step.isEmpty { _ = try ifThere { () throws(SystemError) in try tree.syncFolder(folder) } }
    for isRemoval in [false, true] {
      _ = try? tree.remove(DependantEntry.note(of: parent, isRemoval: isRemoval))
    }
    removeIfEmpty(folder)
    return true
  }

  /// What the end of a parent means for an entry; nothing takes back that one is done.
  private func effect(
    of stand: ParentStand, _ parent: JobID, on entry: DependantEntry
  ) -> ParentEffect {
    entry.isDone ? .released : stand.effect(by: entry.rule, parent: parent)
  }

  /// Where jobs that wait are: mostly where they were when they began to.
  private func places(
    of entries: ArraySlice<DependantEntry>, for parent: JobID
  ) throws(StorageError) -> [JobID: JobPlace] {
    var found: [JobID: JobPlace] = [:]
    var missing: Set<JobID> = []
    for entry in entries {
      if let hint = try hint(entry, parent), try isStill(at: hint) {
        found[entry.child] = hint
      } else {
        missing.insert(entry.child)
      }
    }
    if !missing.isEmpty { found.merge(try locate(missing)) { $1 } }
    return found
  }

  private func hint(
    _ entry: DependantEntry, _ parent: JobID
  ) throws(StorageError) -> JobPlace? {
    let piece = try ifThere { () throws(SystemError) in
      try tree.read(entry.path(for: parent), at: 0, count: 1024)
    }
    guard let piece, let path = String(validating: piece.bytes, as: UTF8.self) else { return nil }
    let split = SplitPath(path)
    let words = split.folder.split(separator: "/")
    guard words.count == 4, words[0] == Shelf.root, words[2] == JobState.blocked.rawValue,
      let queue = try? QueueName(String(words[1])), let name = JobName(split.name),
      name.id == entry.child
    else { return nil }
    return JobPlace(queue: queue, state: .blocked, folder: split.folder, name: name)
  }

  /// Whether an entry is one of a job that never came to be; such a one goes.
  func isForgotten(
    _ entry: DependantEntry, _ parent: JobID, at now: Instant
  ) throws(StorageError) -> Bool {
    guard entry.child.instant < now - Self.entryGrace else { return false }
    _ = try ifThere { () throws(SystemError) in try tree.remove(entry.path(for: parent)) }
    return true
  }

  /// For so long a job may be about to be made whose entries are there first.
  private static let entryGrace = TimeSpan.hours(1)

  private func tell(
    _ entry: DependantEntry, _ place: JobPlace, of parent: JobID, _ stand: ParentStand,
    at now: Instant
  ) throws(StorageError) {
    guard let before = try read(place) else { return }
    guard before.job.state == .blocked, before.after.contains(parent) else {
      _ = try ifThere { () throws(SystemError) in try tree.remove(entry.path(for: parent)) }
      return
    }
    switch effect(of: stand, parent, on: entry) {
    case .none: return
    case .released:
      try markDone(entry, parent)
      guard try waitsFor(before).isEmpty else { return }
      try unblock(before, at: now)
    case .abandoned(let reason): try abandon(before, reason, at: now)
    }
  }

  private func markDone(_ entry: DependantEntry, _ parent: JobID) throws(StorageError) {
    guard !entry.isDone else { return }
    var done = entry
    done.isDone = true
    _ = try ifThere { [done] () throws(SystemError) in
      try tree.rename(entry.path(for: parent), to: done.path(for: parent), replaces: true)
    }
  }

  /// Moves a job on that waits for none any more; since when it can wait for a worker, its history says.
  func unblock(_ found: StoredJob, at now: Instant) throws(StorageError) {
    var before = found
    if found.isYielding {
      try settleYielding(found, at: now)
      guard let place = try locate(found.job.id), let next = try read(place) else { return }
      before = next
    }
    var job = before.job
    do { try job.apply(.unblock, at: now) } catch { return }
    let change = JobChange(before: before, after: job)
    let stored =
      job.comesBackWithoutKey(since: before.job)
      ? try changeTakingKey(change, at: now) : try self.change(change, at: now)
    guard let stored else { return }
    hasNews = true
    unlogged.append(.afterParents(stored.job, stored.tags, at: now))
  }

  private func abandon(
    _ before: StoredJob, _ reason: String, at now: Instant
  ) throws(StorageError) {
    var job = before.job
    do { try job.apply(.abandon(reason: reason), at: now) } catch { return }
    guard let stored = try change(JobChange(before: before, after: job), at: now) else { return }
    ended(before.job, stored)
    unlogged.append(.afterParents(stored.job, stored.tags, at: now))
  }

  /// Removes the entries of jobs that wait no more, once that is durable.
  func dropEntries() throws(StorageError) {
    guard !dependants.freed.isEmpty else { return }
    let jobs = dependants.freed
    dependants.freed.removeAll()
    try syncMoves()
    for job in jobs {
      var entry = DependantEntry(child: job.job.id, rule: job.job.onParentFailure ?? .hold)
      for parent in job.after {
        for isDone in [false, true] {
          entry.isDone = isDone
          _ = try? tree.remove(entry.path(for: parent))
        }
        if job.after.count < 2 || parent != job.after.last {
          removeIfEmpty(DependantEntry.folder(of: parent))
        }
      }
    }
  }
}
