import Jobs
import PosixIO
import Storage

/// What ties jobs to others: who waits for whom, and who belongs to which batch.
extension Survey {
  /// For so long a job may be about to be made whose entries are there first.
  private static let entryGrace = TimeSpan.hours(1)

  private func isOld(_ id: JobID) -> Bool {
    id.instant < Instant(milliseconds: wall) - Self.entryGrace
  }

  // MARK: - Jobs that wait

  /// Looks at who waits for whom.
  func lookAtDependants() throws(StorageError) {
    var parents: [JobID] = []
    for name in try spool.look(in: DependantEntry.root).sorted() {
      let path = DependantEntry.root + "/" + name
      guard let id = try? JobID(name), id.description == name else {
        note(.warning, "names", path, "no job has such a name", .quarantine)
        continue
      }
      if isFolder(path) { parents.append(id) }
    }
    guard !parents.isEmpty else { return }
    let stands = try spool.stands(of: parents)
    for parent in parents { try lookAtEntries(of: parent, isGone: stands[parent] == .removed) }
  }

  private func lookAtEntries(of parent: JobID, isGone: Bool) throws(StorageError) {
    let folder = DependantEntry.folder(of: parent)
    var entries: [DependantEntry] = []
    for name in try spool.look(in: folder).sorted() {
      if let entry = DependantEntry(name) {
        entries.append(entry)
      } else {
        note(.warning, "names", folder + "/" + name, "no entry has such a name", .quarantine)
      }
    }
    let places = try spool.locate(Set(entries.map(\.child)))
    var waiting = 0
    for entry in entries {
      guard let place = places[entry.child] else {
        guard isOld(entry.child) else { continue }
        note(
          .note, "dependencies", entry.path(for: parent), "its job is not there",
          .dropEntry(entry, of: parent))
        continue
      }
      if place.state == .blocked, !entry.isDone { waiting += 1 }
    }
    guard isGone, waiting > 0 else { return }
    note(
      .warning, "dependencies", folder,
      "\(waiting) \(waiting == 1 ? "job waits" : "jobs wait") for one that is not there",
      .tellRemoval(of: parent))
  }

  /// A job in `blocked` that nobody will ever tell; one that was told, by somebody who died over it, is
  /// found by those who tidy.
  func lookAtWaiting(_ stored: StoredJob) throws(StorageError) {
    guard stored.job.state == .blocked, try spool.waitsFor(stored).isEmpty,
      try spool.isStill(at: stored.place)
    else { return }
    let done = DependantEntry(
      child: stored.job.id, rule: stored.job.onParentFailure ?? .hold, isDone: true)
    let isTold = stored.after.contains { (try? spool.tree.status(of: done.path(for: $0))) != nil }
    note(
      isTold ? .note : .warning, "dependencies", stored.place.path, "it waits, but for nothing",
      .release(stored.place))
  }

  // MARK: - Batches

  /// Looks at batches and what they count.
  func lookAtBatches() throws(StorageError) {
    for name in try spool.look(in: BatchFolder.root).sorted() {
      let path = BatchFolder.root + "/" + name
      guard let id = try? JobID(name), id.description == name else {
        note(.warning, "names", path, "no batch has such a name", .quarantine)
        continue
      }
      if isFolder(path) { try lookAtBatch(BatchFolder(path: path, id: id)) }
    }
  }

  private func lookAtBatch(_ folder: BatchFolder) throws(StorageError) {
    guard let status = try? spool.tree.status(of: folder.info) else {
      guard let own = try? spool.tree.status(of: folder.path), !isYoung(own) else { return }
      return note(
        .note, "batches", folder.path, "left of one that was removed, or not taken in whole",
        .quarantine)
    }
    guard status.kind == .regular, let batch = try spool.batch(folder.id) else {
      return note(
        .error, "batches", folder.path,
        "what it says of itself makes no sense, so nobody can see it", .quarantine)
    }
    try lookAtPending(of: batch, folder)
  }

  private func lookAtPending(
    of batch: BatchSummary, _ folder: BatchFolder
  ) throws(StorageError) {
    let names = try spool.look(in: folder.pending)
    let jobs = names.compactMap { try? JobID($0) }
    if jobs.count < names.count {
      note(
        .note, "batches", folder.path,
        "\(names.count - jobs.count) of its unfinished jobs were not taken in yet",
        .none(remedy: "run the import again that brought it"))
    }
    let places = try spool.locate(Set(jobs))
    let missing = jobs.filter { places[$0] == nil && isOld($0) }.count
    if missing > 0 {
      note(
        .warning, "batches", folder.path,
        "\(missing) of its unfinished jobs \(missing == 1 ? "is" : "are") not there",
        .settleBatch(folder.id))
    } else if jobs.contains(where: { places[$0]?.state.isTerminal ?? false })
      || names.isEmpty && batch.finishedAt == nil
    {
      note(
        .note, "batches", folder.path, "jobs of it have ended, of which it has not heard",
        .settleBatch(folder.id))
    }
  }
}
