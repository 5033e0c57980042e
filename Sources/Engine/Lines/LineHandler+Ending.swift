import Jobs
import PosixIO

/// Ways to a handler's end.
extension LineHandler {
  /// Asks the whole group to stop, and kills it after a while.
  func end(killAfter: TimeSpan, at now: Tick) {
    (isEnding, isStopped) = (true, true)
    terminateAt = nil
    if killAt == nil { killAt = now + killAfter }
    signal(.terminate)
  }

  /// Lets it end of itself: there is nothing more for it to read.
  func retire(at now: Tick, patience: TimeSpan) {
    isEnding = true
    closeInput()
    if terminateAt == nil, killAt == nil { terminateAt = now + patience }
  }

  /// Gives it no more jobs after those that it has.
  func expire() { isEnding = true }

  /// Whether it has nothing to do and is to end, but has not been told.
  var isToRetire: Bool {
    isEnding && jobs.isEmpty && outcome == nil && terminateAt == nil && !isStopped
  }

  func kill() {
    (isEnding, isStopped) = (true, true)
    (terminateAt, killAt) = (nil, nil)
    signal(.kill)
  }

  func signal(_ signal: Signal) {
    guard outcome == nil else { return }
    try? signal.send(toGroup: child.pid)
  }

  /// Reaps the process if it has ended; what is left of a group that was to stop is killed before.
  func reap(at now: Tick) {
    guard outcome == nil else { return }
    if exit != nil, isStopped { signal(.kill) }
    do { outcome = try child.tryWait() } catch {
      outcome = .signaled(.kill, coreDumped: false)
    }
    guard outcome != nil else { return }
    noteRead()
    exit = nil
    input = nil
    inputReader = nil
    (terminateAt, killAt, lookAt) = (nil, nil, nil)
    lingerUntil = now + Self.linger
  }

  /// Says of each job that it leaves unanswered what follows from its end.
  func leaveJobs(at now: Tick) {
    let isStopped = jobs.contains { $0.stop != nil }
    leftUnread = !jobs.isEmpty && problem == nil && !isStopped && read == 0
    for job in jobs {
      if let problem {
        finish(job, .broken(problem), at: now)
      } else if isStopped, job.stop == nil {
        finish(job, .stopped, at: now)
      } else {
        finish(job, read <= job.told ? .unread : .ended, at: now)
      }
    }
    jobs = []
  }

  /// How it ended, and the end of what it said.
  var lastWords: String {
    let how = outcome.map(FailureText.describe) ?? ""
    return FailureText.end(of: errorEnd.bytes).map { how + ": " + $0 } ?? how
  }

  func lookNowAndThen(from now: Tick) { lookAt = now + Self.look }

  /// The next moment at which `advance` has something to do.
  var nextTimer: Tick {
    var next = Tick(nanoseconds: .max)
    for timer in [terminateAt, killAt, lingerUntil, lookAt] {
      if let timer, timer < next { next = timer }
    }
    return next
  }

  /// Does what is due.
  func advance(to now: Tick, killAfter: TimeSpan) {
    if let lookAt, lookAt <= now {
      self.lookAt = now + Self.look
      reap(at: now)
    }
    if let terminateAt, terminateAt <= now { end(killAfter: killAfter, at: now) }
    if let killAt, killAt <= now {
      self.killAt = nil
      signal(.kill)
    }
    if let lingerUntil, lingerUntil <= now {
      output = nil
      error = nil
    }
  }
}
