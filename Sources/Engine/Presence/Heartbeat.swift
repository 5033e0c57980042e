import Jobs
import PosixIO
import Synchronization

/// A thread that writes the time into a worker's file, whatever the worker itself waits for: a long
/// transaction of an application makes nobody look dead (trap 3).
final class Heartbeat {
  private let state: Shared
  private var thread: PosixIO.Thread?

  /// What both sides of the thread use.
  private final class Shared: Sendable {
    let isOver = Atomic(false)
    let isUnlinked = Atomic(false)
    let bell: WakeUp

    init() throws(SystemError) { bell = try WakeUp() }
  }

  /// Starts beating into an open file, which must stay open until `stop` returns.
  init(of descriptor: Int32, every interval: TimeSpan) throws(SystemError) {
    let state = try Shared()
    self.state = state
    thread = try PosixIO.Thread.start(stackBytes: 64 << 10) {
      Self.beat(descriptor, interval, state)
    }
  }

  deinit { stop() }

  /// Whether the file has lost its name.
  var isUnlinked: Bool { state.isUnlinked.load(ordering: .relaxed) }

  /// Ends the thread, and waits until it is gone.
  func stop() {
    state.isOver.store(true, ordering: .releasing)
    state.bell.ring()
    if let running = thread.take() { running.join() }
  }

  private static func beat(_ descriptor: Int32, _ interval: TimeSpan, _ state: Shared) {
    let file = BorrowedDescriptor(descriptor)
    while !state.isOver.load(ordering: .acquiring) {
      var words = WordWriter()
      words.append(SystemClock.boottimeNanoseconds())
      words.append(SystemClock.monotonicNanoseconds())
      // A beat that fails is missed; whoever misses too many of them looks silent.
      try? file.writeAll(words.bytes, at: PresenceHeader.heartbeatOffset)
      if (try? file.status())?.links == 0 { state.isUnlinked.store(true, ordering: .relaxed) }
      _ = try? Poll.wait(
        for: .read, on: state.bell.rawValue, milliseconds: Int(clamping: interval.milliseconds))
    }
  }
}
