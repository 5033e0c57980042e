package import Engine
package import PosixIO

/// How a wait ended.
package enum Waiting: Equatable, Sendable {
  /// The time is over.
  case passed
  /// The descriptor can be read.
  case heard
  /// Nobody reads standard output any more.
  case unread
}

/// What a command may need of the process that it runs in, so that tests can stand in for it.
package struct ProcessAccess {
  /// The whole environment, which handlers inherit.
  package var environment: () -> EnvironmentBlock
  /// The words of the command line byte for byte, the program's own first.
  package var arguments: () -> CStringList
  /// Signals as events from now on; `nil` where none come.
  package var signals: () throws(SystemError) -> (any SignalFeed)?
  /// Waits so many milliseconds; false as soon as nobody reads standard output any more.
  package var wait: (_ milliseconds: Int) -> Bool
  /// Waits so many milliseconds, or until a descriptor can be read.
  package var listen: (_ milliseconds: Int, _ descriptor: Int32) -> Waiting
  /// Ends the process with status 0 after so many milliseconds, whatever it is waiting for.
  package var limitTime: (_ milliseconds: Int64) -> Void
  /// Asks after so many milliseconds with which status the process is to end, whatever it is waiting
  /// for, and ends it at once.
  package var endAfter: (_ milliseconds: Int64, _ status: @escaping @Sendable () -> Int32) -> Void

  /// Everything in turn.
  package init(
    environment: @escaping () -> EnvironmentBlock, arguments: @escaping () -> CStringList,
    signals: @escaping () throws(SystemError) -> (any SignalFeed)?,
    wait: @escaping (_ milliseconds: Int) -> Bool,
    listen: @escaping (_ milliseconds: Int, _ descriptor: Int32) -> Waiting,
    limitTime: @escaping (_ milliseconds: Int64) -> Void,
    endAfter: @escaping (_ milliseconds: Int64, _ status: @escaping @Sendable () -> Int32) -> Void =
      { _, _ in }
  ) {
    self.environment = environment
    self.arguments = arguments
    self.signals = signals
    self.wait = wait
    self.listen = listen
    self.limitTime = limitTime
    self.endAfter = endAfter
  }

  /// The process itself.
  package static var current: ProcessAccess {
    ProcessAccess(
      environment: EnvironmentBlock.current, arguments: { CurrentProcess.arguments },
      signals: { () throws(SystemError) in try ProcessSignals() }, wait: waitForReader,
      listen: listen, limitTime: { endLater($0) { 0 } }, endAfter: endLater)
  }

  /// A pipe without its reader, or a terminal that has gone, shows without being asked for.
  private static func waitForReader(_ milliseconds: Int) -> Bool {
    let output = StandardStream.output.rawValue
    let found = try? Poll.wait(for: [], on: output, milliseconds: milliseconds)
    return found?.isEmpty ?? false
  }

  private static func listen(_ milliseconds: Int, _ descriptor: Int32) -> Waiting {
    var entries = [
      PollEntry(StandardStream.output.rawValue, []), PollEntry(descriptor, .read),
    ]
    guard (try? Poll.wait(for: &entries, milliseconds: milliseconds)) != nil else { return .unread }
    guard entries[0].ready.isEmpty else { return .unread }
    return entries[1].ready.isEmpty ? .passed : .heard
  }

  private static func endLater(
    _ milliseconds: Int64, _ status: @escaping @Sendable () -> Int32
  ) {
    // Without a thread to watch it, the command takes as long as it takes.
    _ = try? Thread.start {
      SystemClock.sleep(nanoseconds: milliseconds &* 1_000_000)
      CurrentProcess.exitAtOnce(status())
    }
  }
}
