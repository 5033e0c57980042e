import PosixIO

/// Threads in a list, which cannot hold them directly.
final class Running {
  private final class Box {
    var thread: Thread?
    init(_ thread: consuming Thread) { self.thread = consume thread }
  }
  private var boxes: [Box] = []

  func start(_ body: @escaping @Sendable () -> Void) throws {
    boxes.append(Box(try Thread.start(body)))
  }

  func join() {
    for box in boxes { box.thread.take()?.join() }
  }
}
