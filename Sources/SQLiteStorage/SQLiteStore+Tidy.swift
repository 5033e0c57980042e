import Jobs
package import Storage

// Tidying goes by indexes from their old ends, so that nothing is looked at that is not removed:
//
//   keys       qctl_idempotency_expiry
//   jobs       qctl_jobs_ended, once for each length of time that queues keep jobs; what other queues
//              keep for longer is passed over once, by a TidyCursor
//   attempts   qctl_attempts from the lowest id to those of 30 days ago, once a day
//   log        by seq
//   minutes    by queue and minute

extension SQLiteStore {
  package func tidy(_ request: TidyRequest) throws(StorageError) -> TidyResult {
    try withSession { session throws(StorageError) in
      let hasWork = try session.read { connection throws(SQLiteFailure) in
        try Tidier.hasWork(at: request.now, on: connection)
      }
      guard hasWork else { return TidyResult() }
      return try session.write(durable: false, at: request.now) {
        transaction throws(StorageError) in
        let rules = try transaction.sql { connection throws(SQLiteFailure) in
          try KeepRules(on: connection)
        }
        var tidier = Tidier(request, rules)
        let result = try tidier.run(in: &transaction)
        try tellLeft(at: request.now, in: &transaction)
        return result
      }
    }
  }
}

/// One call of `tidy`: what may still be removed in it, and what was.
struct Tidier {
  let now: Instant
  let rules: KeepRules
  private let limit: Int
  private var left: Int
  /// How many rows that stay may still be passed over.
  private var patience = Self.mostPassed
  /// How many bytes of payloads, results and outputs may still go with their jobs.
  private var bytes = Self.mostBytes
  private(set) var result = TidyResult()

  /// The pages of a large payload are freed one by one, at a millisecond or two for one of 256 KiB.
  private static let mostBytes: Int64 = 8 << 20

  /// So many rows that stay are looked at in one call: some milliseconds.
  private static let mostPassed = 2000

  init(_ request: TidyRequest, _ rules: KeepRules) {
    now = request.now
    self.rules = rules
    limit = request.limit
    left = request.limit
  }

  /// Whether `run` would find anything to do; looks only.
  static func hasWork(
    at now: Instant, on connection: Connection
  ) throws(SQLiteFailure) -> Bool {
    if try hasKeys(at: now, on: connection) { return true }
    if try EndedRow.exist(on: connection) { return true }
    if try hasBatches(at: now, on: connection) { return true }
    let rules = try KeepRules(on: connection)
    for state in [JobState.completed, .cancelled, .dead] {
      for span in rules.spans(state) {
        let jobs = JobExpiry(state, span, at: now)
        if try jobs.hasWork(on: connection) { return true }
      }
    }
    if try hasAttempts(at: now, rules, on: connection) { return true }
    if try hasLog(at: now, rules, on: connection) { return true }
    return try hasMinutes(at: now, rules, on: connection)
  }

  /// Removes kind by kind until something does not fit.
  mutating func run(in transaction: inout Transaction) throws(StorageError) -> TidyResult {
    for kind in TidyKind.allCases where !result.hasMore {
      switch kind {
      case .keys: try removeKeys(in: &transaction)
      case .completed: try removeJobs(.completed, in: &transaction)
      case .cancelled: try removeJobs(.cancelled, in: &transaction)
      case .dead: try removeJobs(.dead, in: &transaction)
      case .batches: try removeBatches(in: &transaction)
      case .attempts: try removeAttempts(in: &transaction)
      case .log: try removeLog(in: &transaction)
      case .minutes: try removeMinutes(in: &transaction)
      }
    }
    return result
  }

  // MARK: - What is left of the call

  /// Whether nothing was removed yet, and so many rows are more than any call may remove.
  func isTooLarge(_ rows: Int) -> Bool { left == limit && rows > limit }

  /// Whether so many rows may be removed; if not, the call is over.
  mutating func take(_ rows: Int) -> Bool {
    guard rows <= left else {
      result.hasMore = true
      return false
    }
    left -= rows
    return true
  }

  /// Whether one more job may go, which has so many bytes; if not, the call is over.
  mutating func take(bytes taken: Int64) -> Bool {
    guard bytes > 0 else {
      result.hasMore = true
      return false
    }
    bytes -= max(0, taken)
    return true
  }

  /// Whether one more row may be passed over; if not, the call is over.
  mutating func pass() -> Bool {
    patience -= 1
    if patience < 0 { result.hasMore = true }
    return patience >= 0
  }

  mutating func note(_ count: Int, _ kind: TidyKind) {
    if count > 0 { result.removed[kind, default: 0] += count }
  }
}
