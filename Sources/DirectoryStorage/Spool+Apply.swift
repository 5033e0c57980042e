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
    try tellDependants(at: request.now)
    if let record = request.endingRecord(outcomes) { unlogged.append(record) }
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
      if stored.isYielding {
        try settleYielding(stored, at: request.now)
        place = try locate(item.id)
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
    case .retry: try bringBack(stored, to: nil, at: time, request)
    case .replay(_, let queue): try bringBack(stored, to: queue, at: time, request)
    case .cancel: try cancel(stored, request)
    case .purge: try purge(stored, request, &emptied)
    case .move(let queue): try transfer(stored, to: queue, request)
    case .edit(let edit): try change(stored, by: edit, request)
    }
  }

  /// Changes a job as an operator asked, and tells of it to the job's history and to the log.
  ///
  /// - Parameter payload: that it had before, where it gets another.
  /// - Returns: the job in its new place; `nil` where it moved meanwhile.
  func perform(
    _ change: JobChange, _ event: LogRecord.Event, _ request: ApplyRequest,
    oldPayload payload: [UInt8]? = nil
  ) throws(StorageError) -> StoredJob? {
    let (from, to) = (change.before.job.queue, change.after.queue)
    var change = change
    var action = request.action(event)
    action.fromQueue = from == to ? nil : from
    action.payload = payload
    change.action = action
    guard let stored = try self.change(change, at: request.now) else { return nil }
    hasNews = hasNews || change.after.state.waitsForTime
    tell(event, stored, request, from: action.fromQueue)
    return stored
  }

  private func tell(
    _ event: LogRecord.Event, _ stored: StoredJob, _ request: ApplyRequest,
    from queue: QueueName? = nil
  ) {
    var line = request.record(event, stored.job, stored.tags)
    line.fromQueue = queue
    unlogged.append(line)
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
      guard
        let stored = try perform(JobChange(before: before, after: job), .cancelled, request)
      else { return nil }
      ended(before.job, stored)
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
    guard try remove(before, at: request.now) else { return nil }
    emptied.insert(before.place.folder)
    tell(.purged, before, request)
    return .done
  }

  /// Removes a job for ever; false where it is not as it was found.
  ///
  /// Durable after `syncMoves`; its unique key is free after that.
  private func remove(_ stored: StoredJob, at now: Instant) throws(StorageError) -> Bool {
    try noteRemoval(of: stored, at: now)
    try willEnd(stored.job.id, isRemoval: true)
    let removed: Void? = try ifThere { () throws(SystemError) in try tree.remove(stored.place.path)
    }
    guard removed != nil else { return false }
    touched(stored.place.folder)
    if stored.job.state == .blocked { dependants.freed.append(stored) }
    try didEnd(stored.job.id, .removed)
    if !stored.job.state.isTerminal { willLeaveBatch(stored.job, nil) }
    if stored.job.holdsUniqueKey { freed.append(stored) }
    return true
  }
}
