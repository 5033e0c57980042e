package import Jobs
import PosixIO
package import Storage

/// Hands out ids that only rise, in the whole store.
///
/// The greatest one stands in a file, changed under a lock. Nothing waits for the disk here: after a
/// power cut the clock is ahead of whatever the file says. Where the lock can't be had (a stopped
/// process), ids only rise within this process, and a collision in the same millisecond is avoided by
/// their random bits alone.
package final class IDCounter {
  /// A lock that a class may have or not.
  private final class LockFile {
    let lock: FileLock

    init(_ lock: consuming FileLock) { self.lock = lock }

    /// Takes the lock; false where it can't be had in time.
    func take() -> Bool {
      let deadline = SystemClock.monotonicNanoseconds() &+ Spool.patience
      return (try? lock.lock(deadline: deadline)) ?? false
    }

    func leave() { try? lock.unlock() }

    var stored: JobID? {
      guard let bytes = try? lock.descriptor.read(upTo: JobID.textLength, at: 0) else { return nil }
      return try? JobID(String(decoding: bytes, as: UTF8.self))
    }

    func store(_ id: JobID) {
      try? lock.descriptor.writeAll(Array((id.description + "\n").utf8), at: 0)
    }
  }

  private let file: LockFile?
  private var last: JobID?
  /// The greatest id before the latest that was handed out.
  private(set) var previous: JobID?

  /// The counter of a store; `nil` for the path means that there is no file, for tests.
  package init(path: String?) {
    guard let path, let lock = try? FileLock.open(path) else {
      file = nil
      return
    }
    file = LockFile(lock)
  }

  /// The next id.
  ///
  /// - Parameters:
  ///   - random: bits for it.
  ///   - count: how many ids in a row are taken, of which this is the first.
  package func next(
    at now: Instant, count: Int64 = 1, random: UInt64
  ) throws(StorageError) -> JobID {
    guard let file, file.take() else { return try next(now, count, random) }
    defer { file.leave() }
    if let stored = file.stored { last = max(last ?? stored, stored) }
    let id = try next(now, count, random)
    if let last { file.store(last) }
    return id
  }

  /// Gives back the ids behind `used` of a row that was taken, if nobody has taken others since.
  package func giveBack(from end: JobID, to used: JobID?) {
    guard let file, file.take() else { return }
    defer { file.leave() }
    guard let used, file.stored == end else { return }
    last = used
    file.store(used)
  }

  /// Never hands out ids up to this one.
  package func raise(to id: JobID) {
    guard let file, file.take() else { return }
    defer { file.leave() }
    let raised = [id, last, file.stored].compactMap { $0 }.max() ?? id
    last = raised
    file.store(raised)
  }

  /// The greatest id that was handed out.
  package var greatest: JobID? { [file?.stored, last].compactMap { $0 }.max() }

  private func next(
    _ now: Instant, _ count: Int64, _ random: UInt64
  ) throws(StorageError) -> JobID {
    do {
      let id = try JobID.next(now: now, after: last, random: random)
      previous = last
      last = JobID(rawValue: id.rawValue &+ count &- 1) ?? id
      return id
    } catch { throw .invalid(error) }
  }
}
