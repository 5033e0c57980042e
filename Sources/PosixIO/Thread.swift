import CPosix
import Glibc

/// A thread of its own, for work that must go on whatever the others wait for.
///
/// Every signal is blocked in it. If nobody joins it, it runs on until it or the process ends.
package struct Thread: ~Copyable, Sendable {
  private let handle: pthread_t

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts `body` in a new thread with `stackBytes` of stack, at least 64 KiB.
  package static func start(
    stackBytes: Int = 512 << 10, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) -> Thread {
    let context = Unmanaged.passRetained(Body(body))
    var handle: UInt = 0
    let code = qctl_thread_start(
      &handle, max(stackBytes, 64 << 10),
      { context in
        guard let context else { return nil }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    if code != 0 { context.release() }
    try checkCode(code, "pthread_create")
    return Thread(handle: pthread_t(handle))
  }

  private init(handle: pthread_t) { self.handle = handle }

  deinit { pthread_detach(handle) }

  /// Waits until its body has returned.
  package consuming func join() {
    let thread = handle
    discard self
    pthread_join(thread, nil)
  }
}
