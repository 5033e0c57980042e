import CPosix
import Glibc

extension Signal {
  /// What happens when a signal arrives that is not blocked.
  package enum Disposition: Sendable {
    case `default`, ignore
  }

  /// Sets what the signal does to this process.
  package func setDisposition(_ disposition: Disposition) throws(SystemError) {
    let code =
      disposition == .ignore ? qctl_disposition_ignore : qctl_disposition_default
    _ = try systemCall("sigaction", about: description) {
      qctl_set_disposition(rawValue, Int32(code))
    }
  }

  /// True when this process ignores it; a background job of a shell ignores SIGINT, one under
  /// nohup SIGHUP, and should go on doing so.
  package var isIgnored: Bool { qctl_is_ignored(rawValue) == 1 }

  /// Sends it to one process.
  package func send(to process: Int32) throws(SystemError) {
    // 0 and negative numbers mean groups to kill(2): -1 would be everybody.
    guard process > 0 else { throw SystemError(.invalidArgument, call: "kill") }
    _ = try systemCall("kill") { Glibc.kill(process, rawValue) }
  }

  /// Sends it to every process of a group.
  package func send(toGroup group: Int32) throws(SystemError) {
    guard group > 1 else { throw SystemError(.invalidArgument, call: "kill") }
    _ = try systemCall("kill") { Glibc.kill(-group, rawValue) }
  }

  /// Ends this process by the signal, so that its parent sees that it was one.
  ///
  /// Shells stop a script after Ctrl-C only if the program died of SIGINT. Should the process
  /// survive, it exits with 128 + number.
  package func endProcess() -> Never {
    _ = qctl_set_disposition(rawValue, Int32(qctl_disposition_default))
    var number = rawValue
    _ = qctl_mask_signals(&number, 1, 0)
    raise(rawValue)
    exit(128 &+ rawValue)
  }

  /// Keeps signals waiting in the calling thread and the threads it starts later.
  package static func block(_ signals: [Signal]) throws(SystemError) {
    let numbers = signals.map(\.rawValue)
    try checkCode(qctl_mask_signals(numbers, Int32(numbers.count), 1), "pthread_sigmask")
  }

  /// Lets signals arrive again in the calling thread.
  package static func unblock(_ signals: [Signal]) throws(SystemError) {
    let numbers = signals.map(\.rawValue)
    try checkCode(qctl_mask_signals(numbers, Int32(numbers.count), 0), "pthread_sigmask")
  }
}

/// Signals as data: blocked, and read from a pollable descriptor (signalfd).
///
/// Make it in the main thread before any other thread is started; those inherit the mask. A
/// signal that the process ignores stays ignored and is never read. A child that
/// ``ChildProcess/spawn(_:)`` starts has nothing blocked.
package struct SignalSource: ~Copyable, Sendable, Descriptor {
  private let descriptor: FileDescriptor
  private let signals: [Signal]

  /// Readable while a signal waits.
  package var rawValue: Int32 { descriptor.rawValue }

  /// Blocks the signals and makes them readable here.
  package init(_ signals: [Signal]) throws(SystemError) {
    let numbers = signals.map(\.rawValue)
    try Signal.block(signals)
    let number = try systemCall("signalfd") { qctl_signalfd(numbers, Int32(numbers.count)) }
    descriptor = FileDescriptor(owning: number)
    self.signals = signals
  }

  /// The next signal that waits, or nil; never waits itself.
  package func next() throws(SystemError) -> Signal? {
    var number: Int32 = 0
    var sender: Int32 = 0
    let found = try systemCall("signalfd") {
      qctl_read_signal(descriptor.rawValue, &number, &sender)
    }
    return found == 1 ? Signal(rawValue: number) : nil
  }

  /// Stops reading and lets the signals have their usual effect again in the calling thread.
  package consuming func end() throws(SystemError) {
    try Signal.unblock(signals)
  }
}
