package import Jobs

/// Something that is removed when its time is over (design.md §4, "Retention").
package enum TidyKind: String, Hashable, Sendable, CaseIterable {
  /// Idempotency keys that have expired.
  case keys
  /// Jobs that are done.
  case completed
  /// Jobs that were withdrawn.
  case cancelled
  /// Jobs in the dead-letter queue.
  case dead
  /// Batches that have ended.
  case batches
  /// Attempts of jobs that stay, each with its output.
  case attempts
  /// Log records.
  case log
  /// Minutes of queues.
  case minutes

  /// The terminal state of the jobs meant, if jobs are.
  package var state: JobState? {
    switch self {
    case .completed: .completed
    case .cancelled: .cancelled
    case .dead: .dead
    case .keys, .batches, .attempts, .log, .minutes: nil
    }
  }
}

/// A request to remove what has been kept for long enough.
///
/// How long each is kept, its queue says, else the rules for all queues (`StorageControlling.rules`).
///
/// All kinds together, in the order of `TidyKind`, until `limit` rows are removed. Within a kind:
///
/// - keys by expiry, queue and key; gone once `expires_at` has come;
/// - jobs by the time they are kept, shortest first, then by (finished_at, id); gone once that time
///   has passed since `finished_at`. A job goes with its payload, its attempts and their outputs,
///   and each of these is a row. One that does not fit ends the call; if it alone is more than
///   `limit`, its oldest attempts go before it, as many as fit. A store may end a call early where
///   payloads are large;
/// - batches by (finished_at, id), once `BatchSummary.retention` has passed since their end;
/// - attempts by (job id, number): those that `Retention.attemptsEnd` says, of jobs whose id is as
///   old; each is one row, two with an output, and does not count if its job goes;
/// - log records in the order of their writing, up to the first that `Retention.isOver` spares; the
///   newest of all stays, so that whoever follows the log keeps their place;
/// - minutes by queue and time; gone when they began before what `Retention.minutesEnd` says.
///
/// A store without `Capability.attemptRetention` keeps attempts for as long as their job, which is one
/// row with all that belongs to it; and it drops the log by whole files, each of which is one row,
/// once nothing in it must stay.
///
/// When dead jobs go, a record `expired` for each queue, by name, says how many and by which rule,
/// in the same step; of everything else nothing is told. A job that ended while the clock was set
/// back by more than its retention may be overlooked until the settings of a queue change.
package struct TidyRequest: Equatable, Sendable {
  /// When.
  package var now: Instant
  /// At most so many rows; 2 to 500.
  package let limit: Int

  /// A request with its parts; a limit out of its range is brought into it.
  package init(now: Instant, limit: Int = largestStep) {
    self.now = now
    self.limit = min(max(limit, 2), Self.largestStep)
  }

  /// The most rows that one call removes, so that no write transaction grows long (traps.md 12).
  package static let largestStep = 500
}

/// What was removed.
package struct TidyResult: Equatable, Sendable {
  /// How many of each kind; kinds of which nothing was removed are missing.
  package var removed: [TidyKind: Int] = [:]
  /// Whether the call ended before everything was looked at, so that another makes sense at once.
  package var hasMore = false

  /// Nothing.
  package init() {}
}
