import PosixIO

/// A fair queue before SQLite's write lock, for processes of ours.
///
/// SQLite's own waiting polls, and under load some process polls in vain for seconds. An flock
/// around each write transaction hands the turn on as soon as it is free. It is for fairness only:
/// whoever waits longer than a second (a stopped holder) goes on without it, and whatever cannot be
/// locked at all (a folder that may not be written) is not missed (design.md §4).
struct WriteGate: ~Copyable {
  private let lock: FileLock

  /// The gate of a store, made if need be; `nil` where there can be none.
  init?(folder: String) {
    let path = folder + "/gate"
    if let lock = try? FileLock.open(path) {
      self.lock = lock
      return
    }
    try? FileSystem.makeDirectory(folder, mode: 0o700)
    guard let lock = try? FileLock.open(path) else { return nil }
    self.lock = lock
  }

  /// Waits for the turn, at most a second.
  ///
  /// - Returns: whether the gate is held, and must be left.
  borrowing func enter() -> Bool {
    let deadline = SystemClock.monotonicNanoseconds() + Self.patience
    return (try? lock.lock(deadline: deadline)) ?? false
  }

  /// Hands the turn on.
  borrowing func leave() {
    try? lock.unlock()
  }

  private static let patience: Int64 = 1_000_000_000
}
