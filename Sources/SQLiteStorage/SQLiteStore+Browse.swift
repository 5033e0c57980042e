package import Jobs
package import Storage

extension SQLiteStore {
  package func queues(at now: Instant) throws(StorageError) -> [QueueSummary] {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try QueueRow.all(at: now, on: connection)
      }
    }
  }

  package func queues(
    at now: Instant, beginningWith prefix: String, most: Int
  ) throws(StorageError) -> [QueueSummary] {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try QueueRow.kept(at: now, beginningWith: prefix, most: most, on: connection)
      }
    }
  }

  package func job(_ id: JobID) throws(StorageError) -> JobDetail? {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        guard let job = try Self.job(id, on: connection) else { return nil }
        return try Self.detail(of: job, on: connection)
      }
    }
  }

  package func jobs(_ ids: [JobID]) throws(StorageError) -> [JobDetail] {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        var details: [JobDetail] = []
        for id in ids {
          guard let job = try Self.job(id, on: connection) else { continue }
          details.append(try Self.detail(of: job, on: connection))
        }
        return details
      }
    }
  }

  package func keyHolder(_ key: String, of queue: QueueName) throws(StorageError) -> JobID? {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        try Self.holder(of: key, in: queue, on: connection)
      }
    }
  }

  /// All parts of a job; `nil` where its row cannot be read, or may not be seen yet.
  static func soundDetail(
    _ id: JobID, on connection: Connection
  ) throws(SQLiteFailure) -> JobDetail? {
    guard let job = try soundJob(id, on: connection) else { return nil }
    return try detail(of: job, on: connection)
  }

  private static func detail(
    of job: Job, on connection: Connection
  ) throws(SQLiteFailure) -> JobDetail {
    let bulk = try PayloadRow.readAll(job.id, on: connection)
    let parents: (all: [JobID], pending: [JobID]) =
      job.onParentFailure != nil ? try ParentRow.parents(of: job.id, on: connection) : ([], [])
    return JobDetail(
      job: job, payload: bulk.payload, tags: bulk.tags, result: bulk.result,
      attempts: job.attempt > 0 ? try AttemptRow.all(of: job.id, on: connection) : [],
      actions: bulk.actions, after: parents.all, waitsFor: parents.pending)
  }

  /// One row by its id.
  static func job(_ id: JobID, on connection: Connection) throws(SQLiteFailure) -> Job? {
    try visible(id, on: connection) { row throws(SQLiteFailure) in try JobRow.read(row) }
  }

  /// One row by its id; `nil` also where it cannot be read.
  static func soundJob(_ id: JobID, on connection: Connection) throws(SQLiteFailure) -> Job? {
    try visible(id, on: connection) { row throws(SQLiteFailure) in JobRow.readIfSound(row) }
  }

  private static func visible(
    _ id: JobID, on connection: Connection, _ read: (Statement) throws(SQLiteFailure) -> Job?
  ) throws(SQLiteFailure) -> Job? {
    let statement = try connection.statement(
      "SELECT \(JobRow.columns) FROM qctl_jobs WHERE id = ?1")
    statement.bind(1, id.rawValue)
    defer { statement.reset() }
    guard try statement.step(), try StagedJobs.isVisible(statement, on: connection) else {
      return nil
    }
    return try read(statement)
  }

  package func page(_ request: JobPageRequest) throws(StorageError) -> JobPage {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        let query = try JobQuery.planned(
          request.filter, order: request.order, now: request.now, on: connection)
        return try query.page(after: request.after, size: request.size, on: connection)
      }
    }
  }

  package func outstanding(
    in queues: [QueueName], at now: Instant
  ) throws(StorageError) -> Outstanding {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        var sum = Outstanding()
        let staged = try StagedJobs.waiting(at: now, on: connection)
        for queue in queues {
          try QueueRow.addOutstanding(
            of: queue, staged, at: now, to: &sum, on: connection)
        }
        return sum
      }
    }
  }
}
