package import PosixIO

/// Signals as events of the worker's loop.
///
/// An implementer must not block in `next`, and must keep the descriptor open for life.
package protocol SignalFeed: AnyObject {
  /// Readable while a signal waits.
  var descriptor: Int32 { get }
  /// The next signal that waits, or `nil`.
  func next() -> Signal?
}

/// The signals of this process that mean something to a worker.
///
/// Make it in the main thread before any other thread is started.
package final class ProcessSignals: SignalFeed {
  private let source: SignalSource

  /// Blocks SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGRTMIN+1 and SIGRTMIN+2, which are read here
  /// from now on.
  package init() throws(SystemError) {
    source = try SignalSource(
      [.terminate, .interrupt, .hangUp, .user1, .user2]
        + [Signal.moreHandlers, Signal.fewerHandlers].compactMap(\.self))
  }

  package var descriptor: Int32 { source.rawValue }

  package func next() -> Signal? {
    // A failed read is as good as no signal: the descriptor stays readable if one waits.
    (try? source.next()) ?? nil
  }
}

extension Signal {
  /// Raises a worker's concurrency by one: SIGRTMIN+1.
  static var moreHandlers: Signal? { realtime(1) }
  /// Lowers it by one: SIGRTMIN+2.
  static var fewerHandlers: Signal? { realtime(2) }
}
