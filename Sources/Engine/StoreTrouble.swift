import Jobs
import Storage

/// The store failed, and is tried again after a wait that grows.
struct StoreTrouble {
  let error: StorageError
  let nextTry: Tick
  private let wait: TimeSpan

  private static let shortest = TimeSpan(milliseconds: 20)
  private static let longest = TimeSpan.seconds(1)

  /// Another failure, after `earlier` if that is not over yet.
  init(_ error: StorageError, after earlier: StoreTrouble?, at now: Tick) {
    self.error = error
    wait = earlier.map { min(Self.longest, $0.wait + $0.wait) } ?? Self.shortest
    nextTry = now + wait
  }
}

extension StorageError {
  /// Whether others merely hold the store, so that waiting is all it takes.
  var isBusy: Bool {
    if case .busy = self { return true }
    return false
  }
}

extension StorageError {
  /// Whether the store as it was opened will never answer again.
  var isFinal: Bool {
    if case .outcomeUnknown = self { return true }
    return false
  }
}

/// Handlers that could not be started, in a row.
struct SpawnFailures {
  private var count = 0
  /// After so many in a row it is not bad luck.
  private static let most = 3

  mutating func reset() {
    count = 0
  }

  /// Counts one more.
  ///
  /// - Returns: how long to wait before the next job; `nil` if there should be none.
  mutating func next() -> TimeSpan? {
    count += 1
    guard count < Self.most else { return nil }
    return TimeSpan(milliseconds: 100 << Int64(count))
  }
}
