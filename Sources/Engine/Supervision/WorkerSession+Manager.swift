import Jobs
import PosixIO

/// Telling the service manager how the worker fares.
extension WorkerSession {
  /// No news more often than this.
  private static let statusPause = TimeSpan.seconds(1)

  /// The store is open, and the worker begins.
  func tellReady() { manager?.tell("READY=1", "STATUS=\(statusLine)") }

  func tellReloaded() {
    guard manager != nil else { return }
    manager?.tellReloading()
    tellReady()
  }

  /// Once in each turn of the loop, which is what the watchdog watches.
  func tellManager(_ now: Tick) {
    guard manager != nil else { return }
    if watchdog.takeDue(now) { manager?.tell("WATCHDOG=1") }
    if ending != nil, !hasToldStopping {
      hasToldStopping = true
      manager?.tell("STOPPING=1", "STATUS=\(statusLine)")
    } else if nextStatus <= now {
      nextStatus = now + Self.statusPause
      let line = statusLine
      guard line != lastStatus else { return }
      lastStatus = line
      manager?.tell("STATUS=\(line)")
    }
  }

  private var statusLine: String {
    let running = "\(slots.count) running, \(counts.completed) completed"
    let failed = "\(counts.failed) failed, \(counts.dead) dead"
    let end = ending != nil ? "; stopping" : isQuiet ? "; no new jobs" : ""
    return running + ", " + failed + end
  }
}
