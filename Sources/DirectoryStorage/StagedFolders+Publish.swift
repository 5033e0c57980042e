import Jobs
import PosixIO
import Storage

extension StagedFolders {
  /// Where the bulk is once it is accepted.
  private var published: String {
    BulkParts.root + "/" + SplitPath(path).name.dropFirst(Self.prefix.count)
  }

  /// Accepts all jobs; durable when it returns.
  ///
  /// Nobody sees any of them before. What it throws leaves everything to `discard`, but `outcomeUnknown`.
  func publish(_ spool: Spool) throws(BulkError) {
    guard result.created > 0 else { return }
    var outcome: Result<Void, BulkError> = .success(())
    do throws(StorageError) {
      for key in Array(parts.keys) { try close(key, spool) }
      if !waiting.isEmpty { try lookForRoom(spool) }
      // From here on others may see their numbers.
      if !waiting.isEmpty { hasShownIDs = true }
      for job in waiting {
        try spool.addEntries(of: job.id, job.rule, for: job.waitsFor, at: "", sync: false)
      }
      try spool.system { () throws(SystemError) in try spool.tree.syncAll() }
      try spool.locked(Array(shards)) {
        do throws(BulkError) { try accept(spool) } catch { outcome = .failure(error) }
      }
    } catch { throw .storage(error) }
    try outcome.get()
  }

  /// Under the locks of all shards in which there are keys.
  private func accept(_ spool: Spool) throws(BulkError) {
    let taken = try takenKeys(spool)
    do throws(StorageError) {
      if !taken.isEmpty { try leaveOut(taken, spool) }
      guard result.created > 0 else { return }
      try spool.withRoom(for: try added(spool), sheets) { () throws(StorageError) in
        try putAside(spool)
        try writeBatch(spool)
        try moveKeys(spool)
        try spool.ensureFolder(BulkParts.root)
        hasShownIDs = true
        try spool.system { () throws(SystemError) in
          try spool.tree.rename(path, to: published, replaces: false)
        }
      }
      do throws(SystemError) { try spool.tree.syncFolder(BulkParts.root) } catch {
        yielding.removeAll()
        throw StorageError.outcomeUnknown(path: spool.root, detail: error.code.reason)
      }
      let replaced = yielding
      yielding.removeAll()
      // All are accepted, whatever happens now; what can't be done is done by others.
      for (job, id) in replaced { try? spool.end(job, replacedBy: id, at: now) }
    } catch {
      for (job, _) in yielding { spool.takeBack(job, after: error, at: now) }
      throw .storage(error)
    }
  }

  /// Puts those aside that give way; see Spool+Replace, of which this is step 2, for all at once.
  private func putAside(_ spool: Spool) throws(StorageError) {
    // In the order of the bulk's lines, not in that of the keys' files.
    for (found, new, id) in replaced.sorted(by: { $0.to < $1.to }) {
      guard let job = try spool.putAside(found, for: new, at: now) else { continue }
      yielding.append((job, id))
      try note(job, gives: new.uniqueKey ?? "", spool)
    }
    replaced.removeAll()
  }

  /// Has the staged file of a key say who gives it up.
  private func note(_ job: YieldingJob, gives key: String, _ spool: Spool) throws(StorageError) {
    let staged = path + "/" + KeyPlace(.unique, key, of: job.before.job.queue).path
    guard var file = try spool.keyFile(at: staged) else { return }
    file.replaces = job.aside.place.path
    try spool.system { [file] () throws(SystemError) in
      try spool.tree.remove(staged)
      try spool.tree.create(staged, file.bytes, sync: true)
    }
  }

  /// Refuses what there is no room for before any number is used up; looked at again when it is accepted.
  private func lookForRoom(_ spool: Spool) throws(StorageError) {
    guard sheets.values.contains(where: { $0.maxDepth != nil }) else { return }
    try spool.locked(Array(shards)) { () throws(StorageError) in
      // What is wrong with keys, or left out for them, is told later.
      guard let taken = try? takenKeys(spool), taken.isEmpty else { return }
      try spool.withRoom(for: try added(spool), sheets) {}
    }
    replaced.removeAll()
  }

  /// How many jobs each queue gets; nothing where any number may wait.
  private func added(_ spool: Spool) throws(StorageError) -> [QueueName: Int64] {
    guard sheets.values.contains(where: { $0.maxDepth != nil }) else { return [:] }
    var added: [QueueName: Int64] = [:]
    for part in try spool.bulkParts(of: path).parts {
      let jobs = try spool.jobs(in: path + "/" + part.path, of: part.queue, part.state)
      added[part.queue, default: 0] += Int64(jobs.count)
    }
    // Those that wait make room for those that take their place.
    for (found, new, _) in replaced where !found.job.state.isTerminal {
      added[new.queue, default: 0] -= 1
    }
    return added
  }

  /// Writes down the batch, whose size is known by now.
  private func writeBatch(_ spool: Spool) throws(StorageError) {
    guard let batch, let folder = batchFolder else { return }
    let summary = BatchSummary(
      id: folder.id, name: batch.name, createdAt: now, total: Int64(result.created),
      follower: result.batch?.follower)
    try spool.system { () throws(SystemError) in
      try spool.tree.create(folder.info, BatchFolder.info(summary), sync: true)
      try spool.tree.syncFolder(folder.path)
    }
  }

  /// The jobs of which a key was taken by others since they were staged.
  private func takenKeys(_ spool: Spool) throws(BulkError) -> Set<JobID> {
    var taken: Set<JobID> = []
    var conflict: (id: JobID, error: StorageError)?
    do throws(StorageError) {
      try forEachKey(spool) { (file: KeyFile) throws(StorageError) in
        try spool.finishReplacing(at: file.place, now)
        switch try judge(file, spool) {
        case .free: break
        case .taken: taken.insert(file.id)
        case .replaces(let holder, let new): replaced.append((holder, new, file.id))
        case .conflict(let found):
          guard file.id < conflict?.id ?? file.id || conflict == nil else { return }
          conflict = (file.id, .keyConflict(found))
        }
      }
      replaced.removeAll { taken.contains($0.to) }
    } catch { throw .storage(error) }
    if let conflict { throw .job(index: places.index(of: conflict.id), conflict.error) }
    return taken
  }

  /// What stands of a key that a staged job wants.
  private enum Judgement {
    case free, taken
    case conflict(KeyConflict)
    case replaces(StoredJob, NewJob)
  }

  private func judge(_ file: KeyFile, _ spool: Spool) throws(StorageError) -> Judgement {
    guard file.kind == .unique else {
      guard let other = try spool.keyFile(file.place), try spool.isKnown(other, at: now) else {
        return .free
      }
      guard other.digest != file.digest else { return .taken }
      return .conflict(
        KeyConflict(kind: .idempotency, key: file.key, queue: file.queue, holder: other.id))
    }
    var new = NewJob(queue: file.queue)
    new.uniqueKey = file.key
    new.onConflict = file.onConflict ?? .ignore
    do throws(StorageError) {
      guard let holder = try spool.holder(inTheWayOf: new) else { return .free }
      let isReplaced = new.onConflict.resolution(against: holder.job) == .replace
      return isReplaced ? .replaces(holder, new) : .taken
    } catch {
      guard case .keyConflict(let conflict) = error else { throw error }
      return .conflict(conflict)
    }
  }

  /// Takes jobs out that exist already by one of their keys, and makes that durable, for else a power
  /// cut could bring them back as second holders.
  private func leaveOut(_ taken: Set<JobID>, _ spool: Spool) throws(StorageError) {
    for part in try spool.bulkParts(of: path).parts {
      let folder = path + "/" + part.path
      for place in try spool.jobs(in: folder, of: part.queue, part.state)
      where taken.contains(place.name.id) {
        try spool.system { () throws(SystemError) in try spool.tree.remove(place.path) }
        result.created -= 1
        result.existing += 1
        leftOut.append(place.name.id)
        if let folder = batchFolder {
          _ = try? spool.tree.remove(folder.entry(place.name.id, .ready))
        }
      }
    }
    try forEachKey(spool) { (file: KeyFile) throws(StorageError) in
      guard taken.contains(file.id) else { return }
      try spool.system { () throws(SystemError) in
        try spool.tree.remove(path + "/" + file.place.path)
      }
    }
    try spool.system { () throws(SystemError) in try spool.tree.syncAll() }
  }

  /// Puts the keys where they count, durably; until the jobs are accepted, they name nothing.
  private func moveKeys(_ spool: Spool) throws(StorageError) {
    hasShownIDs = hasShownIDs || !shards.isEmpty
    try forEachKey(spool) { (file: KeyFile) throws(StorageError) in
      try spool.system { () throws(SystemError) in
        try spool.tree.rename(
          path + "/" + file.place.path, to: file.place.path, replaces: true)
      }
      spool.keyExpiry.note(file.expiresAt)
    }
    for shard in shards.sorted() {
      try spool.system { () throws(SystemError) in
        try spool.tree.syncFolder(KeyPlace.folder(shard))
      }
      _ = try? spool.tree.removeFolder(path + "/" + KeyPlace.folder(shard))
    }
    _ = try? spool.tree.removeFolder(path + "/" + KeyPlace.root)
  }

  private func forEachKey(
    _ spool: Spool, _ body: (KeyFile) throws(StorageError) -> Void
  ) throws(StorageError) {
    for shard in shards.sorted() {
      let folder = path + "/" + KeyPlace.folder(shard)
      for name in try spool.names(in: folder).sorted() {
        if let file = try spool.keyFile(at: folder + "/" + name) { try body(file) }
      }
    }
  }

  /// Removes what was staged, as if it had never been.
  func discard(_ spool: Spool) {
    spool.removeTree(path)
    if !hasShownIDs { ids.giveBackAll(spool) }
  }
}
