import Jobs
import PosixIO
import Storage

// Whatever ends a job or removes it says so by `Transaction.follow`, which notes the job where others
// wait for it. Before the transaction ends, and in one that also claims before anything is taken, those
// that wait are told, in the order of `StorageEngine`, at most `ParentStep.largest` in a transaction. What is left over
// is a row of qctl_ended, written in the same transaction as the end itself, so nobody's death loses
// it: the call that ended the job goes on for a while, then whoever claims or tidies next, each by a
// step in its own transaction. What a parent's end means is judged by how it stands when a dependant's
// turn comes; one that was brought back meanwhile tells the rest when it ends again.
//
// A dependant in a bulk that is not published is not told, since nobody may see it: publishing looks at
// how its parents stand (StagedBulk).

extension Transaction {
  /// The next job or batch of whose end those who wait have not heard, and the last of them that has:
  /// one that ended in this transaction, or is left over from others; lowest id first.
  fileprivate mutating func takeNextEnd(
    at now: Instant
  ) throws(StorageError) -> (parent: JobID, done: Int64)? {
    let left = try sql { connection throws(SQLiteFailure) in try EndedRow.first(on: connection) }
    if nextEnd == nil, left == nil { try writeBatches(at: now) }
    if let left, nextEnd.map({ $0 >= left.parent }) ?? true {
      try change { connection throws(SQLiteFailure) in
        try EndedRow.remove(left.parent, on: connection)
      }
      // One that came back and has ended once more tells all of them.
      return takeEnd(left.parent) ? (left.parent, 0) : left
    }
    return takeEnd().map { ($0, 0) }
  }
}

extension SQLiteStore {
  /// How a job stands for those that wait for it.
  func stand(
    of parent: JobID, _ transaction: Transaction
  ) throws(StorageError) -> ParentStand {
    try transaction.sql { connection throws(SQLiteFailure) in
      try Self.stand(of: parent, on: connection)
    }
  }

  static func stand(
    of parent: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> ParentStand {
    let statement = try connection.statement(
      """
      SELECT CASE WHEN j.bulk IS NULL THEN j.state ELSE \(StagedJobs.state) END
      FROM qctl_jobs j WHERE j.id = ?1 AND \(StagedJobs.isVisible)
      """)
    statement.bind(1, parent.rawValue)
    defer { statement.reset() }
    guard try statement.step() else {
      return try BatchRow.batch(parent, on: connection)?.stand ?? .removed
    }
    // A state that is no word is a row for the doctor, and nobody's end.
    return JobState(rawValue: statement.text(0)).map { ParentStand($0) } ?? .live
  }

  /// Those of its parents that a new job must wait for.
  ///
  /// - Parameter live: jobs that count as such, since they gave way to others of the same bulk.
  func pending(
    of new: NewJob, _ transaction: Transaction, countingAsLive live: Set<JobID> = []
  ) throws(StorageError) -> [JobID] {
    var pending: [JobID] = []
    for parent in new.after {
      let stand = live.contains(parent) ? .live : try stand(of: parent, transaction)
      guard stand != .removed else { throw .unknownParent(parent) }
      if stand.effect(by: new.onParentFailure, parent: parent) != .released {
        pending.append(parent)
      }
    }
    return pending
  }

  /// Writes down the parents of a new job; those that have ended already are noted.
  func wait(
    _ id: JobID, _ parents: [JobID], for waitsFor: [JobID], in transaction: inout Transaction
  ) throws(StorageError) {
    guard !parents.isEmpty else { return }
    try transaction.change { connection throws(SQLiteFailure) in
      try ParentRow.insert(id, parents, waitsFor: waitsFor, on: connection)
      if !waitsFor.isEmpty { try ParentRow.count(id, on: connection) }
    }
    for parent in waitsFor {
      let stand = try stand(of: parent, transaction)
      if stand != .live, stand != .removed { transaction.noteEnd(parent) }
    }
  }

  /// Tells those that wait what became of the jobs that ended in this transaction, then of those that
  /// are left over from others, as far as one step goes.
  func tellDependants(at now: Instant, in transaction: inout Transaction) throws(StorageError) {
    guard transaction.hasEnds else { return }
    try tellLeft(at: now, in: &transaction)
  }

  /// The same, where there may be nothing but what others left over.
  func tellLeft(at now: Instant, in transaction: inout Transaction) throws(StorageError) {
    var left = ParentStep.largest
    while left > 0, let next = try transaction.takeNextEnd(at: now) {
      try tellDependants(of: next.parent, after: next.done, at: now, &left, in: &transaction)
    }
    // What this step has no room for is kept as the transaction ends.
  }

  /// Goes on with what one step left over, for as long as a call may last; what fails here is done by
  /// whoever comes next.
  func tellRest(at now: Instant) {
    let end = SystemClock.monotonicNanoseconds() &+ staging.patience
    while SystemClock.monotonicNanoseconds() < end {
      let isLeft = try? withSession { session throws(StorageError) in
        guard try session.read(EndedRow.exist) else { return false }
        try session.write(durable: false, at: now) { transaction throws(StorageError) in
          try tellLeft(at: now, in: &transaction)
        }
        return true
      }
      guard isLeft == true else { return }
      letOthersIn()
    }
  }

  private func keep(
    _ parent: JobID, done: Int64, in transaction: inout Transaction
  ) throws(StorageError) {
    try transaction.change { connection throws(SQLiteFailure) in
      try EndedRow.save(parent, done: done, on: connection)
    }
    transaction.leaveEnds()
  }

  private func tellDependants(
    of parent: JobID, after last: Int64, at now: Instant, _ left: inout Int,
    in transaction: inout Transaction
  ) throws(StorageError) {
    let stand = try stand(of: parent, transaction)
    guard stand != .live else { return }
    let limit = left
    let children = try transaction.sql { connection throws(SQLiteFailure) in
      try ParentRow.dependants(of: parent, after: last, upTo: limit, on: connection)
    }
    for child in children {
      guard let id = JobID(rawValue: child) else { continue }
      try tell(id, of: parent, stand, at: now, in: &transaction)
      if transaction.isCrowded { try transaction.finish() }
    }
    left -= max(children.count, 1)
    guard children.count == limit, let done = children.last else { return }
    try keep(parent, done: done, in: &transaction)
  }

  private func tell(
    _ child: JobID, of parent: JobID, _ stand: ParentStand, at now: Instant,
    in transaction: inout Transaction
  ) throws(StorageError) {
    if try transaction.sql(BulkRange.exist) { try promoteOne(child, in: &transaction) }
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try Self.soundJob(child, on: connection)
    }
    guard let before = found, before.state == .blocked else { return }
    let event: JobEvent
    switch stand.effect(by: before.onParentFailure ?? .hold, parent: parent) {
    case .none: return
    case .released:
      let waits = try transaction.change { connection throws(SQLiteFailure) in
        try ParentRow.satisfy(child, parent, on: connection)
      }
      guard !waits else { return }
      event = .unblock
    case .abandoned(let reason): event = .abandon(reason: reason)
    }
    var job = before
    guard (try? job.apply(event, at: now)) != nil else { return }
    try retakeKey(of: &job, since: before, transaction)
    let tags = try transaction.change { [job] connection throws(SQLiteFailure) in
      try JobRow.update(job, on: connection)
      return try PayloadRow.tags(of: child, on: connection)
    }
    transaction.count(job.queue, from: .blocked, to: job.state)
    try transaction.follow(before, job)
    try log(.afterParents(job, tags, at: now), in: &transaction)
  }
}
