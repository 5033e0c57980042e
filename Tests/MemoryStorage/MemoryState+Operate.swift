import Jobs
import Storage

extension MemoryState {
  /// Freezes a selection: newest first, but what is replayed goes back in the order it came.
  func plan(_ request: PlanRequest) -> Plan {
    let limit = max(request.filter.limit ?? .max, 0)
    let isNamed = !request.filter.ids.isEmpty
    var plan = Plan()
    for job in selected(request.filter, request.verb.order, at: request.now) {
      let shown = job.effectiveState(at: request.now)
      guard request.verb.applies(to: shown) else {
        if isNamed { plan.unfit.append(PlanItem(id: job.id, state: shown)) }
        continue
      }
      guard plan.items.count < limit else { break }
      plan.items.append(PlanItem(job))
      plan.queues[job.queue, default: 0] += 1
      if plan.sample.count < request.sampleSize { plan.sample.append(job) }
    }
    plan.missing = missing(among: request.filter.ids)
    return plan
  }

  /// Changes a batch, item by item in its order.
  mutating func apply(_ request: ApplyRequest) -> [ItemOutcome] {
    let outcomes = request.items.map { apply(request, to: $0) }
    tellDependants(at: request.now)
    if let record = request.endingRecord(outcomes) { log.append(record) }
    return outcomes
  }

  private func missing(among ids: [JobID]) -> [JobID] {
    var seen = Set<JobID>()
    return ids.filter { jobs[$0] == nil && seen.insert($0).inserted }
  }

  private mutating func apply(_ request: ApplyRequest, to item: PlanItem) -> ItemOutcome {
    guard let job = jobs[item.id]?.job else { return .missing }
    guard item.isStill(job) else { return request.verb.outcome(of: job) }
    switch request.verb {
    case .retry: return bringBack(job, to: nil, at: request.time(for: item), request)
    case .replay(_, let queue):
      return bringBack(job, to: queue, at: request.time(for: item), request)
    case .cancel: return cancel(job, request)
    case .purge: return purge(job, request)
    case .move(let queue): return move(job, to: queue, request)
    case .edit(let edit): return change(job, by: edit, request)
    }
  }

  private func conflict(of job: Job, in queue: QueueName) -> ItemOutcome? {
    guard let key = job.uniqueKey, let holder = holder(of: key, in: queue), holder != job.id else {
      return nil
    }
    return .conflict(KeyConflict(kind: .unique, key: key, queue: queue, holder: holder))
  }

  private mutating func bringBack(
    _ before: Job, to queue: QueueName?, at time: Instant, _ request: ApplyRequest
  ) -> ItemOutcome {
    let returns = before.state.isTerminal
    if returns, let conflict = conflict(of: before, in: queue ?? before.queue) { return conflict }
    guard var job = change(before.id, by: .retry(at: time), at: request.now) else {
      return .changedMeanwhile(before.state)
    }
    if returns {
      job.holdsUniqueKey = job.uniqueKey != nil
      jobs[job.id]?.job = job
    }
    let from = transfer(job.id, to: queue ?? job.queue)
    tell(returns ? .replayed : .retried, job.id, request, from: from)
    return .done
  }

  /// Puts a job into a queue; gives the one that it was in if that is another.
  private mutating func transfer(_ id: JobID, to queue: QueueName) -> QueueName? {
    guard let job = jobs[id]?.job, job.queue != queue else { return nil }
    jobs[id]?.job.queue = queue
    if queues[queue] == nil { queues[queue] = .some(nil) }
    books[job.queue]?.move(from: job.state, to: nil)
    books[queue, default: QueueBook()].move(from: nil, to: job.state)
    return job.queue
  }

  private mutating func move(
    _ job: Job, to queue: QueueName, _ request: ApplyRequest
  ) -> ItemOutcome {
    guard request.verb.applies(to: job.state) else { return .changedMeanwhile(job.state) }
    guard job.queue != queue else { return .alreadyDone }
    if job.holdsUniqueKey, let conflict = conflict(of: job, in: queue) { return conflict }
    let from = transfer(job.id, to: queue)
    tell(.moved, job.id, request, from: from)
    return .done
  }

  private mutating func change(
    _ job: Job, by edit: PayloadEdit, _ request: ApplyRequest
  ) -> ItemOutcome {
    guard request.verb.applies(to: job.state) else { return .changedMeanwhile(job.state) }
    guard let before = jobs[job.id]?.payload else { return .missing }
    let after: [UInt8]
    do { after = try edit.apply(to: before) } catch { return .refused(error) }
    guard after != before else { return .alreadyDone }
    jobs[job.id]?.payload = after
    tell(.edited, job.id, request, payload: before)
    return .done
  }

  private mutating func cancel(_ before: Job, _ request: ApplyRequest) -> ItemOutcome {
    guard !before.cancelRequested else { return .alreadyDone }
    guard let job = change(before.id, by: .cancel, at: request.now) else {
      return .changedMeanwhile(before.state)
    }
    guard job.state == .active else {
      tell(.cancelled, job.id, request)
      return .done
    }
    log.append(request.record(.cancelRequested, job, jobs[job.id]?.tags ?? []))
    return .requested
  }

  private mutating func purge(_ job: Job, _ request: ApplyRequest) -> ItemOutcome {
    guard job.state != .active else { return .changedMeanwhile(.active) }
    log.append(request.record(.purged, job, jobs[job.id]?.tags ?? []))
    remove(job)
    return .done
  }

  /// Tells of a change to the log and to the job's own history.
  mutating func tell(
    _ event: LogRecord.Event, _ id: JobID, _ request: ApplyRequest, from: QueueName? = nil,
    payload: [UInt8]? = nil
  ) {
    guard let detail = jobs[id] else { return }
    var line = request.record(event, detail.job, detail.tags)
    line.fromQueue = from
    log.append(line)
    var action = request.action(event)
    action.fromQueue = from
    action.payload = payload
    jobs[id]?.actions.append(action)
  }
}
