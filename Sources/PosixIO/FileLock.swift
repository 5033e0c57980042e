import CPosix
import Glibc

/// An flock(2) lock on a file: held by the open file, so it is gone when its holder dies.
///
/// Uncontended, locking is one system call. A contended lock with a deadline is tried again: a few
/// times at once, as holders are brief, then after pauses that grow from 0.2 to 5 ms. A blocking
/// flock would queue fairly, but only a signal could end its wait, and a signal handler in a
/// process with threads is worse than the pauses.
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
    for _ in 0..<8 {
      sched_yield()
      if try tryLock(mode) { return true }
    }
    var pause: Int64 = 200_000
    while true {
      let left = deadline &- SystemClock.monotonicNanoseconds()
      if left <= 0 { return false }
      SystemClock.sleep(nanoseconds: min(pause, left))
      if try tryLock(mode) { return true }
      pause = min(pause &* 2, 5_000_000)
    }
  }

  /// Gives the lock back.
  package func unlock() throws(SystemError) {
    _ = try systemCall("flock") { qctl_flock(descriptor.rawValue, LOCK_UN) }
  }
}
