import Jobs
import Storage

/// Claims of certain types only.
///
/// The index of ready jobs does not know types, so a claim may have to walk past a million jobs of
/// others. That walk is done before the write lock is taken; inside, the jobs found are looked up by
/// their ids. Where one of them is gone by then, or the transaction made jobs ready itself, the claim
/// walks after all, so that it never comes back empty-handed beside a job. One that is enqueued in
/// between with more urgency is found next time.
extension SQLiteStore {
  /// The first ready jobs of a queue at the time of a look.
  struct Seen {
    let queue: QueueName
    let ids: [Int64]
  }

  /// A ready job as a claim reads it.
  typealias Ready = (job: Job, payload: [UInt8], tags: [Tag])

  /// Looks for what a claim could take; queues behind the last one looked at are not needed.
  func seek(_ request: ClaimRequest, _ session: Session) throws(StorageError) -> [Seen] {
    guard !request.types.isEmpty else { return [] }
    return try session.read { connection throws(SQLiteFailure) in
      let statement = try connection.prepare(Self.seekQuery(request.types))
      Self.bind(request.types, to: statement)
      var seen: [Seen] = []
      var left = request.limit
      for queue in request.queues where left > 0 {
        statement.bind(1, queue.description)
        statement.bind(2, request.now.milliseconds)
        defer { statement.reset() }
        var ids: [Int64] = []
        while ids.count < left, try statement.step() { ids.append(statement.integer(0)) }
        // Of a queue with limits perhaps none of them is taken, and then the next ones give more.
        if try !Self.limits(of: queue, on: connection).0.isAny { left -= ids.count }
        seen.append(Seen(queue: queue, ids: ids))
      }
      return seen
    }
  }

  private static func seekQuery(_ types: [JobType]) -> String {
    """
    SELECT id FROM qctl_jobs WHERE state = 'ready' AND queue = ?1\(wanted(types))
      AND NOT EXISTS (SELECT 1 FROM qctl_queues
        WHERE queue = ?1 AND \(QueueRow.isPaused(at: "?2")))
    ORDER BY ord, id
    """
  }

  /// The jobs that were seen, as they are now; `nil` where only a walk can tell.
  func readySeen(
    _ seen: [Seen], of queue: QueueName, upTo limit: Int, _ transaction: Transaction
  ) throws(StorageError) -> [Ready]? {
    guard !transaction.madeReady, let found = seen.first(where: { $0.queue == queue }) else {
      return nil
    }
    return try transaction.sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT \(JobRow.joinedColumns), p.payload, p.tags
        FROM qctl_jobs j LEFT JOIN qctl_payloads p ON p.id = j.id
        WHERE j.id = ?1 AND j.state = 'ready' AND j.queue = ?2
        """)
      defer { statement.reset() }
      var jobs: [Ready] = []
      for id in found.ids.prefix(limit) {
        statement.reset()
        statement.bind(1, id)
        statement.bind(2, queue.description)
        guard try statement.step(), let job = Self.ready(statement) else { return nil }
        jobs.append(job)
      }
      return jobs
    }
  }

  /// The ready job of the present row, and its bulky parts behind it; `nil` if it cannot be read.
  static func ready(_ row: Statement) -> Ready? {
    guard let job = JobRow.readIfSound(row) else { return nil }
    let tags = TagText.read(row.optionalText(JobRow.columnCount + 1))
    return (job, row.bytes(JobRow.columnCount), tags)
  }
}
