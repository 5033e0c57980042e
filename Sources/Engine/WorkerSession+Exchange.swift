import Jobs
import Storage

/// How one execution ended, until the store knows.
struct Unsettled {
  let settlement: Settlement
  let job: Job
  let duration: TimeSpan
  /// When telling the store may come too late.
  let leaseEnd: Tick
}

/// Talking to the store: settling what is over and taking what is next, in one call.
extension WorkerSession {
  var mayClaim: Bool {
    guard ending == nil, !isQuiet else { return false }
    return trouble?.error.isBusy ?? true
  }

  func exchange(_ now: Tick) {
    if let trouble { endIfIdle(in: trouble, now) }
    if let trouble, trouble.nextTry > now, !isForced { return }
    let wanted = claimLimit(now)
    guard wanted > 0 || !unsettled.isEmpty else { return }
    let wall = clock.wall()
    let request = wanted > 0 ? claimRequest(wanted, wall) : nil
    do {
      let claimed = try settleAndClaim(request, wall)
      recovered()
      guard request != nil else { return }
      begin(claimed, leaseEnd: now + configuration.lease)
      if claimed.count < wanted { foundTooLittle(claimed.isEmpty, now) } else { pace.reset() }
    } catch {
      failed(error, at: now)
      forgetHopeless(now)
    }
  }

  // With something to settle the store is called anyway, so new work is asked for without waiting
  // for the poll.
  private func claimLimit(_ now: Tick) -> Int {
    guard mayClaim, now >= claimsFrom, !unsettled.isEmpty || now >= nextPoll else { return 0 }
    let limit = ClaimPolicy().limit(freeSlots: slots.free)
    return configuration.mode == .once ? min(limit, 1) : limit
  }

  private func claimRequest(_ limit: Int, _ wall: Instant) -> ClaimRequest {
    ClaimRequest(
      queues: configuration.queues, types: configuration.types, limit: limit,
      worker: configuration.name, lease: configuration.lease, now: wall)
  }

  private func settleAndClaim(
    _ request: ClaimRequest?, _ wall: Instant
  ) throws(StorageError) -> [ClaimedJob] {
    if unsettled.isEmpty {
      guard let request else { return [] }
      return try store.claim(request)
    }
    let result = try store.settle(unsettled.map(\.settlement), thenClaim: request, at: wall)
    let settled = unsettled
    unsettled.removeAll(keepingCapacity: true)
    for (entry, outcome) in zip(settled, result.outcomes) { report(entry, outcome) }
    return result.claimed
  }

  private func report(_ entry: Unsettled, _ outcome: SettleOutcome) {
    guard case .settled(let state) = outcome else {
      counts.leaseLost += 1
      return observe(.leaseLost(entry.job))
    }
    counts.add(entry.settlement.verdict, state)
    let settlement = entry.settlement
    observe(
      .finished(
        JobEnd(
          job: entry.job, verdict: settlement.verdict, state: state, duration: entry.duration,
          exitCode: settlement.exitCode, signal: settlement.signal, error: settlement.error)))
  }
}

// MARK: - Nothing to do

extension WorkerSession {
  /// Fewer jobs than wanted: the queues are empty for now.
  private func foundTooLittle(_ nothing: Bool, _ now: Tick) {
    if !nothing { pace.reset() }
    nextPoll = now + pace.next()
    guard nothing, slots.isEmpty, unsettled.isEmpty, ending == nil else { return }
    switch configuration.mode {
    case .forever: return
    case .once: ending = .nothing
    case .untilEmpty, .untilSettled: endIfNothingIsLeft(now)
    }
  }

  private func endIfNothingIsLeft(_ now: Tick) {
    let wall = clock.wall()
    do {
      let left = try store.outstanding(in: configuration.queues, at: wall)
      let retrying = configuration.mode == .untilSettled ? left.retrying : 0
      guard left.ready > 0 || left.active > 0 || retrying > 0 else {
        ending = .finished
        return
      }
      if let due = left.nextDue { nextPoll = min(nextPoll, now + max(.zero, due.since(wall))) }
    } catch {
      failed(error, at: now)
    }
  }
}

// MARK: - Trouble

extension WorkerSession {
  func recovered() {
    guard trouble != nil else { return }
    trouble = nil
    observe(.storeRecovered)
  }

  /// The store failed.
  ///
  /// A busy one is asked again until it answers. After any other failure no new jobs are taken;
  /// what is over is told again and again until its lease ends.
  func failed(_ error: StorageError, at now: Tick) {
    if trouble?.error != error { observe(.storeFailed(error)) }
    trouble = StoreTrouble(error, after: trouble, at: now)
    if let trouble { endIfIdle(in: trouble, now) }
  }

  /// Ends a worker that has nothing left to tell a failing store, and so would never ask again.
  private func endIfIdle(in trouble: StoreTrouble, _ now: Tick) {
    guard !trouble.error.isBusy, slots.isEmpty, unsettled.isEmpty else { return }
    giveUp(.storage(trouble.error), at: now)
  }

  /// Drops what the store could not be told in time: its lease will run out, and the job runs
  /// again.
  ///
  /// The worker then ends with what the store said: it can promise nothing any more.
  private func forgetHopeless(_ now: Tick) {
    guard let trouble, !trouble.error.isBusy || ending != nil else { return }
    let hopeless = unsettled.filter { isForced || $0.leaseEnd <= now }
    guard !hopeless.isEmpty else { return }
    unsettled.removeAll { isForced || $0.leaseEnd <= now }
    counts.abandoned += hopeless.count
    for entry in hopeless { observe(.abandoned(entry.job)) }
    giveUp(.storage(trouble.error), at: now)
  }
}

extension WorkerCounts {
  mutating func add(_ verdict: Settlement.Verdict, _ state: JobState) {
    switch verdict {
    case _ where state == .cancelled: cancelled += 1
    case .cancel: cancelled += 1
    case .release, .putBack: released += 1
    case .snooze: snoozed += 1
    case .complete: completed += 1
    case .fail, .timeOut, .reject: if state == .dead { dead += 1 } else { failed += 1 }
    }
  }
}
