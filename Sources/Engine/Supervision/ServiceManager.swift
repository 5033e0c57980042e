package import Jobs
package import PosixIO

/// The service manager that started this process, as it is told how things stand (sd_notify(3)).
///
/// Whatever is said gets lost where nobody listens: nothing depends on it.
package final class ServiceManager {
  private let socket: DatagramSocket
  private let address: String
  /// How often it wants to hear that the process goes on: twice as often as it would give up;
  /// `nil` where it does not ask.
  package let interval: TimeSpan?

  /// The manager that the environment names; `nil` where it names none.
  ///
  /// - Parameter process: the number of this process; a watchdog for another one is not ours.
  package init?(_ environment: EnvironmentBlock, process: Int32 = CurrentProcess.id) {
    guard let address = environment["NOTIFY_SOCKET"], Self.isAddress(address),
      let socket = try? DatagramSocket()
    else { return nil }
    self.socket = socket
    self.address = address
    interval = Self.interval(environment, process)
  }

  private static func isAddress(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count > 1 else { return false }
    return first == UInt8(ascii: "/") || first == UInt8(ascii: "@")
  }

  private static func interval(_ environment: EnvironmentBlock, _ process: Int32) -> TimeSpan? {
    guard let text = environment["WATCHDOG_USEC"], let length = Int64(text), length > 0 else {
      return nil
    }
    if let owner = environment["WATCHDOG_PID"], Int32(owner) != process { return nil }
    return TimeSpan(milliseconds: max(1, length / 2000))
  }

  /// Tells it something: `NAME=value` in each line.
  package func tell(_ lines: String...) {
    try? socket.send(lines.joined(separator: "\n"), to: address)
  }

  /// Tells it that configuration is being read again; `READY=1` ends that.
  package func tellReloading() {
    tell("RELOADING=1", "MONOTONIC_USEC=\(SystemClock.monotonicNanoseconds() / 1000)")
  }
}

/// When the service manager must hear from a loop next.
struct WatchdogTimer {
  private let interval: TimeSpan?
  private(set) var next: Tick

  init(_ interval: TimeSpan?, from now: Tick) {
    self.interval = interval
    next = interval == nil ? Tick(nanoseconds: .max) : now
  }

  /// Whether it is time; the next time is then an interval later.
  mutating func takeDue(_ now: Tick) -> Bool {
    guard let interval, next <= now else { return false }
    next = now + interval
    return true
  }
}
