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
  /// Its slot in the worker's file; `nil` where that is its handler's, as long as that lives.
  var place: Int?
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

  /// The handler that has it as one of many; `nil` for a process of its own.
  let handler: LineHandler?
  /// What that handler's lines, or its end, say of it.
  private(set) var said: LineHandler.Said?
  /// How much that handler had been told in its life before this job, in bytes.
  let told: Int

  private(set) var stop: Stop?
  private(set) var outcome: ExitOutcome?
  private(set) var ended: Tick
  private var share: Tick?
  private var timeoutAt: Tick?
  private var killAt: Tick?
  private var lingerUntil: Tick?
  private var lookAt: Tick?

  /// How long pipes that a grandchild keeps open are still read after the handler's end.
  private static let linger = TimeSpan(milliseconds: 100)
  /// How often a process without an exit descriptor is looked at.
  private static let look = TimeSpan(milliseconds: 10)

  init(
    _ claimed: ClaimedJob, token: LoopToken, place: Int?, child: ChildProcess, timeout: TimeSpan?,
    written: Int, handler: LineHandler? = nil, outputLimit: Int, leaseEnd: Tick, started: Tick,
    startedAt: Instant
  ) {
    self.claimed = claimed
    self.token = token
    self.place = place
    self.child = child
    self.timeout = timeout
    self.handler = handler
    told = handler?.told ?? 0
    self.written = written
    self.leaseEnd = leaseEnd
    self.started = started
    self.startedAt = startedAt
    ended = started
    timeoutAt = timeout.map { started + $0 }
    capture = (StreamCapture(limit: outputLimit), StreamCapture(limit: outputLimit))
  }

  /// How long it took, in nanoseconds: the process, or this one's share of its handler's time.
  var nanoseconds: Int64 { ended.nanoseconds &- begun.nanoseconds }

  /// When its time began: behind others of its batch, when the latest of them was answered.
  private var begun: Tick { share ?? handler.map { max(started, $0.progress) } ?? started }

  var isOver: Bool {
    guard handler == nil else { return said != nil }
    return outcome != nil && output == nil && error == nil
  }
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
    guard stop == nil, outcome == nil, said == nil else { return }
    stop = reason
    if let handler { return handler.end(killAfter: killAfter, at: now) }
    killAt = now + killAfter
    signal(.terminate)
  }

  /// Kills the whole group at once.
  func kill() {
    if let handler { return handler.kill() }
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

  /// What its handler said of it, or what follows from how that ended.
  func finish(_ said: LineHandler.Said, at now: Tick) {
    guard self.said == nil, let handler else { return }
    self.said = said
    share = begun
    ended = now
    outcome = handler.outcome
    timeoutAt = nil
  }

  /// Watches a process that has no exit descriptor.
  func lookNowAndThen(from now: Tick) {
    lookAt = now + Self.look
  }

  /// Within a batch nobody's time passes while the handler is busy with the one before.
  private var timeoutDue: Tick? {
    guard let handler, let timeout, let timeoutAt else { return timeoutAt }
    return max(timeoutAt, handler.progress + timeout)
  }

  /// The next moment at which `advance` has something to do.
  var nextTimer: Tick {
    var next = Tick(nanoseconds: .max)
    for timer in [timeoutDue, killAt, lingerUntil, lookAt] {
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
    if let timeoutDue, timeoutDue <= now {
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
