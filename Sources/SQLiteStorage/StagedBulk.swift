import Jobs
import PosixIO
import Storage

// How a large bulk gets into the store, all or nothing, though no transaction is long:
//
//   1. stage: the jobs become rows with their final ids and payloads, in short transactions. Their
//      state is 'blocked' and `bulk` holds the number of the bulk (the first of its ids), so no
//      index of claims has them. Each stretch of ids is a row of qctl_bulks. As long as that is not
//      published, no read and no verb sees the jobs.
//   2. publish: one small transaction marks the stretches and adds the jobs to the kept counts. It
//      is synced, and with it all that was written to the log before; only now is anything promised.
//      From here on such a row reads as ready or scheduled, as if it had been inserted just so.
//   3. promote: whoever claims gives some of the published rows their true state, in order of ids,
//      until a stretch is done and its row goes (SQLiteStore+Promote). So the jobs of a bulk run in
//      order among themselves, and by priority among those promoted.
//
// Unique and idempotency keys: a staged row has its keys written down but does not hold them. While
// staging, a job is looked up among the keys of the store and among those of the same bulk: what is
// there already counts as existing and is not staged, a conflict refuses the bulk. A row takes its
// keys when it is promoted, and whoever enqueues such a bulk promotes it at once, before it returns.
// A key that somebody else took between staging and promotion makes the staged job an existing one:
// it is dropped, also where the other request had other content, or a worker took the job that it
// was to replace. If the enqueuing process dies
// before it is done, claims do the same, and so does whoever enqueues something with a key: else the
// same bulk, enqueued again, would be there twice for a while. A stretch with keys is kept when all is promoted
// (`published` = 2), until the enqueuing process has read how many were dropped.
//
// A process that stages holds an flock on PATH.qctl/bulk-NUMBER. What it leaves unpublished when it
// dies is removed by the next to claim or to stage (SQLiteStore+Abandoned); a process that is merely
// stopped still holds the lock. Whatever goes wrong with locks, publishing counts the stretches
// first, so a bulk of which something was removed is never published.

/// One bulk on its way into the store.
struct StagedBulk {
  let store: SQLiteStore
  let now: Instant
  private let begun: Int64
  private(set) var result = BulkResult()
  private let batch: NewBatch?
  var keys: BulkKeys?
  private var owner: BulkOwner?
  private var number: Int64?
  private var newest: BulkRange?
  private var staged: Int64 = 0
  private var queues: [QueueName: Share] = [:]
  /// Whether some job waits for others.
  private var hasBlocked = false
  /// The jobs of full or nearly full queues that give way to some of these, as it looks so far.
  private var yielding: [JobID] = []
  /// The jobs that later ones may name.
  private var labelledIDs: Set<JobID> = []
  private var step = 1000

  /// What a queue gets from the bulk.
  private struct Share {
    var ready: Int64 = 0
    var scheduled: Int64 = 0
    var blocked: Int64 = 0
    var unkeyed: Int64 = 0
  }

  /// - Parameter begun: when the bulk began, in monotonic nanoseconds.
  init(
    _ store: SQLiteStore, at now: Instant, as batch: NewBatch? = nil,
    begun: Int64 = SystemClock.monotonicNanoseconds()
  ) {
    self.batch = batch
    self.store = store
    self.now = now
    self.begun = begun
  }

  /// How many jobs were staged or found.
  var count: Int { result.created + result.existing }

  /// Stages jobs, in as many transactions as it takes.
  mutating func add(_ jobs: [NewJob]) throws(BulkError) {
    var next = 0
    while next < jobs.count {
      if next > 0 { store.letOthersIn() }
      try stage(jobs, &next)
    }
  }

  /// The bulk's own moment, and what has passed since in full seconds.
  ///
  /// What is counted belongs to this minute. In the one when the bulk began it would take the totals
  /// of all minutes since along (MinuteRow), as if what failed in the last hour had failed before.
  private var presentTime: Instant {
    let seconds = max(0, SystemClock.monotonicNanoseconds() &- begun) / 1_000_000_000
    return now + .seconds(seconds)
  }

  /// Makes all of it visible.
  mutating func publish() throws(StorageError) {
    guard let number else { return }
    try store.withSession { session throws(StorageError) in
      try session.write(at: presentTime) { transaction throws(StorageError) in
        try requireWhole(number, transaction)
        try transaction.change { connection throws(SQLiteFailure) in
          try BulkRange.publish(number, on: connection)
        }
        try count(in: &transaction)
        var filled = Set(queues.keys)
        if let queue = try store.finish(batch, &result, at: now, in: &transaction) {
          filled.insert(queue)
        }
        try store.requireRoom(in: filled.sorted(), besides: yielding, transaction)
        transaction.announce()
        if hasBlocked { try noteEndedParents(of: number, in: &transaction) }
        // Where jobs give way, they do so first; who ended is written down for then.
        if keys == nil { try store.tellDependants(at: presentTime, in: &transaction) }
      }
    }
  }

  /// Says what became of a published bulk.
  ///
  /// The jobs are there for good, so that trouble while keys are taken is no failure of the bulk.
  func finish() -> BulkResult {
    guard let number else { return result }
    let final = keys == nil ? result : (try? settleKeys(of: number)) ?? result
    owner?.leave()
    return final
  }

  /// Removes what was staged; what cannot be removed now is left to others.
  mutating func abandon() {
    guard let number else { return }
    guard newest == nil || (try? store.removeAll(of: number)) != nil else { return }
    owner?.leave()
  }
}

// MARK: - Staging

extension StagedBulk {
  /// One transaction.
  private mutating func stage(_ jobs: [NewJob], _ next: inout Int) throws(BulkError) {
    let first = next
    let before = count
    var begun: Int64 = 0
    do {
      try store.withSession { session throws(StorageError) in
        try session.write(durable: false) { transaction throws(StorageError) in
          begun = SystemClock.monotonicNanoseconds()
          try stage(jobs, &next, until: begun &+ store.staging.held, in: &transaction)
        }
      }
    } catch {
      switch error {
      case .invalid, .keyConflict, .unknownParent: throw .job(index: before + next - first, error)
      // The store's own trouble is not that line's fault.
      default: throw .storage(error)
      }
    }
    adapt(rows: next - first, held: SystemClock.monotonicNanoseconds() &- begun)
  }

  /// The next step: so many rows as would have taken the wanted time, but never suddenly more.
  private mutating func adapt(rows: Int, held: Int64) {
    guard rows > 0, held > 0 else { return }
    let fit = Double(rows) * Double(store.staging.held) / Double(held)
    step = max(50, min(Int(min(fit, 100_000)), step * 2))
  }

  private mutating func stage(
    _ jobs: [NewJob], _ next: inout Int, until deadline: Int64, in transaction: inout Transaction
  ) throws(StorageError) {
    if let newest { try requireThere(newest, transaction) }
    let latest = try store.latestID(transaction)
    var range: BulkRange?
    let end = min(jobs.count, next + step)
    var row = try transaction.sql { connection throws(SQLiteFailure) in
      try StagedRow(now: now, on: connection)
    }
    // Read in each step, so that no change of settings passes by what is staged after it.
    var sheets: [QueueName: QueueSettings] = [:]
    while next < end {
      if next & 63 == 63, SystemClock.monotonicNanoseconds() > deadline { break }
      var job = jobs[next]
      if job.hasKey, let known = try known(job, transaction) {
        result.existing += 1
        if let label = job.label {
          result.labelled[label] = known.id
          if known.isStaged { labelledIDs.insert(known.id) }
        }
      } else {
        job.after = job.parents(result.labelled)
        let waitsFor = try pending(of: job, transaction)
        let last = range?.lastID ?? latest
        var drawn: JobID?
        if batch != nil, result.batch == nil {
          let first = try store.nextID(at: now, after: last, isDrawn: true)
          drawn = first
          result.batch = BatchResult(id: first)
        }
        job.batch = result.batch?.id
        let id = try store.nextID(
          at: now, after: drawn?.rawValue ?? last, isDrawn: number == nil && drawn == nil)
        let number = number ?? begin(id)
        let settings: QueueSettings
        if let known = sheets[job.queue] {
          settings = known
        } else {
          settings = try store.settings(of: job.queue, transaction)
          sheets[job.queue] = settings
        }
        let filled = job.filled(by: settings, try store.rules(for: job, transaction))
        if settings.maxDepth != nil, job.onConflict == .replace,
          let holder = try store.holder(inTheWayOf: job, transaction)
        {
          yielding.append(holder.id)
        }
        try transaction.change { [job] connection throws(SQLiteFailure) in
          try row.insert(
            filled, id, bulk: number, waits: waitsFor.count, quantum: settings.quantum)
          guard !job.after.isEmpty else { return }
          try ParentRow.insert(id, job.after, waitsFor: waitsFor, on: connection)
        }
        if job.hasKey { try keys?.add(job, as: id) }
        note(job, id, of: number, isBlocked: !waitsFor.isEmpty, in: &range)
      }
      next += 1
    }
    try save(range, after: latest, in: &transaction)
  }

  /// The bulk has its number, and its owner shows life, before anybody else can see either.
  private mutating func begin(_ id: JobID) -> Int64 {
    number = id.rawValue
    owner = BulkOwner.take(id.rawValue, of: store.path)
    return id.rawValue
  }

  /// Those of its parents that a job must wait for; those of the same bulk can't have ended.
  private func pending(
    of job: NewJob, _ transaction: Transaction
  ) throws(StorageError) -> [JobID] {
    guard !job.after.isEmpty else { return [] }
    let own = job.after.filter(isOwn)
    var others = job
    others.after = job.after.filter { !isOwn($0) }
    return (own + (try store.pending(of: others, transaction))).sorted()
  }

  /// Whether a job is one that this bulk has staged: others can't be seen, or are not as young.
  private func isOwn(_ id: JobID) -> Bool {
    guard let number, id.rawValue >= number else { return false }
    return labelledIDs.contains(id)
  }

  private mutating func note(
    _ job: NewJob, _ id: JobID, of number: Int64, isBlocked: Bool, in range: inout BulkRange?
  ) {
    if isBlocked { hasBlocked = true }
    if let label = job.label {
      result.labelled[label] = id
      labelledIDs.insert(id)
    }
    let runAt = job.runAt ?? now
    let oldest = runAt > now || isBlocked ? nil : runAt.milliseconds
    if range == nil {
      range = BulkRange(
        firstID: id.rawValue, lastID: id.rawValue, bulk: number, queue: job.queue,
        oldest: oldest)
    }
    range?.take(id, job.queue, oldest: oldest, isKeyed: job.hasKey)
    result.created += 1
    staged += 1
    var share = queues[job.queue] ?? Share()
    if isBlocked {
      share.blocked += 1
    } else if runAt > now {
      share.scheduled += 1
    } else {
      share.ready += 1
    }
    if !job.hasKey { share.unkeyed += 1 }
    queues[job.queue] = share
  }

  /// Writes down a stretch, as part of the one before where nothing lies between.
  private mutating func save(
    _ range: BulkRange?, after latest: Int64, in transaction: inout Transaction
  ) throws(StorageError) {
    guard let range else { return }
    let joined = newest?.lastID == latest ? newest?.joined(with: range) : nil
    try transaction.change { connection throws(SQLiteFailure) in
      try (joined ?? range).save(at: SystemClock.wallMilliseconds(), on: connection)
    }
    newest = joined ?? range
  }
}

// MARK: - Publishing

extension StagedBulk {
  private func requireThere(
    _ range: BulkRange, _ transaction: Transaction
  ) throws(StorageError) {
    let isThere = try transaction.sql { connection throws(SQLiteFailure) in
      try range.isUnpublished(on: connection)
    }
    guard isThere else { throw lost }
  }

  private func requireWhole(
    _ number: Int64, _ transaction: Transaction
  ) throws(StorageError) {
    let found = try transaction.sql { connection throws(SQLiteFailure) in
      try BulkRange.unpublishedRows(of: number, on: connection)
    }
    guard found == staged else { throw lost }
  }

  private var lost: StorageError {
    .system(
      path: store.path,
      detail: "another process took this bulk for abandoned and removed its jobs; "
        + "nothing was enqueued")
  }

  /// Notes the parents outside the bulk that ended while it was staged, or before.
  private func noteEndedParents(
    of number: Int64, in transaction: inout Transaction
  ) throws(StorageError) {
    let ended = try transaction.sql { connection throws(SQLiteFailure) in
      try ParentRow.endedParents(ofBulk: number, on: connection)
    }
    for parent in ended { transaction.noteEnd(parent) }
  }

  /// Adds the jobs to the counts, some queues at a time, since a transaction searches its list.
  private func count(in transaction: inout Transaction) throws(StorageError) {
    var pending = 0
    for (queue, share) in queues {
      transaction.count(share.ready, in: queue, as: .ready)
      transaction.count(share.scheduled, in: queue, as: .scheduled)
      transaction.count(share.blocked, in: queue, as: .blocked)
      transaction.tally(queue, .enqueued, times: share.unkeyed)
      pending += 1
      if pending % 32 == 0 { try transaction.finish() }
    }
  }

  /// Promotes all of a bulk that has keys, so that it can be said how many were there already.
  private func settleKeys(of number: Int64) throws(StorageError) -> BulkResult {
    var isDone = false
    while !isDone {
      try store.withSession { session throws(StorageError) in
        isDone = try session.write(durable: false, at: presentTime) {
          transaction throws(StorageError) in
          try store.promoteSome(of: number, in: &transaction)
        }
      }
      store.letOthersIn()
    }
    store.tellRest(at: presentTime)
    let dropped = try store.withSession { session throws(StorageError) in
      try session.write { transaction throws(StorageError) in
        try transaction.change { connection throws(SQLiteFailure) in
          try BulkRange.forget(number, on: connection)
        }
      }
    }
    var final = result
    final.created -= dropped
    final.existing += dropped
    return final
  }
}

extension NewJob {
  /// Whether it has a key that another job may have too.
  var hasKey: Bool { uniqueKey != nil || idempotencyKey != nil }
}
