import Jobs
import Storage

/// How one execution ended, until the store knows.
struct Unsettled {
  let settlement: Settlement
  let job: Job
  let duration: TimeSpan
  /// When it ended.
  let since: Tick
  /// Whether the job is known to be somebody else's: then the store is told for its log alone.
  var isLost = false
  /// When telling the store may come too late.
  var leaseEnd: Tick
  /// The slot in the worker's file that tells of it until then.
  var place: Int?
}

/// Talking to the store: settling what is over and taking what is next, in one call.
extension WorkerSession {
  var mayClaim: Bool {
    guard ending == nil, !isQuiet, !isLost, !isForOneAlone else { return false }
    guard let trouble, !trouble.error.isBusy else { return true }
    // With nothing to tell, only another claim shows that the store works again.
    return !trouble.error.isFinal && unsettled.isEmpty && !slots.isEmpty
  }

  func exchange(_ now: Tick) {
    if let trouble { endIfIdle(in: trouble, now) }
    if let trouble, trouble.nextTry > now, !isForced { return }
    let wanted = claimLimit(now)
    guard wanted > 0 || mustSettle(now) else { return }
    let wall = clock.wall()
    let request = wanted > 0 ? claimRequest(wanted, wall) : nil
    do {
      let claimed = try settleAndClaim(request, wall)
      recovered()
      guard request != nil else { return }
      order.note(claimed, of: wanted)
      let leaseEnd = now + configuration.lease
      waiting += claimed.map { Waiting(claimed: $0, since: now, leaseEnd: leaseEnd) }
      startWaiting()
      noteFound(claimed.count, of: wanted, now)
    } catch {
      failed(error, at: now)
      forgetHopeless(now)
    }
  }

  /// Whether a job would be taken if there were one.
  var isHungry: Bool { mayClaim && room > 0 && (waiting.isEmpty || isGathering) }

  private var ahead: Int { configuration.mode == .once ? 0 : short.ahead(slots: slots.limit) }

  /// How many jobs to ask for.
  ///
  /// With something to settle the store is called anyway, so new work is asked for without waiting
  /// for the poll; and what is claimed ahead is asked for before the last of it is started, so that
  /// no slot waits for the disk.
  private func claimLimit(_ now: Tick) -> Int {
    guard mayClaim, now >= claimsFrom else { return 0 }
    let limit = room + ahead - waiting.count
    guard limit > 0 else { return 0 }
    let isDue = now >= nextPoll
    let isLow = isHungry || waiting.count < slots.capacity && ahead > 0
    guard isLow && (isDue || !unsettled.isEmpty && isHungry) || mustSettle(now) else { return 0 }
    return configuration.mode == .once ? min(limit, 1) : limit
  }

  /// Whether the store must hear now of what is over, or may wait for more of it.
  private func mustSettle(_ now: Tick) -> Bool { settleTime(now).map { $0 <= now } ?? false }

  /// When the store must hear of what is over.
  func settleTime(_ now: Tick) -> Tick? {
    guard let first = unsettled.first else { return nil }
    if let trouble { return isForced ? now : trouble.nextTry }
    let isGroup = unsettled.count >= short.group || ahead == 0
    guard !isGroup, ending == nil, !slots.isEmpty || !waiting.isEmpty else { return now }
    return first.since + ShortJobs.settleDelay
  }

  private func claimRequest(_ limit: Int, _ wall: Instant) -> ClaimRequest {
    ClaimRequest(
      queues: order.next, types: configuration.types, limit: limit,
      atOnce: max(0, room - waiting.count), worker: configuration.name,
      lease: configuration.lease, presence: presence?.id, now: wall)
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
    if let place = entry.place {
      // Not when the handler ended: what it left behind must not meet a second run of the job.
      presence?.clearProcess(slot: place)
      places.giveBack(place)
    }
    guard case .settled(let state) = outcome else {
      return entry.isLost ? () : noteLost(entry.job)
    }
    guard entry.settlement.verdict != .putBack || state == .cancelled else { return }
    counts.add(entry.settlement.verdict, state)
    let settlement = entry.settlement
    observe(
      .finished(
        JobEnd(
          job: entry.job, verdict: settlement.verdict, state: state, duration: entry.duration,
          exitCode: settlement.exitCode, signal: settlement.signal, error: settlement.error)))
  }
}

extension WorkerSession {
  func noteLost(_ job: Job) {
    counts.leaseLost += 1
    observe(.leaseLost(job))
  }
}

// MARK: - Nothing to do

extension WorkerSession {
  /// Fewer jobs than wanted mean that the queues are empty for now, unless one came that must be
  /// alone.
  private func noteFound(_ count: Int, of wanted: Int, _ now: Tick) {
    if count > 0 {
      pace.reset()
      jobLooks.end()
    }
    guard count < wanted else { return }
    nextPoll = now + pace.next()
    guard count == 0, ending == nil else { return }
    let isIdle = slots.isEmpty && waiting.isEmpty && unsettled.isEmpty
    if configuration.mode == .once {
      if isIdle { ending = .nothing }
    } else {
      lookAhead(now, mayEnd: isIdle)
    }
  }

  /// Nothing to do: ends if that is the end, else notes when the first waiting job is due.
  private func lookAhead(_ now: Tick, mayEnd: Bool) {
    let wall = clock.wall()
    do {
      let left = try store.outstanding(in: configuration.queues, at: wall)
      if mayEnd, configuration.mode != .forever, isAllDone(left) { return ending = .finished }
      if let due = left.nextDue { nextPoll = min(nextPoll, now + max(.zero, due.since(wall))) }
    } catch {
      failed(error, at: now)
    }
  }

  private func isAllDone(_ left: Outstanding) -> Bool {
    let retrying = configuration.mode == .untilSettled ? left.retrying : 0
    return left.ready <= 0 && left.active <= 0 && retrying <= 0
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
    guard !trouble.error.isBusy, slots.isEmpty, waiting.isEmpty, unsettled.isEmpty else { return }
    giveUp(.storage(trouble.error), at: now)
  }

  /// Drops what the store could not be told in time: others will rescue the job, and it runs again.
  ///
  /// The worker then ends with what the store said: it can promise nothing any more.
  private func forgetHopeless(_ now: Tick) {
    guard let trouble, !trouble.error.isBusy || ending != nil else { return }
    let isHopeless = { [isForced] (entry: Unsettled) in
      isForced || trouble.error.isFinal || entry.leaseEnd <= now
    }
    let hopeless = unsettled.filter(isHopeless)
    guard !hopeless.isEmpty || trouble.error.isFinal else { return }
    unsettled.removeAll(where: isHopeless)
    waiting.removeAll { _ in trouble.error.isFinal }
    for entry in hopeless where !entry.isLost {
      counts.abandoned += 1
      observe(.abandoned(entry.job))
    }
    giveUp(.storage(trouble.error), at: now)
  }
}

extension WorkerCounts {
  mutating func add(_ verdict: Settlement.Verdict, _ state: JobState) {
    switch verdict {
    case _ where state == .cancelled: cancelled += 1
    case .cancel: cancelled += 1
    case .release: released += 1
    case .putBack: break
    case .snooze: snoozed += 1
    case .complete: completed += 1
    case .fail, .timeOut, .reject: if state == .dead { dead += 1 } else { failed += 1 }
    }
  }
}
