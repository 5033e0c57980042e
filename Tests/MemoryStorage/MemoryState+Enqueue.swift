import Jobs
import Storage

extension MemoryState {
  /// Accepts a job, or finds the one that has its key.
  ///
  /// - Parameters:
  ///   - isDrawn: whether its id is drawn; the later ones of a bulk just follow.
  ///   - first: the first job that the same bulk made.
  mutating func enqueue(
    _ request: NewJob, at now: Instant, isDrawn: Bool = true, bulkFrom first: JobID? = nil
  ) throws(StorageError) -> EnqueueResult {
    try enqueue(
      request, at: now, isDrawn: isDrawn, isAlone: true, bulkFrom: first, labelled: [:],
      batch: (nil, nil)
    ).result
  }

  /// As above, for a job of a bulk; the first that is made draws the batch's id.
  private mutating func enqueue(
    _ request: NewJob, at now: Instant, isDrawn: Bool, isAlone: Bool = false,
    bulkFrom first: JobID?,
    labelled: [Int: JobID], batch: (new: NewBatch?, id: JobID?)
  ) throws(StorageError) -> (result: EnqueueResult, batch: JobID?) {
    var new = request.filled(by: settings[request.queue] ?? QueueSettings(), rules)
    do { try new.validate() } catch { throw .invalid(error) }
    if let noParents, !new.after.isEmpty || !new.afterLabels.isEmpty { throw noParents }
    if let known = try knownRequest(new, at: now) {
      return (EnqueueResult(id: known, created: false), batch.id)
    }
    var (replaced, followed): (Job?, JobID?) = (nil, nil)
    if let key = new.uniqueKey, let id = holder(of: key, in: new.queue), let holder = jobs[id]?.job
    {
      switch new.onConflict.resolution(against: holder) {
      case .existing: return (EnqueueResult(id: id, created: false), batch.id)
      case .conflict: throw .keyConflict(KeyConflict(new, key: key, holder: holder))
      // Within one bulk the first one stays.
      case .replace where first.map { $0 <= id } ?? false:
        return (EnqueueResult(id: id, created: false), batch.id)
      case .replace: replaced = holder
      case .queueAfter:
        guard isAlone else { throw .keyConflict(KeyConflict(new, key: key, holder: holder)) }
        if let follower = follower(of: id, for: new) {
          return (EnqueueResult(id: follower, created: false), batch.id)
        }
        followed = id
      }
    }
    new.after = new.parents(labelled)
    if let followed { new.follow(followed) }
    let waitsFor = try pending(of: new)
    try requireRoom(in: new.queue, besides: replaced)
    new.batch = batch.id
    if batch.new != nil, batch.id == nil { new.batch = try nextID(at: now, isDrawn: isDrawn) }
    let id = try nextID(at: now, isDrawn: isDrawn && batch.new == nil)
    if let replaced { replace(replaced, by: id, at: now) }
    jobs[id] = JobDetail(
      job: Job(id: id, accepting: new, now: now, isBlocked: !waitsFor.isEmpty),
      payload: new.payload, tags: new.tags, after: new.after)
    if followed != nil { jobs[id]?.job.holdsUniqueKey = false }
    wait(id, for: waitsFor)
    let state = jobs[id]?.job.state
    books[new.queue, default: QueueBook()].move(from: nil, to: state)
    books[new.queue, default: QueueBook()].change.totals.enqueued += 1
    remember(new, id, at: now)
    if queues[new.queue] == nil { queues[new.queue] = .some(nil) }
    if let followed { return (EnqueueResult(id: id, outcome: .queuedAfter(followed)), new.batch) }
    return (
      EnqueueResult(id: id, outcome: replaced.map { .replaced($0.id) } ?? .created), new.batch
    )
  }

  /// The job that runs once more after a holder of its unique key.
  private func follower(of holder: JobID, for new: NewJob) -> JobID? {
    (dependants[holder] ?? []).sorted().first { jobs[$0]?.job.isFollower(for: new) ?? false }
  }

  /// Takes the unique key from a job that nobody is running; one that waits is cancelled.
  private mutating func replace(_ holder: Job, by id: JobID, at now: Instant) {
    let request = ApplyRequest(replacementBy: id, at: now)
    let isCancelled = change(holder.id, by: .cancel, at: now) != nil
    jobs[holder.id]?.job.holdsUniqueKey = false
    gaveWay.insert(holder.id)
    if isCancelled { tell(.cancelled, holder.id, request) }
  }

  /// Accepts all jobs or none: what fails leaves the state as it was, last id included.
  mutating func enqueueAll(
    _ wanted: [NewJob], as batch: NewBatch?, at now: Instant
  ) throws(BulkError) -> BulkResult {
    if let batch {
      do { try batch.validate() } catch { throw .storage(.invalid(error)) }
    }
    var after = self
    // Whether there is room is judged by what the whole bulk makes.
    after.checksDepth = false
    var result = BulkResult()
    var first: JobID?
    for (index, new) in wanted.enumerated() {
      do {
        let accepted = try after.enqueue(
          new, at: now, isDrawn: result.created == 0, bulkFrom: first, labelled: result.labelled,
          batch: (batch, result.batch?.id))
        if accepted.result.created {
          result.created += 1
          result.batch = accepted.batch.map { BatchResult(id: $0) }
        } else {
          result.existing += 1
        }
        if accepted.result.created, first == nil { first = accepted.result.id }
        if let label = new.label { result.labelled[label] = accepted.result.id }
      } catch { throw .job(index: index, error) }
    }
    do { try after.finish(batch, &result, at: now) } catch { throw .storage(error) }
    after.checksDepth = true
    for queue in Set(after.jobs.values.map(\.job.queue)).sorted() {
      guard let limit = settings[queue]?.maxDepth else { continue }
      let depth = after.depth(of: queue)
      let isTouched = after.jobs.values.contains {
        $0.job.queue == queue && jobs[$0.job.id] == nil
      }
      guard depth <= limit || !isTouched else {
        throw .storage(.queueFull(queue, limit: limit))
      }
    }
    after.gaveWay.removeAll()
    after.tellDependants(at: now)
    self = after
    return result
  }

  private mutating func finish(
    _ batch: NewBatch?, _ result: inout BulkResult, at now: Instant
  ) throws(StorageError) {
    guard let batch, let id = result.batch?.id else { return }
    batches[id] = BatchSummary(
      id: id, name: batch.name, createdAt: now, total: Int64(result.created))
    guard let new = batch.follower(of: id) else { return }
    result.batch?.follower = try enqueue(new, at: now, isDrawn: false).id
    batches[id]?.follower = result.batch?.follower
  }

  /// How many jobs of a queue wait.
  private func depth(of queue: QueueName) -> Int {
    jobs.values.count {
      $0.job.queue == queue && !$0.job.state.isTerminal && $0.job.state != .active
    }
  }

  /// - Parameter replaced: gives its place to the new one.
  private func requireRoom(
    in queue: QueueName, besides replaced: Job?
  ) throws(StorageError) {
    guard checksDepth, let limit = settings[queue]?.maxDepth else { return }
    let waits = replaced.map { !$0.state.isTerminal } ?? false
    guard depth(of: queue) - (waits ? 1 : 0) >= limit else { return }
    throw .queueFull(queue, limit: limit)
  }

  private func knownRequest(_ new: NewJob, at now: Instant) throws(StorageError) -> JobID? {
    guard let key = new.idempotencyKey,
      let known = remembered[QueueKey(queue: new.queue, key: key)], known.expiry > now
    else { return nil }
    guard known.isSame(as: new) else {
      throw .keyConflict(
        KeyConflict(kind: .idempotency, key: key, queue: new.queue, holder: known.id))
    }
    return known.id
  }

  private mutating func remember(_ new: NewJob, _ id: JobID, at now: Instant) {
    guard let key = new.idempotencyKey else { return }
    remembered[QueueKey(queue: new.queue, key: key)] = Remembered(
      id: id, digest: new.contentDigest, expiry: new.requestExpiry(at: now))
  }

  private mutating func nextID(at now: Instant, isDrawn: Bool) throws(StorageError) -> JobID {
    do {
      let id = try JobID.next(now: now, after: lastID, random: isDrawn ? random() : 0)
      lastID = id
      return id
    } catch { throw .invalid(error) }
  }
}
