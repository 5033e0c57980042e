import Jobs
import Storage

// Whatever ends a job or removes it notes its id in `ended`; at the end of the call, and in a claim
// before anything is taken, those that wait are told, in the order that `StorageEngine` gives.

extension MemoryState {
  /// How a job stands for those that wait for it.
  func stand(of parent: JobID) -> ParentStand {
    jobs[parent].map { ParentStand($0.job.state) } ?? batches[parent]?.stand ?? .removed
  }

  /// Those of its parents that a new job must wait for.
  func pending(of new: NewJob) throws(StorageError) -> [JobID] {
    for parent in new.after where stand(of: parent) == .removed { throw .unknownParent(parent) }
    return new.after.filter {
      let stand = gaveWay.contains($0) ? .live : stand(of: $0)
      return stand.effect(by: new.onParentFailure, parent: $0) != .released
    }
  }

  /// Lets a job wait; one whose parents have ended already hears of it at once.
  mutating func wait(_ id: JobID, for parents: [JobID]) {
    jobs[id]?.waitsFor = parents
    for parent in parents {
      dependants[parent, default: []].insert(id)
      let stand = stand(of: parent)
      if stand != .live, stand != .removed { ended.insert(parent) }
    }
  }

  /// A job that ended, or may run, waits for none any more.
  mutating func stopWaiting(_ id: JobID) {
    for parent in jobs[id]?.waitsFor ?? [] { forget(id, of: parent) }
    jobs[id]?.waitsFor = []
  }

  private mutating func forget(_ id: JobID, of parent: JobID) {
    dependants[parent]?.remove(id)
    if dependants[parent]?.isEmpty == true { dependants[parent] = nil }
  }

  /// Tells those that wait what became of the jobs that ended.
  mutating func tellDependants(at now: Instant) {
    while true {
      if ended.isEmpty { endBatches(at: now) }
      guard let parent = ended.min() else { break }
      ended.remove(parent)
      let stand = stand(of: parent)
      for child in (dependants[parent] ?? []).sorted() { tell(child, of: parent, stand, at: now) }
    }
  }

  private mutating func tell(
    _ child: JobID, of parent: JobID, _ stand: ParentStand, at now: Instant
  ) {
    guard let before = jobs[child]?.job, before.state == .blocked else { return }
    let event: JobEvent
    switch stand.effect(by: before.onParentFailure ?? .hold, parent: parent) {
    case .none: return
    case .released:
      forget(child, of: parent)
      jobs[child]?.waitsFor.removeAll { $0 == parent }
      guard jobs[child]?.waitsFor.isEmpty == true else { return }
      event = .unblock
    case .abandoned(let reason): event = .abandon(reason: reason)
    }
    guard let job = change(child, by: event, at: now) else { return }
    log.append(.afterParents(job, jobs[child]?.tags ?? [], at: now))
  }
}

// MARK: - Batches

extension MemoryState {
  /// Counts a change of a job in its batch.
  mutating func countBatch(of job: Job, from old: JobState, to new: JobState?) {
    guard let id = job.batch, batches[id] != nil, old != new else { return }
    batches[id]?.count(from: old, to: new)
    touchedBatches.insert(id)
  }

  /// Notes the batches that have no unfinished job left, or one again.
  private mutating func endBatches(at now: Instant) {
    for id in touchedBatches.sorted() {
      guard let batch = batches[id] else { continue }
      if batch.unfinished > 0 {
        batches[id]?.finishedAt = nil
      } else {
        batches[id]?.finishedAt = batch.finishedAt ?? now
        ended.insert(id)
      }
    }
    touchedBatches.removeAll()
  }

  /// Removes batches that ended long ago.
  mutating func expireBatches(at now: Instant, _ take: () -> Bool) -> Int {
    let over = batches.values
      .compactMap { batch in batch.finishedAt.map { ($0, batch.id) } }
      .filter { $0.0 <= now - BatchSummary.retention }
      .sorted { $0 < $1 }
    var count = 0
    for (_, id) in over where take() {
      batches[id] = nil
      ended.insert(id)
      count += 1
    }
    return count
  }
}
