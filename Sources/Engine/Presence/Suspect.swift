import Jobs
import PosixIO
import Storage

/// Another worker, as its file tells of it at one moment.
struct Suspect {
  let header: PresenceHeader
  let slots: [PresenceSlot]
  /// Whether its lock could be had, which a living worker never lets go.
  let isLockFree: Bool
  /// The queues that it works on; none where an older qctl has not written them.
  var queues: [QueueName] = []

  /// Whether it is gone, or has been silent for too long.
  ///
  /// Who was missed before this boot is lost, stand-in or not; the clocks of then say nothing now.
  func isLost(_ here: Rescuer.Here) -> Bool {
    isDead(here) || header.bootID != here.bootID || isSilent
  }

  /// Whether it is certainly dead: of another boot, or its lock is free.
  ///
  /// Behind a stand-in nothing is certain but time.
  func isDead(_ here: Rescuer.Here) -> Bool {
    guard header.kind == .worker else { return false }
    return header.bootID != here.bootID || isLockFree
  }

  /// Whether its last heartbeat is older than it allowed itself, by both clocks: one counts the time
  /// that the machine was suspended, and one does not.
  ///
  /// The hour at which the machine wakes up finds everybody silent by the first, and nobody by the
  /// second.
  var isSilent: Bool {
    let awake = SystemClock.monotonicNanoseconds() &- header.monotonic
    let all = SystemClock.boottimeNanoseconds() &- header.boottime
    return min(awake, all) >= header.silence
  }

  /// The executions whose handlers had started; `nil` where that is not known.
  var started: Set<Execution>? {
    guard header.kind == .worker else { return nil }
    return Set(slots.filter(\.hasStarted).map(\.execution))
  }
}
