import Jobs
import PosixIO
import Storage

// Limits of queues. What runs is counted from the names of active jobs, by whoever claims and under a
// lock of the queue, so that no two count at once; a job of a worker that died is counted until it is
// rescued. The lock is the kernel's, and goes with its holder. Queues without limits know nothing of it.

/// How many jobs of each concurrency key may still be taken by one claim.
struct GroupRoom {
  private let most: Int64
  private var running: [UInt64: Int64] = [:]

  init(upTo most: Int64, running places: [JobPlace]) {
    self.most = most
    for place in places {
      if let group = place.name.group { running[group, default: 0] += 1 }
    }
  }

  /// Whether one more may run beside those of its key; of none, always.
  func hasRoom(for name: JobName) -> Bool {
    name.group.map { running[$0, default: 0] < most } ?? true
  }

  mutating func take(_ name: JobName) {
    if let group = name.group { running[group, default: 0] += 1 }
  }
}

extension Spool {
  /// Locked by whoever claims from a queue with limits.
  static let limitFile = "/limit"

  /// Takes jobs of a queue with limits; false once the claim is over, as `take` says.
  ///
  /// Where others hold the queue's lock for a second, this claim gives nothing of it.
  func claimWithin(
    _ settings: QueueSettings, _ queue: QueueName, _ request: ClaimRequest,
    into claimed: inout [ClaimedJob]
  ) throws(StorageError) -> Bool {
    var outcome: Result<(Bool, [ClaimedJob]), StorageError> = .success((true, claimed))
    _ = try system { () throws(SystemError) in
      try tree.withLock(Shelf.queue(queue) + Self.limitFile, patience: Self.patience) { [claimed] in
        var more = claimed
        do throws(StorageError) {
          let goesOn = try take(within: settings, queue, request, into: &more)
          outcome = .success((goesOn, more))
        } catch { outcome = .failure(error) }
      }
    }
    let goesOn: Bool
    (goesOn, claimed) = try outcome.get()
    return goesOn
  }

  private func take(
    within settings: QueueSettings, _ queue: QueueName, _ request: ClaimRequest,
    into claimed: inout [ClaimedJob]
  ) throws(StorageError) -> Bool {
    let limits = settings.limits
    let running = try activeJobs(of: queue)
    let room = limits.room(
      wanted: request.limit - claimed.count,
      atOnce: (request.atOnce ?? request.limit) - claimed.count, paid: nil, at: request.now
    ) { Int64(running.count) }
    guard room > 0 else { return true }
    // What was seen before the lock was taken may be gone; that is found out job by job.
    let view = try promoted(try freshView(of: queue, at: request.now), queue, at: request.now)
    return try take(
      from: view, request, upTo: claimed.count + room, settings.aging,
      limits.concurrencyPerKey.map { GroupRoom(upTo: $0, running: running) }, into: &claimed)
  }

  /// Notes that a job stopped running, for which others may have waited.
  func noteEnd(in queue: QueueName) throws(StorageError) {
    guard !hasNews else { return }
    hasNews = try settings(of: queue).settings.limits.countsRunning
  }
}
