import Jobs
import PosixIO
package import Storage

// Claiming, inside one write transaction and each step bounded:
//
//   1. leases that ran out: their jobs become ready again (a job asked to stop is cancelled);
//   2. jobs of published bulks get their true state (StagedBulk);
//   3. a queue whose limits leave no room is done with here (SQLiteStore+Limits);
//   4. scheduled and retrying jobs that are due become ready; there is no dispatcher process;
//   5. the first ready jobs by (ord, id) are taken, each with a fresh random token.
//
// An idle claim writes nothing, so the transaction is only opened when a look outside found
// something to do.

extension SQLiteStore {
  package func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    try withSession { session throws(StorageError) in
      var look = try look(for: request, session)
      if look.seesBulks { collectAbandoned(session) }
      let end = SystemClock.monotonicNanoseconds() &+ staging.patience
      while look.hasWork {
        let seen = try seek(request, session)
        var hasChanged = false
        let claimed = try session.write(durable: false, at: request.now) {
          transaction throws(StorageError) in
          defer { hasChanged = transaction.hasChanged }
          return try take(request, seen, in: &transaction)
        }
        // In front of a queue's jobs a bulk may have many of other queues: those are promoted too.
        // Where nothing moved, the next look would find the same.
        guard claimed.isEmpty, hasChanged, SystemClock.monotonicNanoseconds() < end else {
          return claimed
        }
        letOthersIn()
        look = try self.look(for: request, session)
      }
      return []
    }
  }

  /// The most rows that one claim rescues, and promotes, in each queue.
  static let largestStep: Int = 500

  func take(
    _ request: ClaimRequest, _ seen: [Seen], in transaction: inout Transaction
  ) throws(StorageError) -> [ClaimedJob] {
    var claimed: [ClaimedJob] = []
    let seesBulks = try transaction.sql(BulkRange.exist)
    if try transaction.sql(EndedRow.exist) { try tellLeft(at: request.now, in: &transaction) }
    // What a bulk has in front of one queue's jobs may be another's, which comes later here.
    var hasPromoted = false
    for queue in request.queues where claimed.count < request.limit {
      // Each queue is a step of some milliseconds; of many, the next claim takes the rest.
      if queue != request.queues.first, transaction.hasLasted(staging.claimed) { break }
      let look = try look(at: queue, request.now, transaction)
      if look.hasLost { try rescue(queue, at: request.now, in: &transaction) }
      try tellDependants(at: request.now, in: &transaction)
      guard !look.isPaused else { continue }
      if look.isMisplaced { _ = try reorderSome(of: queue, in: &transaction) }
      let room = try room(in: queue, look, request, taken: claimed.count, transaction)
      guard room > 0 else { continue }
      if seesBulks, try promoteStaged(queue, in: &transaction) { hasPromoted = true }
      try tellDependants(at: request.now, in: &transaction)
      // What was rescued or staged may be due at once, and what became ready just now was not seen
      // from outside.
      let isFresh = look.hasLost || look.hasDue || hasPromoted
      if isFresh { try promote(queue, at: request.now, in: &transaction) }
      let before = claimed.count
      let goesOn = try takeReady(
        from: queue, request, upTo: room, look.limits.concurrencyPerKey, isFresh ? [] : seen,
        into: &claimed, in: &transaction)
      try charge(claimed.count - before, to: queue, look, at: request.now, in: &transaction)
      guard goesOn else { break }
    }
    return claimed
  }

  /// Whether there is work that may be taken, and whether there are staged bulks at all.
  private func look(
    for request: ClaimRequest, _ session: Session
  ) throws(StorageError) -> (hasWork: Bool, seesBulks: Bool) {
    try session.read { connection throws(SQLiteFailure) in
      let types = request.types
      let statement =
        types.isEmpty
        ? try connection.statement(Self.workQuery([]))
        : try connection.prepare(Self.workQuery(types))
      Self.bind(types, to: statement)
      var seesBulks = false
      for queue in request.queues {
        statement.bind(1, queue.description)
        statement.bind(2, request.now.milliseconds)
        let isThere = try statement.step()
        let (hasLost, hasWork) = (statement.integer(0) != 0, statement.integer(1) != 0)
        seesBulks = statement.integer(2) != 0
        statement.reset()
        guard isThere, hasLost || hasWork else { continue }
        // Where no more may run, that would be asked for in vain, behind the write lock.
        let hasRoom = hasLost ? true : try hasRoom(in: queue, request, on: connection)
        if hasRoom { return (true, seesBulks) }
      }
      return (false, seesBulks)
    }
  }

  /// Whether a queue has something to rescue, or is not paused and has something to take or promote.
  private static func workQuery(_ types: [JobType]) -> String {
    """
    SELECT EXISTS (SELECT 1 FROM qctl_jobs
        WHERE state = 'active' AND queue = ?1 AND lease_until < ?2),
      NOT EXISTS (SELECT 1 FROM qctl_queues
        WHERE queue = ?1 AND \(QueueRow.isPaused(at: "?2")))
      AND (EXISTS (SELECT 1 FROM qctl_jobs WHERE state = 'ready' AND queue = ?1\(wanted(types)))
        OR EXISTS (SELECT 1 FROM qctl_jobs
          WHERE state IN ('scheduled', 'retrying') AND queue = ?1 AND run_at <= ?2)
        OR EXISTS (SELECT 1 FROM qctl_bulks
          WHERE published = 1 AND (queue = ?1 OR queue IS NULL)))
      OR EXISTS (SELECT 1 FROM qctl_ended),
      EXISTS (SELECT 1 FROM qctl_bulks)
    """
  }

  private static func readyQuery(_ types: [JobType]) -> String {
    """
    SELECT \(JobRow.joinedColumns), p.payload, p.tags
    FROM qctl_jobs j LEFT JOIN qctl_payloads p ON p.id = j.id
    WHERE j.state = 'ready' AND j.queue = ?1\(wanted(types)) ORDER BY ord, j.id
    """
  }

  /// The condition on types, whose parameters begin behind queue and time.
  static func wanted(_ types: [JobType]) -> String {
    guard !types.isEmpty else { return "" }
    return " AND type IN (" + types.indices.map { "?\($0 + 3)" }.joined(separator: ",") + ")"
  }

  static func bind(_ types: [JobType], to statement: Statement) {
    for (index, type) in types.enumerated() {
      statement.bind(Int32(clamping: index + 3), type.description)
    }
  }

  /// What there is to do in a queue before jobs of it can be taken; mostly nothing.
  struct Look {
    let hasLost: Bool
    let isPaused: Bool
    let hasDue: Bool
    /// The queue's limits, and what it has used of its rate.
    var limits = QueueLimits()
    var paid: Int64?
    /// Whether jobs have not yet the place that the queue's aging gives them.
    var isMisplaced = false
  }

  private func look(
    at queue: QueueName, _ now: Instant, _ transaction: Transaction
  ) throws(StorageError) -> Look {
    try transaction.sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement(
        """
        SELECT EXISTS (SELECT 1 FROM qctl_jobs
            WHERE state = 'active' AND queue = ?1 AND lease_until < ?2),
          coalesce(\(QueueRow.isPaused(at: "?2")), 0),
          EXISTS (SELECT 1 FROM qctl_jobs
            WHERE state IN ('scheduled', 'retrying') AND queue = ?1 AND run_at <= ?2),
          rate_paid, \(SettingsRow.limitColumns), reordered IS NOT NULL
        FROM (SELECT 1) LEFT JOIN qctl_queues ON queue = ?1
        """)
      statement.bind(1, queue.description)
      statement.bind(2, now.milliseconds)
      defer { statement.reset() }
      guard try statement.step() else { return Look(hasLost: true, isPaused: false, hasDue: true) }
      return Look(
        hasLost: statement.integer(0) != 0, isPaused: statement.integer(1) != 0,
        hasDue: statement.integer(2) != 0, limits: SettingsRow.limits(statement, from: 4),
        paid: statement.optionalInteger(3), isMisplaced: statement.integer(8) != 0)
    }
  }

  private func rescue(
    _ queue: QueueName, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) {
    let lost = try jobs(
      """
      SELECT \(JobRow.columns) FROM qctl_jobs
      WHERE state = 'active' AND queue = ?1 AND lease_until < ?2
      ORDER BY lease_until, id
      """, queue, now, Self.largestStep, transaction)
    for job in lost {
      // Nobody saw the worker die, but a marked job is handed out alone.
      let loss = job.marked ? try alone(job, transaction) : .started
      try rescue(job, loss, reason: "lease ran out", at: now, in: &transaction)
    }
  }

  private func promote(
    _ queue: QueueName, at now: Instant, in transaction: inout Transaction
  ) throws(StorageError) {
    let due = try jobs(
      """
      SELECT \(JobRow.columns) FROM qctl_jobs
      WHERE state IN ('scheduled', 'retrying') AND queue = ?1 AND run_at <= ?2
      ORDER BY run_at, id
      """, queue, now, Self.largestStep, transaction)
    for job in due { try move(job, by: .becomeDue, at: now, in: &transaction) }
  }

  /// Takes jobs of one queue; false once the claim is over since a marked job comes alone.
  private func takeReady(
    from queue: QueueName, _ request: ClaimRequest, upTo limit: Int, _ perKey: Int64?,
    _ seen: [Seen], into claimed: inout [ClaimedJob], in transaction: inout Transaction
  ) throws(StorageError) -> Bool {
    let ready: [Ready]
    // Which of those that were seen have room, only a walk can tell.
    if perKey == nil, let known = try readySeen(seen, of: queue, upTo: limit, transaction) {
      ready = known
    } else {
      ready = try readyJobs(
        of: queue, upTo: limit, types: request.types, perKey: perKey, transaction)
    }
    claimed.reserveCapacity(ready.count)
    for (before, payload, tags) in ready {
      guard !before.marked || claimed.isEmpty else { return false }
      var job = before
      let token = LeaseToken(rawValue: Int64(bitPattern: random()))
      let event = JobEvent.claim(token: token, worker: request.worker, hold: request.hold)
      guard (try? job.apply(event, at: request.now)) != nil else { continue }
      try transaction.change { connection throws(SQLiteFailure) in
        try JobRow.claim(job, on: connection)
        if before.holdsUniqueKey, !job.holdsUniqueKey {
          try JobRow.releaseKey(of: job.id, on: connection)
        }
      }
      // A job that takes the whole machine down must be found in its worker's hands afterwards.
      if before.marked || before.crashes > 0 { transaction.requireSync() }
      transaction.count(queue, from: .ready, to: .active)
      let taken = ClaimedJob(
        job: job, lease: Lease(id: job.id, token: token), payload: payload, tags: tags)
      transaction.held.keep(taken)
      claimed.append(taken)
      guard !before.marked else { return false }
    }
    return true
  }

  /// The index is walked until enough are found: there is no list of types in it, and a row that
  /// cannot be read must not take the place of one behind it.
  private func readyJobs(
    of queue: QueueName, upTo limit: Int, types: [JobType], perKey: Int64?,
    _ transaction: Transaction
  ) throws(StorageError) -> [Ready] {
    try transaction.sql { connection throws(SQLiteFailure) in
      let statement =
        types.isEmpty
        ? try connection.statement(Self.readyQuery([]))
        : try connection.prepare(Self.readyQuery(types))
      Self.bind(types, to: statement)
      statement.bind(1, queue.description)
      defer { statement.reset() }
      var jobs: [Ready] = []
      guard let perKey else {
        while jobs.count < limit, try statement.step() {
          if let job = Self.ready(statement) { jobs.append(job) }
        }
        return jobs
      }
      var keys = KeyRoom(of: queue, upTo: perKey)
      var walked = 0
      while jobs.count < limit, walked < QueueLimits.longestWalk, try statement.step() {
        walked += 1
        guard try keys.hasRoom(for: statement.optionalText(JobRow.keyColumn), on: connection) else {
          continue
        }
        if let job = Self.ready(statement) {
          jobs.append(job)
          keys.take(job.job.concurrencyKey)
        }
      }
      return jobs
    }
  }

  private func jobs(
    _ sql: @autoclosure () -> String, _ queue: QueueName, _ now: Instant, _ limit: Int,
    _ transaction: Transaction, line: UInt = #line
  ) throws(StorageError) -> [Job] {
    try transaction.sql { connection throws(SQLiteFailure) in
      let statement = try connection.statement(sql(), line: line)
      statement.bind(1, queue.description)
      statement.bind(2, now.milliseconds)
      defer { statement.reset() }
      return try JobRow.sound(statement, upTo: limit)
    }
  }
}
