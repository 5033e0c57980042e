import Jobs
import PosixIO

/// Waiting, and taking in what happened.
extension WorkerSession {
  /// Waits until something happens or a time has come, and takes in what happened.
  func waitForEvents(since now: Tick) {
    watch?.listen(to: sources, epoll)
    let wake = nextWake(now)
    let wait = wake.nanoseconds == .max ? nil : max(0, wake.since(now).milliseconds)
    do {
      for event in try epoll.wait(milliseconds: wait.map(Int.init(clamping:))) {
        take(LoopToken(rawValue: event.token))
      }
    } catch {
      giveUp(.system(error), at: clock.monotonic())
    }
  }

  private func take(_ token: LoopToken) {
    switch token {
    case .signals: takeSignals()
    case .bell: hear(.bell)
    case .files: hear(.files)
    case .workers: hear(.workers)
    default: takeJobEvent(token)
    }
  }

  private func takeJobEvent(_ token: LoopToken) {
    guard !token.isHandler else { return takeHandlerEvent(token) }
    guard let job = slots[token] else { return }
    switch token.part {
    case .exit: job.reap(at: clock.monotonic())
    case .output: job.readOutput(buffer)
    case .error: job.readError(buffer)
    case .input: job.writeInput()
    }
  }

  private func nextWake(_ now: Tick) -> Tick {
    // It begins anew in the next turn.
    if isLost, hasNothing { return now }
    var next = Tick(nanoseconds: .max)
    if let settles = settleTime(now) { next = settles }
    if isHungry {
      let looks = min(nextPoll, jobLooks.next ?? nextPoll)
      next = min(next, max(looks, claimsFrom, trouble?.nextTry ?? now))
    }
    if let first = waiting.first, !first.claimed.isMarked {
      next = min(next, first.since + patience)
      if isGathering { next = min(next, first.since + batchWait) }
    }
    for handler in handlers { next = min(next, handler.nextTimer) }
    if let first = waiting.first { next = min(next, staleFrom(first)) }
    next = min(next, watchdog.next)
    if rescuer != nil { next = min(next, nextUpkeep, rescueLooks.next ?? nextUpkeep) }
    if ending == nil, !isLost, trouble == nil { next = min(next, nextTidying) }
    if keepsTime { next = min(next, nextTicking) }
    guard !slots.isEmpty else { return next }
    for job in slots.running { next = min(next, job.nextTimer, leaveBy(job)) }
    if let graceEnd { next = min(next, graceEnd) }
    return min(next, presence == nil ? nextRenewal : nextCancelCheck, nextCancelCheck)
  }

  func obeyTimers(_ now: Tick) {
    if let graceEnd, graceEnd <= now {
      self.graceEnd = nil
      stopAll(.release(reason: "worker stopped"), at: now)
    }
    if jobLooks.takeDue(now) { nextPoll = min(nextPoll, now) }
    for job in slots.running { job.advance(to: now, killAfter: configuration.killAfter) }
    for handler in handlers { handler.advance(to: now, killAfter: configuration.killAfter) }
  }
}
