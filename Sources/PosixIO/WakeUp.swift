import CPosix
import Glibc

/// A bell between threads: ringing makes a pollable descriptor readable (eventfd).
package struct WakeUp: ~Copyable, Sendable, Descriptor {
  private let descriptor: FileDescriptor

  /// Readable after ``ring()`` and until ``clear()``.
  package var rawValue: Int32 { descriptor.rawValue }

  /// A silent bell.
  package init() throws(SystemError) {
    descriptor = FileDescriptor(owning: try systemCall("eventfd") { qctl_eventfd() })
  }

  /// Makes it readable, from any thread; ringing twice is as good as once.
  package func ring() {
    var one: UInt64 = 1
    // It can only fail when 2^64 rings wait already, and then it is readable.
    while Glibc.write(rawValue, &one, 8) == -1 && errno == EINTR {}
  }

  /// Makes it silent, and answers whether it had been rung.
  @discardableResult
  package func clear() -> Bool {
    var count: UInt64 = 0
    while true {
      if Glibc.read(rawValue, &count, 8) == 8 { return true }
      if errno != EINTR { return false }
    }
  }
}
