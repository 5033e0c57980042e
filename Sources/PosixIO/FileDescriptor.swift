import CPosix
import Glibc

/// An open file that this value owns: it is closed when the value's life ends.
package struct FileDescriptor: ~Copyable, Descriptor, Sendable {
  /// The number the kernel knows it by; valid as long as this value lives.
  package let rawValue: Int32

  /// Takes over an open descriptor.
  package init(owning rawValue: Int32) { self.rawValue = rawValue }

  deinit { _ = Glibc.close(rawValue) }

  /// Closes it, and tells of a write-back error that only shows now.
  ///
  /// Never retried: on Linux the descriptor is gone even after EINTR (close(2)).
  package consuming func close() throws(SystemError) {
    let number = release()
    guard Glibc.close(number) == -1 else { return }
    let code = errno
    if code == EINTR { return }
    throw SystemError(SystemError.Code(code), call: "close")
  }

  /// Gives the number away without closing it.
  package consuming func release() -> Int32 {
    let number = rawValue
    discard self
    return number
  }
}
