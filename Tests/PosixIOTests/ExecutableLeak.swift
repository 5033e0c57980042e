import Glibc
import PosixIO

/// Undoes what PosixIO always does, to show that a child is safe all the same.
enum ExecutableLeak {
  /// A copy that stays open across exec, as C makes it by default.
  static func copy(of descriptor: borrowing FileDescriptor) -> FileDescriptor {
    FileDescriptor(owning: dup(descriptor.rawValue))
  }

  /// The same, with that number or the next free one above.
  static func copy(of descriptor: borrowing FileDescriptor, from number: Int32) -> Int32 {
    fcntl(descriptor.rawValue, F_DUPFD, number)
  }
}
