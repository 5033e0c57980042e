import PosixIO
import Storage
import Synchronization

/// What ends a command that runs in the process of a shell: Ctrl-C, or the end of a short time.
///
/// A verb that has begun to change jobs is asked to stop and finishes the batch in hand; everything
/// else is cut short where it looks, waits or prints.
final class ShellPatience: Sendable {
  private let signals: SessionSignals
  private let isChanging = Atomic(false)
  /// By the monotonic clock, in nanoseconds; 0 for none.
  private let deadline = Atomic<Int64>(0)

  init(_ signals: SessionSignals) { self.signals = signals }

  /// Before each command.
  func begin() { isChanging.store(false, ordering: .relaxed) }

  /// Whether to cut short what only looks.
  var isOver: Bool {
    let deadline = deadline.load(ordering: .relaxed)
    if deadline != 0 { return SystemClock.monotonicNanoseconds() > deadline || isAskedToStop }
    return isAskedToStop && !isChanging.load(ordering: .relaxed)
  }

  private var isAskedToStop: Bool { signals.isAskedToStop }

  /// For a change that must not be torn: asked between two steps.
  func watchForStop() -> () -> Bool {
    // A verb that writes finishes even when nobody reads on (design.md §8).
    try? Signal.pipe.setDisposition(.ignore)
    isChanging.store(true, ordering: .relaxed)
    return { self.isAskedToStop }
  }

  /// Gives `body` so long.
  func limited<Result>(milliseconds: Int64, _ body: () -> Result) -> Result {
    let end = SystemClock.monotonicNanoseconds() &+ milliseconds &* 1_000_000
    deadline.store(end, ordering: .relaxed)
    defer { deadline.store(0, ordering: .relaxed) }
    return body()
  }
}
