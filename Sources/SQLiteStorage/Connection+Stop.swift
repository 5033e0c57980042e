import CSQLite
import PosixIO
import Storage

extension Connection {
  /// Lets a connection give up looking, or waiting for a lock, when somebody wishes it.
  ///
  /// Belongs to its connection, which SQLite has its address for.
  final class Stop {
    private let isWished: StopWish
    private let limit: Int32
    private var waitedUntil: Int64 = 0

    /// So many steps of a statement between two questions: a fraction of a millisecond.
    private static let steps: Int32 = 10_000
    /// How long one pause lasts while somebody else has a lock.
    private static let pauseNanoseconds: Int64 = 5_000_000

    /// - Parameter limit: for how many milliseconds to wait for a lock.
    init(_ isWished: @escaping StopWish, limit: Int32) {
      self.isWished = isWished
      self.limit = limit
    }

    func watch(_ handle: OpaquePointer) {
      let context = Unmanaged.passUnretained(self).toOpaque()
      sqlite3_progress_handler(
        handle, Self.steps,
        { context in
          guard let context else { return 0 }
          return Unmanaged<Stop>.fromOpaque(context).takeUnretainedValue().mustStop ? 1 : 0
        }, context)
      sqlite3_busy_handler(
        handle,
        { context, count in
          guard let context else { return 0 }
          return Unmanaged<Stop>.fromOpaque(context).takeUnretainedValue().waits(count) ? 1 : 0
        }, context)
      self.handle = handle
    }

    private var handle: OpaquePointer?

    /// What has begun to write goes on.
    private var mustStop: Bool {
      sqlite3_txn_state(handle, nil) != SQLITE_TXN_WRITE && isWished()
    }

    /// Waits a little for a lock, the `count`th time; false to give up.
    private func waits(_ count: Int32) -> Bool {
      let now = SystemClock.monotonicNanoseconds()
      if count == 0 { waitedUntil = now &+ Int64(limit) &* 1_000_000 }
      guard now < waitedUntil, !isWished() else { return false }
      SystemClock.sleep(nanoseconds: count < 5 ? 1_000_000 : Self.pauseNanoseconds)
      return true
    }
  }
}
