import Synchronization

/// Signals to a process that others work in: a shell, which lives on when they mean what it is doing.
///
/// They are blocked and read as data (``SignalSource``), so that no call is ever left by a handler;
/// whatever may take long asks ``isAskedToStop`` now and then. A child of
/// ``ChildProcess/spawn(_:)`` has them as ever. Make it before any other thread is started.
package final class SessionSignals: Sendable {
  private struct Heard {
    var isInterrupted = false
    var end: Signal?
    var hasNewSize = false
    var isToPause = false
  }

  private let source: SignalSource
  private let heard = Mutex(Heard())

  /// Blocks SIGINT, SIGTERM, SIGHUP and SIGCHLD; for somebody at a terminal SIGQUIT and SIGWINCH too.
  package init(forTerminal: Bool) throws(SystemError) {
    let always: [Signal] = [.interrupt, .terminate, .hangUp, .child]
    let more: [Signal] = [.quit, .windowChange, .terminalStop]
    source = try SignalSource(forTerminal ? always + more : always)
    if forTerminal { try Signal.unblock([.terminalStop]) }
  }

  /// Readable while a signal waits that ``hear()`` would take.
  package var descriptor: Int32 { source.rawValue }

  /// Takes the signals that wait.
  package func hear() {
    while let signal = (try? source.next()) ?? nil {
      heard.withLock { heard in
        switch signal {
        case .interrupt: heard.isInterrupted = true
        case .terminate, .hangUp: heard.end = heard.end ?? signal
        case .windowChange: heard.hasNewSize = true
        case .terminalStop: heard.isToPause = true
        default: break
        }
      }
    }
  }

  /// Whether what is being done should end: Ctrl-C, or this process is to end.
  package var isAskedToStop: Bool {
    hear()
    return heard.withLock { $0.isInterrupted || $0.end != nil }
  }

  /// Whether Ctrl-C came since the last ``forget()``.
  package var isInterrupted: Bool {
    hear()
    return heard.withLock { $0.isInterrupted }
  }

  /// The signal that means this process, once there was one.
  package var end: Signal? {
    hear()
    return heard.withLock { $0.end }
  }

  /// Whether the window has another size since this was asked last.
  package func takeNewSize() -> Bool {
    heard.withLock { heard in
      defer { heard.hasNewSize = false }
      return heard.hasNewSize
    }
  }

  /// Whether Ctrl-Z came since this was asked last.
  package func takePause() -> Bool {
    heard.withLock { heard in
      defer { heard.isToPause = false }
      return heard.isToPause
    }
  }

  /// Forgets a Ctrl-C, before something new begins.
  package func forget() {
    hear()
    heard.withLock { $0.isInterrupted = false }
  }

  /// Has Ctrl-Z come here instead of stopping this process, until told otherwise.
  package func takePauses(_ isWanted: Bool) {
    if isWanted {
      try? Signal.block([.terminalStop])
    } else {
      try? Signal.unblock([.terminalStop])
    }
  }

  /// Waits so long, or until a signal came.
  ///
  /// - Returns: false when what is being done should end.
  package func wait(milliseconds: Int?) -> Bool {
    guard !isAskedToStop else { return false }
    _ = try? Poll.wait(for: .read, on: descriptor, milliseconds: milliseconds)
    return !isAskedToStop
  }
}
