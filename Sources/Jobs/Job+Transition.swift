// The one function that judges every change of state (design.md §2, "States").
//
//   (new)               → ready, scheduled, blocked          acceptance, not an event
//   scheduled, retrying → ready                              becomeDue, retry
//   blocked             → ready, scheduled, cancelled        unblock, abandon
//   ready               → active                             claim
//   active              → completed                          complete
//   active              → retrying or dead                   fail
//   active              → dead                               reject
//   active              → ready                              release, rescue
//   active              → scheduled                          snooze
//   live but active     → cancelled                          cancel
//   active              → active, asked                      cancel
//   active              → cancelled                          finishCancel; and of one that was
//                                                            asked: fail, release, snooze, rescue
//   terminal            → ready, scheduled                   retry (a replay)
//
// Keys: a job that ends gives its unique key up; one that comes back takes it again only where its
// store says it is free, so that side is the adapter's and is not judged here.

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
    case .abandon: try require(state == .blocked) { $0.end(.cancelled, now) }
    case .claim(let token, let worker, let until):
      try require(state == .ready) { $0.begin(token, worker, until, now) }
    case .renew(let until): try require(state == .active) { $0.leaseUntil = until }
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
    case .rescue(let marks): try require(state == .active) { $0.rescue(marks, now) }
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
    state = runAt > now ? .scheduled : .ready
  }

  private mutating func begin(
    _ token: LeaseToken, _ worker: String, _ until: Instant, _ now: Instant
  ) {
    state = .active
    attempt = attempt.addingSaturated(1)
    startedAt = now
    self.token = token
    self.worker = worker
    leaseUntil = until
    cancelRequested = false
  }

  private mutating func fail(
    _ error: String?, _ retryAfter: TimeSpan?, _ policy: Backoff, _ random: UInt64, _ now: Instant
  ) {
    failures = failures.addingSaturated(1)
    self.error = error
    guard !cancelRequested else { return end(.cancelled, now) }
    guard failures < maxAttempts else { return end(.dead, now) }
    giveBack(.retrying)
    runAt = now + (retryAfter ?? policy.delay(afterFailures: failures, random: random))
  }

  private mutating func giveBack(_ next: JobState) {
    state = next
    token = nil
    leaseUntil = nil
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
    runAt = until
  }

  private mutating func rescue(_ marks: Bool, _ now: Instant) {
    guard !cancelRequested else { return end(.cancelled, now) }
    giveBack(.ready)
    marked = marked || marks
  }

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
    holdsUniqueKey = false
    marked = false
  }
}
