import Glibc
import PosixIO

/// Undoes what PosixIO always does, to show that a child is safe all the same.
enum ExecutableLeak {
  /// A copy that stays open across exec, as C makes it by default.
  static func copy(of descriptor: borrowing FileDescriptor) -> FileDescriptor {
    FileDescriptor(owning: dup(descriptor.rawValue))
  }
}
