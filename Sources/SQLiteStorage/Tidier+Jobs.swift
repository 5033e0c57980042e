import Jobs
import Storage

extension Tidier {
  /// Removes jobs of a terminal state, and tells of dead ones.
  mutating func removeJobs(
    _ state: JobState, in transaction: inout Transaction
  ) throws(StorageError) {
    var removed: [QueueName: Int] = [:]
    for span in rules.spans(state) where !result.hasMore {
      let jobs = try expired(JobExpiry(state, span, at: now), in: &transaction)
      try remove(jobs, in: &transaction)
      for job in jobs {
        removed[job.queue, default: 0] += 1
        transaction.count(job.queue, from: state, to: nil)
      }
    }
    note(removed.values.reduce(0, +), Self.kind(of: state))
    guard state == .dead else { return }
    try tell(removed, in: &transaction)
  }

  private static func kind(of state: JobState) -> TidyKind {
    TidyKind.allCases.first { $0.state == state } ?? .completed
  }

  /// Nothing dead goes without a word (traps.md 22).
  private func tell(
    _ removed: [QueueName: Int], in transaction: inout Transaction
  ) throws(StorageError) {
    for (queue, count) in removed.sorted(by: { $0.key < $1.key }) {
      let (own, all) = (rules.own(of: queue.description), rules.all)
      try transaction.change { connection throws(SQLiteFailure) in
        try LogRow.insert(.expired(count, in: queue, by: own, over: all, at: now), on: connection)
      }
    }
  }

  /// The jobs that this call removes; a name that cannot be read is left to `doctor`.
  private mutating func expired(
    _ expiry: JobExpiry, in transaction: inout Transaction
  ) throws(StorageError) -> [JobExpiry.Expired] {
    var expired: [JobExpiry.Expired] = []
    var large: Int64?
    var tidier = self
    try transaction.change { connection throws(SQLiteFailure) in
      try expiry.walk(on: connection) { row throws(SQLiteFailure) in
        let name = row.text(1)
        let keep = tidier.rules.retention(of: name).keep(expiry.state)
        guard keep == .span(expiry.span), let queue = try? QueueName(name) else {
          return tidier.pass() ? .stays : .stop
        }
        let id = row.integer(0)
        let rows = try 2 + (row.integer(3) > 0 ? AttemptRow.count(of: id, on: connection) : 0)
        if tidier.isTooLarge(rows) { large = id }
        let bytes = try PayloadRow.size(of: id, on: connection)
        guard tidier.take(rows), tidier.take(bytes: bytes) else { return .stop }
        expired.append(JobExpiry.Expired(id: id, queue: queue))
        return .goes
      }
    }
    self = tidier
    if let large { try thin(large, in: &transaction) }
    return expired
  }

  /// Removes the oldest attempts of a job that has more than one call may remove.
  private mutating func thin(
    _ id: Int64, in transaction: inout Transaction
  ) throws(StorageError) {
    var tidier = self
    try transaction.change { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT attempt, EXISTS (SELECT 1 FROM qctl_outputs o
          WHERE o.job_id = a.job_id AND o.attempt = a.attempt)
        FROM qctl_attempts a WHERE job_id = ?1 ORDER BY attempt
        """)
      statement.bind(1, id)
      var attempts: [Int64] = []
      do {
        defer { statement.reset() }
        while try statement.step(), tidier.take(1 + Int(statement.integer(1))) {
          attempts.append(statement.integer(0))
        }
      }
      for attempt in attempts { try AttemptRow.remove(attempt, of: id, on: connection) }
      tidier.note(attempts.count, .attempts)
    }
    self = tidier
  }

  private func remove(
    _ jobs: [JobExpiry.Expired], in transaction: inout Transaction
  ) throws(StorageError) {
    guard let last = jobs.map(\.id).max() else { return }
    try transaction.change { connection throws(SQLiteFailure) in
      try JobRow.raiseFloor(to: last, on: connection)
      for job in jobs { try JobRow.remove(job.id, on: connection) }
    }
    for job in jobs {
      if let id = JobID(rawValue: job.id) { try transaction.followEnd(of: id) }
    }
  }
}
