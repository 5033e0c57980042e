// The one function that judges every change of state (design.md §2, "States").
//
//   (new)               → ready, scheduled, blocked          acceptance, not an event
//   scheduled, retrying → ready                              becomeDue, retry
//   blocked             → ready, scheduled, cancelled        unblock, abandon
//   ready               → active                             claim
//   active              → completed                          complete
//   active              → retrying or dead                   fail
//   active              → dead                               reject
//   active              → ready                              release; rescue, unless it ran alone
//   active              → retrying or dead                   rescue of one that ran alone
//   active              → scheduled                          snooze
//   live but active     → cancelled                          cancel
//   active              → active, asked                      cancel
//   active              → cancelled                          finishCancel; and of one that was
//                                                            asked: fail, release, snooze, rescue
//   terminal            → ready, scheduled                   retry (a replay)
//
// Keys: a job gives its unique key up where its scope ends: when it is claimed, when it ends, or never
// while it is there. One that comes back takes it again only where its store says it is free, so that
// side is the adapter's (`comesBackWithoutKey`). No change is ever refused because of a key.

extension Job {
  /// Changes the job as the event says, or leaves it as it was.
  ///
  /// Fencing is not judged here: whoever settles compares tokens before.
  /// - Throws: `TransitionRefusal` if the event means nothing in the present state.
  package mutating func apply(
    _ event: JobEvent, at now: Instant
  ) throws(TransitionRefusal) {
    switch event {
    case .becomeDue: try becomeDue(now)
    case .unblock: try unblock(now)
    case .abandon(let reason):
      try require(state == .blocked) {
        $0.error = reason
        $0.end(.cancelled, now)
      }
    case .claim(let token, let worker, let hold):
      try require(state == .ready) { $0.begin(token, worker, hold, now) }
    case .renew(let until): try require(state == .active) { $0.renew(until) }
    case .complete:
      try require(state == .active) {
        $0.error = nil
        $0.end(.completed, now)
      }
    case .fail(let error, let retryAfter, let policy, let random):
      try require(state == .active) { $0.fail(error, retryAfter, policy, random, now) }
    case .reject(let error):
      try require(state == .active) {
        $0.failures = $0.failures.addingSaturated(1)
        $0.error = error
        $0.end(.dead, now)
      }
    case .release: try require(state == .active) { $0.release(now) }
    case .snooze(let until): try require(state == .active) { $0.snooze(until, now) }
    case .rescue(let loss): try require(state == .active) { $0.rescue(loss, now) }
    case .cancel: try cancel(now)
    case .finishCancel: try require(state == .active) { $0.end(.cancelled, now) }
    case .retry(let when): try retry(when, now)
    }
  }

  private mutating func require(
    _ legal: Bool, _ change: (inout Job) -> Void
  ) throws(TransitionRefusal) {
    guard legal else { throw .state(state) }
    change(&self)
  }

  private mutating func becomeDue(_ now: Instant) throws(TransitionRefusal) {
    guard state.waitsForTime, runAt <= now else { throw .state(state) }
    state = .ready
  }

  private mutating func unblock(_ now: Instant) throws(TransitionRefusal) {
    guard state == .blocked else { throw .state(state) }
    // Until now it could not wait for a worker: ages, waits and its place count from here.
    runAt = max(runAt, now)
    state = runAt > now ? .scheduled : .ready
  }

  private mutating func begin(
    _ token: LeaseToken, _ worker: String, _ hold: Hold, _ now: Instant
  ) {
    state = .active
    attempt = attempt.addingSaturated(1)
    startedAt = now
    self.token = token
    self.worker = worker
    switch hold {
    case .until(let end): leaseUntil = end
    case .presence(let id): presence = id
    }
    cancelRequested = false
    if uniqueScope == .queued { holdsUniqueKey = false }
  }

  /// A sign of life needs no renewal.
  private mutating func renew(_ until: Instant) {
    if presence == nil { leaseUntil = until }
  }

  private mutating func fail(
    _ error: String?, _ retryAfter: TimeSpan?, _ policy: Backoff, _ random: UInt64, _ now: Instant
  ) {
    failures = failures.addingSaturated(1)
    self.error = error
    guard !cancelRequested else { return end(.cancelled, now) }
    guard failures < maxAttempts else { return end(.dead, now) }
    giveBack(.retrying)
    marked = false
    runAt = now + (retryAfter ?? policy.delay(afterFailures: failures, random: random))
  }

  private mutating func giveBack(_ next: JobState) {
    state = next
    token = nil
    leaseUntil = nil
    presence = nil
    cancelRequested = false
  }

  // Giving back ends a job that was asked to stop: an operator's word must not be forgotten because
  // the worker had its own reasons to let go.

  private mutating func release(_ now: Instant) {
    guard !cancelRequested else { return end(.cancelled, now) }
    giveBack(.ready)
  }

  private mutating func snooze(_ until: Instant, _ now: Instant) {
    guard !cancelRequested else { return end(.cancelled, now) }
    giveBack(until > now ? .scheduled : .ready)
    marked = false
    runAt = until
  }

  private mutating func rescue(_ loss: Loss, _ now: Instant) {
    switch loss {
    case .unstarted: release(now)
    case .started:
      release(now)
      marked = state == .ready
    case .alone(let policy, let random): crash(policy, random, now)
    }
  }

  /// The last worker died with this job alone, so the suspicion is against the job.
  private mutating func crash(_ policy: Backoff, _ random: UInt64, _ now: Instant) {
    crashes = crashes.addingSaturated(1)
    guard crashes < Self.mostCrashes || cancelRequested else {
      failures = failures.addingSaturated(1)
      error = Self.crashError
      return end(.dead, now)
    }
    fail(Self.crashError, nil, policy, random, now)
    marked = !state.isTerminal
  }

  /// What a crash leaves as the job's error; constant, so that such jobs are grouped.
  private static let crashError = "its worker died while this job ran alone"

  private mutating func cancel(_ now: Instant) throws(TransitionRefusal) {
    guard !state.isTerminal else { throw .state(state) }
    guard state == .active else { return end(.cancelled, now) }
    cancelRequested = true
  }

  private mutating func retry(_ when: Instant, _ now: Instant) throws(TransitionRefusal) {
    guard state.isTerminal || state.waitsForTime else { throw .state(state) }
    if state.isTerminal {
      replays = replays.addingSaturated(1)
      failures = 0
      crashes = 0
      finishedAt = nil
      marked = false
    }
    state = when > now ? .scheduled : .ready
    runAt = when
  }

  private mutating func end(_ terminal: JobState, _ now: Instant) {
    giveBack(terminal)
    finishedAt = now
    if uniqueScope != .kept { holdsUniqueKey = false }
    marked = false
  }
}
