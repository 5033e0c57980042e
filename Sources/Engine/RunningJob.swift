import Jobs
import PosixIO
import Storage

/// A job in hand: its handler's process, the ends of its pipes, and what it is waited for.
///
/// The life of one, in order: the process runs; perhaps it is asked to stop (`stop`), and later
/// killed; it exits and is reaped; its output pipes reach their end, or, where a grandchild still
/// holds them, a short moment passes (`lingerUntil`); then it is over (`isOver`).
final class RunningJob {
  /// Why a handler is being stopped.
  enum Stop: Equatable {
    /// It took longer than its timeout.
    case timeout
    /// An operator asked.
    case cancel
    /// The worker ends, or its right to the job does; the job is given back.
    case release(reason: String)
    /// The job is somebody else's already; what is said about it will only be logged.
    case lost
  }

  let claimed: ClaimedJob
  let token: LoopToken
  /// Its slot in the worker's file.
  let place: Int
  let child: ChildProcess
  let started: Tick
  let startedAt: Instant
  let timeout: TimeSpan?
  /// When the worker's right to the job ends unless renewed.
  var leaseEnd: Tick

  /// Becomes readable when the process ends; `nil` where the kernel can't (before Linux 5.3, or
  /// without a free descriptor), and then the process is looked at now and then.
  var exit: FileDescriptor?
  var input: FileDescriptor?
  var output: FileDescriptor?
  var error: FileDescriptor?

  var written: Int
  var capture: (output: StreamCapture, error: StreamCapture)
  var errorEnd = TailBuffer(limit: FailureText.captureLimit)

  private(set) var stop: Stop?
  private(set) var outcome: ExitOutcome?
  private(set) var ended: Tick
  private var timeoutAt: Tick?
  private var killAt: Tick?
  private var lingerUntil: Tick?
  private var lookAt: Tick?

  /// How long pipes that a grandchild keeps open are still read after the handler's end.
  private static let linger = TimeSpan(milliseconds: 100)
  /// How often a process without an exit descriptor is looked at.
  private static let look = TimeSpan(milliseconds: 10)

  init(
    _ claimed: ClaimedJob, token: LoopToken, place: Int, child: ChildProcess, timeout: TimeSpan?,
    written: Int,
    outputLimit: Int, leaseEnd: Tick, started: Tick, startedAt: Instant
  ) {
    self.claimed = claimed
    self.token = token
    self.place = place
    self.child = child
    self.timeout = timeout
    self.written = written
    self.leaseEnd = leaseEnd
    self.started = started
    self.startedAt = startedAt
    ended = started
    timeoutAt = timeout.map { started + $0 }
    capture = (StreamCapture(limit: outputLimit), StreamCapture(limit: outputLimit))
  }

  /// How long the process ran, in nanoseconds.
  var nanoseconds: Int64 { ended.nanoseconds &- started.nanoseconds }

  var isOver: Bool { outcome != nil && output == nil && error == nil }
}

// MARK: - Stopping

extension RunningJob {
  /// Asks the whole group to stop, and kills it after a while; the first reason is the one that
  /// counts, except that a lost lease overrules all.
  func stop(_ reason: Stop, killAfter: TimeSpan, at now: Tick) {
    if reason == .lost {
      stop = .lost
      return kill()
    }
    guard stop == nil, outcome == nil else { return }
    stop = reason
    killAt = now + killAfter
    signal(.terminate)
  }

  /// Kills the whole group at once.
  func kill() {
    killAt = nil
    signal(.kill)
  }

  // Until it is reaped, the process keeps its number, and so its group's, even as a zombie; later
  // the number may be somebody else's.
  private func signal(_ signal: Signal) {
    guard outcome == nil else { return }
    // A group that is gone already is what we want.
    try? signal.send(toGroup: child.pid)
  }
}

// MARK: - Ending and time

extension RunningJob {
  /// Reaps the process if it has ended.
  ///
  /// What is left of a stopped group is killed before, while the group's number is still ours.
  func reap(at now: Tick) {
    guard outcome == nil else { return }
    if stop != nil, exit != nil { signal(.kill) }
    do { outcome = try child.tryWait() } catch {
      // Somebody else reaped our child, so how it ended is unknown: as bad as a kill.
      outcome = .signaled(.kill, coreDumped: false)
    }
    guard outcome != nil else { return }
    ended = now
    exit = nil
    input = nil
    (timeoutAt, killAt, lookAt) = (nil, nil, nil)
    lingerUntil = now + Self.linger
  }

  /// Watches a process that has no exit descriptor.
  func lookNowAndThen(from now: Tick) {
    lookAt = now + Self.look
  }

  /// The next moment at which `advance` has something to do.
  var nextTimer: Tick {
    var next = Tick(nanoseconds: .max)
    for timer in [timeoutAt, killAt, lingerUntil, lookAt] {
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
    if let timeoutAt, timeoutAt <= now {
      self.timeoutAt = nil
      stop(.timeout, killAfter: killAfter, at: now)
    }
    if let killAt, killAt <= now { kill() }
    if let lingerUntil, lingerUntil <= now {
      output = nil
      error = nil
    }
  }
}
