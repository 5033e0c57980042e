import Jobs
import Storage

extension MemoryState {
  /// Freezes a selection: newest first, but what is replayed goes back in the order it came.
  func plan(_ request: PlanRequest) -> Plan {
    let order: JobOrder = if case .replay = request.verb { .oldestFirst } else { .newestFirst }
    let selected = selected(request.filter, order, at: request.now)
    let fits = { (job: Job) in request.verb.applies(to: job.effectiveState(at: request.now)) }
    let fit = selected.filter(fits).prefix(max(request.filter.limit ?? .max, 0))
    var plan = Plan()
    plan.items = fit.map { PlanItem(id: $0.id, state: $0.state) }
    for job in fit { plan.queues[job.queue, default: 0] += 1 }
    plan.sample = Array(fit.prefix(max(request.sampleSize, 0)))
    guard !request.filter.ids.isEmpty else { return plan }
    plan.missing = missing(among: request.filter.ids)
    plan.unfit = selected.filter { !fits($0) }
      .map { PlanItem(id: $0.id, state: $0.effectiveState(at: request.now)) }
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
    guard job.state == item.state, request.verb.applies(to: job.state), !isAsked(job, request.verb)
    else { return isThere(job, request.verb) ? .alreadyDone : .changedMeanwhile(job.state) }
    switch request.verb {
    case .retry(let time), .replay(let time): return bringBack(job, at: time, request)
    case .cancel: return cancel(job, request)
    case .purge: return purge(job, request)
    }
  }

  private func isAsked(_ job: Job, _ verb: OperatorVerb) -> Bool {
    verb == .cancel && job.state == .active && job.cancelRequested
  }

  /// Whether a job is where the verb would have brought it.
  private func isThere(_ job: Job, _ verb: OperatorVerb) -> Bool {
    switch verb {
    case .retry, .replay: job.state == .ready || job.state == .scheduled || job.state == .active
    case .cancel: job.state == .cancelled || isAsked(job, verb)
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
    guard let job = change(before.id, by: .cancel, at: request.now) else {
      return .changedMeanwhile(before.state)
    }
    let asked = job.state == .active
    tell(asked ? .cancelRequested : .cancelled, job, request)
    return asked ? .requested : .done
  }

  private mutating func purge(_ job: Job, _ request: ApplyRequest) -> ItemOutcome {
    tell(.purged, job, request)
    jobs[job.id] = nil
    return .done
  }

  private mutating func tell(_ event: LogRecord.Event, _ job: Job, _ request: ApplyRequest) {
    var line = record(event, at: request.now, job: job)
    line.actor = request.actor
    line.reason = request.reason
    log.append(line)
  }
}
