import Jobs
import PosixIO
import Storage

extension Spool {
  /// How often a job that moves under our hands is looked for again.
  private static let mostRounds = 10

  /// Changes a batch, item by item in its order.
  func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    let places = try locate(Set(request.items.map(\.id)))
    var emptied = Set<String>()
    var outcomes: [ItemOutcome] = []
    for item in request.items {
      outcomes.append(try apply(request, to: item, places[item.id], &emptied))
    }
    guard !emptied.isEmpty else { return outcomes }
    // What was removed must stay so before its folder goes, too.
    try syncMoves()
    for folder in emptied { removeIfEmpty(folder) }
    return outcomes
  }

  private func apply(
    _ request: ApplyRequest, to item: PlanItem, _ hint: JobPlace?, _ emptied: inout Set<String>
  ) throws(StorageError) -> ItemOutcome {
    var place = hint
    for _ in 0..<Self.mostRounds {
      // An item may stand twice in a batch, so the place may be an old one.
      if let known = place, try !isStill(at: known) { place = try locate(item.id) }
      guard let found = place else { return .missing }
      guard let stored = try read(found) else {
        if try isStill(at: found) { return .missing }
        continue
      }
      guard item.isStill(stored.job) else { return request.verb.outcome(of: stored.job) }
      if let outcome = try apply(request, to: stored, at: request.time(for: item), &emptied) {
        return outcome
      }
      place = try locate(item.id)
    }
    throw .busy(path: root, detail: "job \(item.id) moves again and again")
  }

  /// Changes one job; `nil` where it moved meanwhile.
  private func apply(
    _ request: ApplyRequest, to stored: StoredJob, at time: Instant,
    _ emptied: inout Set<String>
  ) throws(StorageError) -> ItemOutcome? {
    switch request.verb {
    case .retry, .replay: try bringBack(stored, at: time, request)
    case .cancel: try cancel(stored, request)
    case .purge: try purge(stored, request, &emptied)
    case .move, .edit: .refused(InvalidValue(.payload, "cannot be changed here yet"))
    }
  }
}

// MARK: - Retry and replay

extension Spool {
  private func bringBack(
    _ before: StoredJob, at time: Instant, _ request: ApplyRequest
  ) throws(StorageError) -> ItemOutcome? {
    var job = before.job
    do { try job.apply(.retry(at: time), at: request.now) } catch {
      return .changedMeanwhile(before.job.state)
    }
    guard before.job.state.isTerminal, let key = job.uniqueKey else {
      return try bringBack(before, job, request) ? .done : nil
    }
    job.holdsUniqueKey = true
    var isDone = false
    let holder = try withUniqueKey(key, of: job.queue, for: job.id) { () throws(StorageError) in
      isDone = try bringBack(before, job, request)
      // Before anybody is told that the key is taken.
      try syncMoves()
    }
    if let holder {
      return .conflict(KeyConflict(kind: .unique, key: key, queue: job.queue, holder: holder))
    }
    return isDone ? .done : nil
  }

  private func bringBack(
    _ before: StoredJob, _ after: Job, _ request: ApplyRequest
  ) throws(StorageError) -> Bool {
    guard
      let stored = try change(JobChange(before: before, after: after), at: request.now)
    else { return false }
    hasNews = hasNews || after.state.waitsForTime
    tell(before.job.state.isTerminal ? .replayed : .retried, stored, request)
    return true
  }

  private func tell(_ event: LogRecord.Event, _ stored: StoredJob, _ request: ApplyRequest) {
    unlogged.append(request.record(event, stored.job, stored.tags))
  }
}

// MARK: - Cancel and purge

extension Spool {
  private func cancel(
    _ before: StoredJob, _ request: ApplyRequest
  ) throws(StorageError) -> ItemOutcome? {
    guard !before.job.cancelRequested else { return .alreadyDone }
    var job = before.job
    do { try job.apply(.cancel, at: request.now) } catch {
      return .changedMeanwhile(before.job.state)
    }
    guard job.state == .active else {
      guard let stored = try change(JobChange(before: before, after: job), at: request.now)
      else { return nil }
      ended(before.job, stored)
      tell(.cancelled, stored, request)
      return .done
    }
    guard let stored = try ask(before, job) else { return nil }
    tell(.cancelRequested, stored, request)
    return .requested
  }

  /// Asks the worker of a job to stop, by another name in the same folder.
  private func ask(_ before: StoredJob, _ job: Job) throws(StorageError) -> StoredJob? {
    var stored = before
    stored.job = job
    var name = before.place.name
    name.isCancelRequested = true
    stored.place = JobPlace(
      queue: job.queue, state: .active, folder: before.place.folder, name: name)
    guard try move(before.place.path, to: stored.place) else { return nil }
    touched(stored.place.folder)
    if held[job.id] != nil { hold(stored) }
    return stored
  }

  private func purge(
    _ before: StoredJob, _ request: ApplyRequest, _ emptied: inout Set<String>
  ) throws(StorageError) -> ItemOutcome? {
    guard before.job.state != .active else { return .changedMeanwhile(.active) }
    guard try remove(before) else { return nil }
    emptied.insert(before.place.folder)
    tell(.purged, before, request)
    return .done
  }

  /// Removes a job for ever; false where it is not as it was found.
  ///
  /// Durable after `syncMoves`; its unique key is free after that.
  private func remove(_ stored: StoredJob) throws(StorageError) -> Bool {
    try noteRemoval(of: stored.job)
    let removed: Void? = try ifThere { () throws(SystemError) in try tree.remove(stored.place.path)
    }
    guard removed != nil else { return false }
    touched(stored.place.folder)
    if stored.job.holdsUniqueKey { freed.append(stored) }
    return true
  }
}
