import Jobs
import Storage

/// Firing schedules that are due, so that a store that has workers needs nobody else to keep time.
extension WorkerSession {
  /// Between two looks at what is due; whoever adds a schedule rings the bell, but a busy worker does
  /// not hear it, and the wall clock may be set.
  private static let rest = TimeSpan.seconds(5)
  /// After a look that could not do all, for others are at it, or something is wrong with one.
  private static let pause = TimeSpan.seconds(1)
  /// At most so many schedules in one turn of the loop.
  private static let most = 16

  /// Whether ticks are looked for at all.
  var keepsTime: Bool { ticker != nil && ending == nil && !isLost && trouble == nil }

  /// Looks soon, for somebody has rung the bell: it may have been for a job, so not each time.
  func hearOfSchedules(_ now: Tick) {
    nextTicking = min(nextTicking, max(now, lastTicking + Self.pause))
  }

  /// Fires some, if it is time.
  ///
  /// A failure of the store is left to the next call that a worker needs: it will say so.
  func fireSchedules(_ now: Tick) {
    guard keepsTime, nextTicking <= now else { return }
    let wall = clock.wall()
    lastTicking = now
    nextTicking = now + Self.rest
    guard let result = try? ticker?.tick(at: wall, limit: Self.most) else { return }
    for failure in result.failures where !faultySchedules.contains(failure.name) {
      faultySchedules.insert(failure.name)
      observe(.warning(.scheduleFailed(failure.name, failure.trouble)))
    }
    if !result.jobs.isEmpty { nextPoll = min(nextPoll, now) }
    guard let next = result.next else { return }
    let wait = next > wall ? next.since(wall) : result.fired > 0 ? .zero : Self.pause
    nextTicking = min(nextTicking, now + wait)
  }
}
