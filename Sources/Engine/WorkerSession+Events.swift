import Jobs
import PosixIO

/// Waiting, and taking in what happened.
extension WorkerSession {
  /// Waits until something happens or a time has come, and takes in what happened.
  func waitForEvents(since now: Tick) {
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
    guard token != .signals else { return takeSignals() }
    guard let job = slots[token] else { return }
    switch token.part {
    case .exit: job.reap(at: clock.monotonic())
    case .output: job.readOutput(buffer)
    case .error: job.readError(buffer)
    case .input: job.writeInput()
    }
  }

  private func nextWake(_ now: Tick) -> Tick {
    var next = Tick(nanoseconds: .max)
    if !unsettled.isEmpty { next = isForced ? now : trouble?.nextTry ?? now }
    if mayClaim, slots.free > 0 {
      next = min(next, max(nextPoll, claimsFrom, trouble?.nextTry ?? now))
    }
    guard !slots.isEmpty else { return next }
    for job in slots.running { next = min(next, job.nextTimer, leaveBy(job)) }
    if let graceEnd { next = min(next, graceEnd) }
    return min(next, nextRenewal, nextCancelCheck)
  }

  func obeyTimers(_ now: Tick) {
    if let graceEnd, graceEnd <= now {
      self.graceEnd = nil
      stopAll(.release(reason: "worker stopped"), at: now)
    }
    for job in slots.running { job.advance(to: now, killAfter: configuration.killAfter) }
  }
}
