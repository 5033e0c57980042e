import Jobs
import PosixIO
import Storage

/// Removing what dead processes left of bulks that they did not publish.
extension SQLiteStore {
  /// So many ids are removed in one transaction.
  private static let removedAtOnce: Int64 = 2000
  /// So many ids are removed between two looks at the clock.
  private static let removedTogether: Int64 = 8

  /// Removes the leftovers of dead processes, in short transactions, for a short while.
  ///
  /// Called where bulks were seen, by those who came for something else: what fails here fails
  /// again where it matters, and what is not done now is done by the next.
  func collectAbandoned(_ session: Session) {
    let now = SystemClock.monotonicNanoseconds()
    guard now >= session.nextCollection else { return }
    session.nextCollection = staging.stagesAll ? now : now &+ Self.pause
    let bulks = try? session.read { connection throws(SQLiteFailure) in
      try BulkRange.unattended(on: connection)
    }
    for (bulk, touched) in bulks ?? [] {
      switch BulkOwner.inherit(bulk, of: path, touched: touched) {
      case .living: continue
      case .taken(let owner):
        guard remove(bulk, until: now &+ staging.patience, session) else { return }
        owner.leave()
      case .nobody:
        guard remove(bulk, until: now &+ staging.patience, session) else { return }
      }
    }
  }

  private static let pause: Int64 = 1_000_000_000

  private func remove(_ bulk: Int64, until end: Int64, _ session: Session) -> Bool {
    while SystemClock.monotonicNanoseconds() < end {
      guard let isDone = try? removeSome(of: bulk, raisesFloor: true, session) else { return false }
      if isDone { return true }
      letOthersIn()
    }
    session.nextCollection = 0
    return false
  }

  /// Removes all that a bulk has staged, for the process that staged it.
  func removeAll(of bulk: Int64) throws(StorageError) {
    var isDone = false
    while !isDone {
      isDone = try withSession { session throws(StorageError) in
        try removeSome(of: bulk, raisesFloor: false, session)
      }
      letOthersIn()
    }
  }

  /// A pause between two steps of a long loop.
  ///
  /// The kernel does not hand a lock on: who takes it again at once shuts out all who wait for it.
  func letOthersIn() {
    SystemClock.sleep(nanoseconds: 1_000_000)
  }

  /// One transaction; true when nothing is left to remove.
  ///
  /// A bulk that was published since somebody looked is left alone: its jobs are there for good.
  /// - Parameter raisesFloor: whether the ids may never be used again. A bulk's number is one of
  ///   them, and its owner may live after all; an owner that gives up itself needs no such care.
  private func removeSome(
    of bulk: Int64, raisesFloor: Bool, _ session: Session
  ) throws(StorageError) -> Bool {
    try session.write(durable: false) { transaction throws(StorageError) in
      let deadline = SystemClock.monotonicNanoseconds() &+ staging.held
      let (range, isPublished) = try transaction.sql { connection throws(SQLiteFailure) in
        (
          try BulkRange.first(of: bulk, published: 0, on: connection),
          try BulkRange.first(of: bulk, published: 1, on: connection) != nil
        )
      }
      guard !isPublished else { return true }
      return try transaction.change { connection throws(SQLiteFailure) in
        guard let range else {
          _ = try BulkRange.forget(bulk, on: connection)
          return true
        }
        let end = try Self.remove(range, until: deadline, on: connection)
        if raisesFloor { try Self.raiseFloor(to: end, on: connection) }
        try range.shrink(past: end, on: connection)
        return false
      }
    }
  }

  private static func raiseFloor(to id: Int64, on connection: Connection) throws(SQLiteFailure) {
    let statement = try connection.statement(
      "UPDATE qctl_meta SET value = max(value, ?1) WHERE key = 'id_floor'")
    statement.bind(1, id)
    try statement.run()
  }

  /// Removes the front of a stretch: a few ids at a time, since each may have a large payload, whose
  /// pages are freed one by one.
  ///
  /// - Returns: the last id that was removed.
  private static func remove(
    _ range: BulkRange, until deadline: Int64, on connection: Connection
  ) throws(SQLiteFailure) -> Int64 {
    let last = min(range.lastID, range.firstID &+ removedAtOnce - 1)
    var end = range.firstID
    while true {
      let first = end
      end = min(last, first &+ removedTogether - 1)
      try remove(first...max(end, first), on: connection)
      guard end < last, SystemClock.monotonicNanoseconds() < deadline else { return end }
      end += 1
    }
  }

  private static func remove(
    _ ids: ClosedRange<Int64>, on connection: Connection
  ) throws(SQLiteFailure) {
    let jobs = try connection.statement("DELETE FROM qctl_jobs WHERE id BETWEEN ?1 AND ?2")
    jobs.bind(1, ids.lowerBound)
    jobs.bind(2, ids.upperBound)
    try jobs.run()
    let payloads = try connection.statement("DELETE FROM qctl_payloads WHERE id BETWEEN ?1 AND ?2")
    payloads.bind(1, ids.lowerBound)
    payloads.bind(2, ids.upperBound)
    try payloads.run()
    try ParentRow.remove(ids, on: connection)
  }
}
