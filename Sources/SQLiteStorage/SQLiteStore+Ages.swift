package import Storage
import Jobs

/// How long ready jobs have been due, from the indexes that claims go by; no job is read.
///
/// Where priority is strict, the place of a job in the index is its due time moved by its priority, so
/// the jobs of an age are nine stretches of that index. Those of priority 0 and those of a queue with
/// aging lie in the index of aged jobs by priority and due time. What is due and not yet promoted is
/// in the index of waiting jobs. Jobs of a bulk whose promotion goes on count as old as its oldest.
extension SQLiteStore {
  package func readyAges(_ request: ReadyAgesRequest) throws(StorageError) -> ReadyAges {
    try withSession { session throws(StorageError) in
      try session.read { connection throws(SQLiteFailure) in
        var ages = ReadyAges(edges: request.edges.count)
        var left = Int64(request.most)
        let strict = try connection.statement(strictQuery)
        let aged = try connection.statement(agedQuery)
        let due = try connection.statement(dueQuery)
        // The oldest first: of what is cut off, the youngest matter least.
        for place in ages.counts.indices.reversed() {
          let bounds = Self.bounds(of: place, request)
          for level in Priority.levels {
            if level > 0 { try count(strict, Self.strict(bounds, level)) }
            try count(aged, bounds, level)
          }
          try count(due, Self.upTo(bounds, request.now.milliseconds))
          func count(
            _ query: Statement, _ bounds: Range<Int64>, _ level: Int64? = nil
          ) throws(SQLiteFailure) {
            guard !bounds.isEmpty else { return }
            let found = try Self.count(query, request.queue, bounds, level, upTo: left)
            ages.counts[place] += min(found, left)
            ages.isCutOff = ages.isCutOff || found > left
            left -= min(found, left)
          }
        }
        try Self.addStaged(request, to: &ages, left, on: connection)
        return ages
      }
    }
  }

  /// The due times of a stretch of ages: from the first up to, but without, the second.
  private static func bounds(of place: Int, _ request: ReadyAgesRequest) -> Range<Int64> {
    let now = request.now
    // An age of exactly an edge belongs to the stretch behind it.
    let low =
      place < request.edges.count
      ? (now - request.edges[place]).milliseconds.clampedToRealTime + 1 : -realTime
    let high =
      place > 0 ? (now - request.edges[place - 1]).milliseconds.clampedToRealTime + 1 : realTime
    return low..<max(low, high)
  }

  /// Half a quantum: no due time is further from 1970, and no two priorities meet.
  fileprivate static let realTime = Priority.strictQuantum.milliseconds / 2

  private static func strict(_ bounds: Range<Int64>, _ level: Int64) -> Range<Int64> {
    let offset = level * Priority.strictQuantum.milliseconds
    // The index of aged jobs has what lies before the first place of priority 1.
    let low = max(bounds.lowerBound + offset, Priority.strictQuantum.milliseconds)
    return low..<max(low, bounds.upperBound + offset)
  }

  private static func upTo(_ bounds: Range<Int64>, _ now: Int64) -> Range<Int64> {
    bounds.lowerBound..<max(bounds.lowerBound, min(bounds.upperBound, now + 1))
  }

  private static func count(
    _ statement: Statement, _ queue: QueueName, _ bounds: Range<Int64>, _ level: Int64?,
    upTo left: Int64
  ) throws(SQLiteFailure) -> Int64 {
    statement.bind(1, queue.description)
    statement.bind(2, bounds.lowerBound)
    statement.bind(3, bounds.upperBound)
    // One more than may be counted tells that there are more.
    statement.bind(4, left + 1)
    if let level { statement.bind(5, level) }
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  /// Adds the jobs that no index has yet: those that the kept counts have and nobody has found.
  private static func addStaged(
    _ request: ReadyAgesRequest, to ages: inout ReadyAges, _ left: Int64,
    on connection: Connection
  ) throws(SQLiteFailure) {
    let staged = try StagedJobs.waiting(at: request.now, on: connection)
    let known = staged.named[request.queue.description]?.oldest ?? staged.anyQueue
    guard !ages.isCutOff, let oldest = known else { return }
    let kept = try QueueRow.one(request.queue, staged, at: request.now, on: connection)
    let missing = max(0, (kept?.count(.ready) ?? 0) - ages.counts.reduce(0, +))
    let age = request.now.since(oldest)
    ages.counts[request.edges.count { $0 <= age }] += min(missing, left)
    ages.isCutOff = missing > left
  }
}

private let strictQuery = """
  SELECT count(*) FROM (SELECT 1 FROM qctl_jobs INDEXED BY qctl_jobs_ready
    WHERE state = 'ready' AND queue = ?1 AND ord >= ?2 AND ord < ?3 LIMIT ?4)
  """

private let agedQuery = """
  SELECT count(*) FROM (SELECT 1 FROM qctl_jobs INDEXED BY qctl_jobs_aged
    WHERE state = 'ready' AND ord < 288230376151711744 AND queue = ?1 AND priority = ?5
      AND run_at >= ?2 AND run_at < ?3 LIMIT ?4)
  """

private let dueQuery = """
  SELECT count(*) FROM (SELECT 1 FROM qctl_jobs INDEXED BY qctl_jobs_due
    WHERE state IN ('scheduled', 'retrying') AND queue = ?1 AND run_at >= ?2 AND run_at < ?3
    LIMIT ?4)
  """

extension Int64 {
  /// No further from 1970 than half a quantum.
  fileprivate var clampedToRealTime: Int64 {
    Swift.min(Swift.max(self, -SQLiteStore.realTime + 1), SQLiteStore.realTime - 2)
  }
}
