import Jobs
import PosixIO
import Storage

/// Signals, and the ways to an end.
extension WorkerSession {
  func takeSignals() {
    while let signal = signals?.next() {
      switch signal {
      case .terminate: end(by: signal, .stopped(signal))
      case .interrupt: end(by: signal, .interrupted)
      case .hangUp:
        if configuration.endsOnHangUp { end(by: signal, .stopped(signal)) } else { reload() }
      case .user1: beQuiet()
      case .user2: observe(.status(status(at: clock.monotonic())))
      case Signal.moreHandlers: resize(by: 1)
      case Signal.fewerHandlers: resize(by: -1)
      default: continue
      }
    }
  }

  /// The first signal lets running jobs finish; the second kills them.
  private func end(by signal: Signal, _ how: WorkerEnding) {
    let now = clock.monotonic()
    guard !isSignalled else {
      isForced = true
      observe(.stoppingAtOnce)
      stopAll(.release(reason: "worker stopped"), at: now)
      for job in slots.running { job.kill() }
      for handler in handlers { handler.kill() }
      return
    }
    isSignalled = true
    observe(.draining(signal, running: slots.count))
    // A failure stays the reason; being nearly done does not.
    if ending == .finished { ending = nil }
    drain(how, at: now)
  }

  /// Takes no new jobs, and ends once the running ones have had their grace.
  func drain(_ how: WorkerEnding, at now: Tick) {
    guard ending == nil else { return }
    ending = how
    graceEnd = now + configuration.grace
  }

  /// Takes no new jobs, stops the running ones, and ends.
  func giveUp(_ how: WorkerEnding, at now: Tick) {
    if ending == nil { ending = how }
    stopAll(.release(reason: how.reason), at: now)
  }

  func stopAll(_ reason: RunningJob.Stop, at now: Tick) {
    for job in slots.running { job.stop(reason, killAfter: configuration.killAfter, at: now) }
  }

  /// Looks for the handler anew, as a deploy may have moved it; there is nothing else to read again.
  private func reload() {
    do {
      handler = try Handler(configuration.handler, environment: configuration.environment)
      // Those that live on end with what they have, and others are started in their place.
      for handler in handlers { handler.expire() }
      observe(.reloaded(nil))
    } catch {
      observe(.reloaded(error))
    }
    tellReloaded()
  }

  private func resize(by difference: Int) {
    slots.resize(by: difference)
    observe(.concurrency(slots.limit))
  }

  private func beQuiet() {
    guard !isQuiet else { return }
    isQuiet = true
    observe(.quiet)
  }

  private func status(at now: Tick) -> WorkerStatus {
    WorkerStatus(
      running: slots.running.map {
        WorkerStatus.Running(
          job: $0.claimed.job, process: $0.child.pid, elapsed: now.since($0.started))
      }, concurrency: slots.limit, counts: counts, claims: mayClaim)
  }
}
