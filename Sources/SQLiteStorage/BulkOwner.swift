import PosixIO

/// The sign of life of a process that stages a bulk: a locked file beside the store.
///
/// The kernel gives the lock back when the process ends, however it ends, and never while it is
/// merely stopped.
final class BulkOwner {
  private let lock: FileLock
  private let path: String

  private init(_ lock: consuming FileLock, _ path: String) {
    self.lock = lock
    self.path = path
  }

  /// Takes the lock of a new bulk; `nil` where nothing can be locked.
  ///
  /// Called before the first row of the bulk can be seen by others.
  static func take(_ bulk: Int64, of store: String) -> BulkOwner? {
    let path = place(bulk, store)
    guard let lock = try? FileLock.open(path), (try? lock.tryLock()) == true else { return nil }
    return BulkOwner(lock, path)
  }

  /// Takes the lock of a bulk that nobody else holds any more; `nil` where its owner lives.
  ///
  /// - Parameter touched: when the owner last did something, in milliseconds since 1970. Only
  ///   where there is no file to lock does that decide, and then late: publishing finds out if the
  ///   owner lived after all.
  static func inherit(_ bulk: Int64, of store: String, touched: Int64) -> Heritage {
    let path = place(bulk, store)
    do {
      let lock = FileLock(try FileDescriptor.open(path, .readWrite, [.noFollow]))
      return try lock.tryLock() ? .taken(BulkOwner(lock, path)) : .living
    } catch {
      let age = SystemClock.wallMilliseconds().subtractingReportingOverflow(touched)
      return !age.overflow && age.partialValue > longestSilence ? .nobody : .living
    }
  }

  /// Whether the owner of a bulk lives no more, without taking its place.
  static func isGone(_ bulk: Int64, of store: String) -> Bool {
    guard
      let file = try? FileDescriptor.open(
        place(bulk, store), .readOnly, [.noFollow, .nonBlocking])
    else { return false }
    let lock = FileLock(file)
    return (try? lock.tryLock(.shared)) ?? false
  }

  /// What became of an owner.
  enum Heritage {
    case living
    case taken(BulkOwner)
    /// Long silent, without a file that could tell.
    case nobody
  }

  private static let longestSilence: Int64 = 3_600_000

  /// Removes the file; the lock goes with the last reference to this value.
  func leave() {
    try? FileSystem.unlink(path)
  }

  /// Removes the file of a bulk that needs no owner any more.
  static func clear(_ bulk: Int64, of store: String) {
    try? FileSystem.unlink(place(bulk, store))
  }

  private static func place(_ bulk: Int64, _ store: String) -> String {
    store + ".qctl/bulk-" + String(bulk)
  }
}
