import Jobs
import Storage

extension MemoryState {
  /// Freezes a selection: newest first, but what is replayed goes back in the order it came.
  func plan(_ request: PlanRequest) -> Plan {
    let order: JobOrder = if case .replay = request.verb { .oldestFirst } else { .newestFirst }
    let limit = max(request.filter.limit ?? .max, 0)
    let isNamed = !request.filter.ids.isEmpty
    var plan = Plan()
    for job in selected(request.filter, order, at: request.now) {
      let shown = job.effectiveState(at: request.now)
      guard request.verb.applies(to: shown) else {
        if isNamed { plan.unfit.append(PlanItem(id: job.id, state: shown)) }
        continue
      }
      guard plan.items.count < limit else { break }
      plan.items.append(PlanItem(id: job.id, state: job.state))
      plan.queues[job.queue, default: 0] += 1
      if plan.sample.count < request.sampleSize { plan.sample.append(job) }
    }
    plan.missing = missing(among: request.filter.ids)
    return plan
  }

  /// Changes a batch, item by item in its order.
  mutating func apply(_ request: ApplyRequest) -> [ItemOutcome] {
    request.items.map { apply(request, to: $0) }
  }

  private func missing(among ids: [JobID]) -> [JobID] {
    var seen = Set<JobID>()
    return ids.filter { jobs[$0] == nil && seen.insert($0).inserted }
  }

  private mutating func apply(_ request: ApplyRequest, to item: PlanItem) -> ItemOutcome {
    guard let job = jobs[item.id]?.job else { return .missing }
    guard job.state == item.state else {
      return isThere(job, request.verb) ? .alreadyDone : .changedMeanwhile(job.state)
    }
    switch request.verb {
    case .retry(let time), .replay(let time): return bringBack(job, at: time, request)
    case .cancel: return cancel(job, request)
    case .purge: return purge(job, request)
    }
  }

  /// Whether a job is where the verb would have brought it.
  private func isThere(_ job: Job, _ verb: OperatorVerb) -> Bool {
    switch verb {
    case .retry, .replay: job.state == .ready || job.state == .scheduled || job.state == .active
    case .cancel: job.state == .cancelled || job.cancelRequested
    case .purge: false
    }
  }

  private mutating func bringBack(
    _ before: Job, at time: Instant?, _ request: ApplyRequest
  ) -> ItemOutcome {
    let returns = before.state.isTerminal
    if returns, let key = before.uniqueKey, let holder = holder(of: key, in: before.queue) {
      return .conflict(
        KeyConflict(kind: .unique, key: key, queue: before.queue, holder: holder))
    }
    guard
      var job = change(before.id, by: .retry(at: time ?? request.now), at: request.now)
    else { return .changedMeanwhile(before.state) }
    if returns {
      job.holdsUniqueKey = job.uniqueKey != nil
      jobs[job.id]?.job = job
    }
    tell(returns ? .replayed : .retried, job, request)
    return .done
  }

  private mutating func cancel(_ before: Job, _ request: ApplyRequest) -> ItemOutcome {
    guard !before.cancelRequested else { return .alreadyDone }
    guard let job = change(before.id, by: .cancel, at: request.now) else {
      return .changedMeanwhile(before.state)
    }
    let asked = job.state == .active
    tell(asked ? .cancelRequested : .cancelled, job, request)
    return asked ? .requested : .done
  }

  private mutating func purge(_ job: Job, _ request: ApplyRequest) -> ItemOutcome {
    guard job.state != .active else { return .changedMeanwhile(.active) }
    tell(.purged, job, request)
    remove(job)
    return .done
  }

  private mutating func tell(_ event: LogRecord.Event, _ job: Job, _ request: ApplyRequest) {
    var line = record(event, at: request.now, job: job)
    line.actor = request.actor
    line.reason = request.reason
    log.append(line)
  }
}
