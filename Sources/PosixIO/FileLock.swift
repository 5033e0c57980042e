import CPosix
import Glibc

/// An flock(2) lock on a file: held by the open file, so it is gone when its holder dies.
///
/// Uncontended, locking is one system call. Who must wait queues in the kernel, with a deadline as
/// without: trying again after pauses let some process starve (four writers on two cores: a longest
/// wait of 164 ms against 36, and fewer turns in all).
package struct FileLock: ~Copyable, Sendable {
  /// How it is held.
  package enum Mode: Sendable {
    case shared, exclusive

    var operation: Int32 { self == .shared ? LOCK_SH : LOCK_EX }
  }

  /// The locked file, for reading and writing through the same open file.
  package let descriptor: FileDescriptor

  /// A lock, not yet taken, on an open file of its own.
  package init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

  /// A lock, not yet taken, on the file at `path`, made if it is missing.
  package static func open(_ path: String, mode: UInt32 = 0o600) throws(SystemError) -> FileLock {
    FileLock(try FileDescriptor.open(path, .readWrite, [.create, .noFollow], mode: mode))
  }

  /// Takes the lock if that is possible at once; false when others hold it.
  package func tryLock(_ mode: Mode = .exclusive) throws(SystemError) -> Bool {
    do {
      _ = try systemCall("flock") {
        qctl_flock(descriptor.rawValue, mode.operation | LOCK_NB)
      }
      return true
    } catch {
      if error.code == .wouldBlock { return false }
      throw error
    }
  }

  /// Takes the lock, waiting as long as it takes.
  package func lock(_ mode: Mode = .exclusive) throws(SystemError) {
    _ = try systemCall("flock") { qctl_flock(descriptor.rawValue, mode.operation) }
  }

  /// Takes the lock, giving up with false once ``SystemClock/monotonicNanoseconds()`` has
  /// reached `deadline`.
  package func lock(
    _ mode: Mode = .exclusive, deadline: Int64
  ) throws(SystemError) -> Bool {
    if try tryLock(mode) { return true }
    do {
      return try systemCall("flock") {
        qctl_flock_until(descriptor.rawValue, mode.operation, deadline)
      } == 1
    } catch {
      // No timer, as past the limit of pending signals.
      guard error.code == .wouldBlock else { throw error }
      return try tryAgain(mode, until: deadline)
    }
  }

  private func tryAgain(_ mode: Mode, until deadline: Int64) throws(SystemError) -> Bool {
    while deadline > SystemClock.monotonicNanoseconds() {
      SystemClock.sleep(nanoseconds: 1_000_000)
      if try tryLock(mode) { return true }
    }
    return false
  }

  /// Gives the lock back.
  package func unlock() throws(SystemError) {
    _ = try systemCall("flock") { qctl_flock(descriptor.rawValue, LOCK_UN) }
  }
}
