package import Jobs
package import PosixIO

// Several workers as one service. Each is a process of its own, and not a thread of this one: what
// ends one, a crash included, ends no other, and each shows its own sign of life to other workers. The
// supervisor opens no store and knows no job; it starts, passes signals on, and starts again what
// ended for a reason that may pass.

/// A worker's command line that is to be kept running.
package struct SupervisedLine: Sendable {
  /// What it is called in what people read.
  package let name: String
  /// All its words, the program's own name first.
  package let arguments: CStringList

  /// A line with its parts.
  package init(name: String, arguments: CStringList) {
    self.name = name
    self.arguments = arguments
  }
}

/// What a supervisor tells whoever runs it.
package enum SupervisorEvent: Equatable, Sendable {
  /// A worker runs.
  case started(String, process: Int32)
  /// A worker ended, and is started again after a while; `nil` where it is not.
  case ended(String, ExitOutcome, again: TimeSpan?)
  /// A worker could not be started, and is tried again.
  case notStarted(String, SystemError)
}

/// How it ended.
package struct SupervisorReport: Equatable, Sendable {
  /// How each worker ended for good, in the order of their lines.
  package var outcomes: [ExitOutcome]
  /// The signal that asked for the end, if one did.
  package var signal: Signal?
}

/// Keeps some worker processes running until they are done, or told to end.
package final class Supervisor {
  private let executable: String
  private let environment: EnvironmentBlock
  private let signals: (any SignalFeed)?
  private let clock: WorkerClock
  private let observe: (SupervisorEvent) -> Void
  private let epoll: Epoll
  private let manager: ServiceManager?
  private var watchdog: WatchdogTimer
  private var wards: [Ward]
  private var signal: Signal?

  /// A supervisor, which starts nothing yet.
  ///
  /// - Parameters:
  ///   - executable: the path of the program for all lines.
  ///   - environment: this process's; workers get it without what belongs to this process alone.
  package init(
    _ lines: [SupervisedLine], executable: String, environment: EnvironmentBlock,
    signals: (any SignalFeed)?, clock: WorkerClock = .system,
    observe: @escaping (SupervisorEvent) -> Void
  ) throws(SystemError) {
    self.executable = executable
    self.environment = Self.forWorkers(environment)
    self.signals = signals
    self.clock = clock
    self.observe = observe
    epoll = try Epoll()
    manager = ServiceManager(environment)
    let now = clock.monotonic()
    watchdog = WatchdogTimer(manager?.interval, from: now)
    wards = lines.map { Ward($0, startAt: now) }
    if let signals {
      try epoll.add(signals.descriptor, .read, token: LoopToken.signals.rawValue)
    }
  }

  private static func forWorkers(_ environment: EnvironmentBlock) -> EnvironmentBlock {
    var inherited = environment
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] { inherited[name] = nil }
    inherited[SupervisedProcess.variable] = String(CurrentProcess.id)
    return inherited
  }

  /// Starts all, and waits until each has ended for good.
  package func run() throws(SystemError) -> SupervisorReport {
    startDue(clock.monotonic())
    manager?.tell("READY=1", "STATUS=\(wards.count) workers")
    while wards.contains(where: { !$0.isOver }) {
      let now = clock.monotonic()
      startDue(now)
      if watchdog.takeDue(now) { manager?.tell("WATCHDOG=1") }
      try wait(from: now)
    }
    return SupervisorReport(outcomes: wards.compactMap(\.last), signal: signal)
  }

  private func wait(from now: Tick) throws(SystemError) {
    let next =
      wards.map { $0.nextTime(from: now) }.min().map { min($0, watchdog.next) } ?? watchdog.next
    let wait = next.nanoseconds == .max ? nil : max(0, next.since(now).milliseconds)
    for event in try epoll.wait(milliseconds: wait.map(Int.init(clamping:))) {
      if event.token == LoopToken.signals.rawValue { passOnSignals() }
    }
    let end = clock.monotonic()
    for index in wards.indices { reap(&wards[index], at: end) }
  }

  private func startDue(_ now: Tick) {
    for index in wards.indices where wards[index].isDue(now) {
      start(&wards[index], index, at: now)
    }
  }

  private func start(_ ward: inout Ward, _ index: Int, at now: Tick) {
    var request = SpawnRequest(
      executable: executable, arguments: ward.line.arguments, environment: environment)
    request.error = .inherit
    // Ctrl-C reaches them through us alone: twice would mean "at once".
    request.ownGroup = true
    do {
      let child = try ChildProcess.spawn(request)
      var exit = try? child.exitDescriptor()
      if let number = exit?.rawValue, !watch(number, index) { exit = nil }
      ward.began(child, exit, at: now)
      observe(.started(ward.line.name, process: child.pid))
    } catch {
      _ = ward.failed(at: now)
      observe(.notStarted(ward.line.name, error))
    }
  }

  private func watch(_ number: Int32, _ index: Int) -> Bool {
    do {
      try epoll.add(number, .read, token: UInt64(index))
      return true
    } catch {
      return false
    }
  }

  private func reap(_ ward: inout Ward, at now: Tick) {
    guard let child = ward.child else { return }
    let found: ExitOutcome?
    do { found = try child.tryWait() } catch {
      found = .signaled(.kill, coreDumped: false)
    }
    guard let outcome = found else { return }
    ward.ended(outcome)
    let again = signal == nil && Self.mayPass(outcome) ? ward.failed(at: now) : nil
    observe(.ended(ward.line.name, outcome, again: again))
  }

  /// Whether another start may fare better: not after an end in good order, nor after what the line
  /// itself is to blame for (a wrong command line or configuration).
  private static func mayPass(_ outcome: ExitOutcome) -> Bool {
    guard case .exited(let status) = outcome else { return true }
    return ![0, 1, 2, 78].contains(status)
  }

  private func passOnSignals() {
    while let next = signals?.next() {
      if next == .terminate || next == .interrupt { beginToEnd(next) }
      if next == .hangUp { manager?.tellReloading() }
      for case let child? in wards.map(\.child) {
        // One that has just ended needs none.
        try? next.send(to: child.pid)
      }
      if next == .hangUp { manager?.tell("READY=1") }
    }
  }

  private func beginToEnd(_ next: Signal) {
    guard signal == nil else { return }
    signal = next
    manager?.tell("STOPPING=1")
    for index in wards.indices { wards[index].giveUp() }
  }
}
