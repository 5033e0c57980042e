import Jobs
import Storage

extension MemoryState {
  /// Accepts a job, or finds the one that has its key.
  ///
  /// - Parameter isDrawn: whether its id is drawn; the later ones of a bulk just follow.
  mutating func enqueue(
    _ new: NewJob, at now: Instant, isDrawn: Bool = true, labelled: [Int: JobID] = [:]
  ) throws(StorageError) -> EnqueueResult {
    do { try new.validate() } catch { throw .invalid(error) }
    if let noParents, !new.after.isEmpty || !new.afterLabels.isEmpty { throw noParents }
    if let known = try knownRequest(new, at: now) {
      return EnqueueResult(id: known, created: false)
    }
    if let key = new.uniqueKey, let holder = holder(of: key, in: new.queue) {
      return EnqueueResult(id: holder, created: false)
    }
    var new = new
    new.after = new.parents(labelled)
    let waitsFor = try pending(of: new)
    let id = try nextID(at: now, isDrawn: isDrawn)
    jobs[id] = JobDetail(
      job: Job(id: id, accepting: new, now: now, isBlocked: !waitsFor.isEmpty),
      payload: new.payload, tags: new.tags, after: new.after)
    wait(id, for: waitsFor)
    let state = jobs[id]?.job.state
    books[new.queue, default: QueueBook()].move(from: nil, to: state)
    books[new.queue, default: QueueBook()].change.totals.enqueued += 1
    remember(new, id, at: now)
    if queues[new.queue] == nil { queues[new.queue] = .some(nil) }
    return EnqueueResult(id: id, created: true)
  }

  /// Accepts all jobs or none: what fails leaves the state as it was, last id included.
  mutating func enqueueAll(_ wanted: [NewJob], at now: Instant) throws(BulkError) -> BulkResult {
    var after = self
    var result = BulkResult()
    for (index, new) in wanted.enumerated() {
      do {
        let accepted = try after.enqueue(
          new, at: now, isDrawn: result.created == 0, labelled: result.labelled)
        if accepted.created { result.created += 1 } else { result.existing += 1 }
        if let label = new.label { result.labelled[label] = accepted.id }
      } catch { throw .job(index: index, error) }
    }
    after.tellDependants(at: now)
    self = after
    return result
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
      id: id, digest: new.contentDigest, expiry: now + NewJob.requestLifetime)
  }

  private mutating func nextID(at now: Instant, isDrawn: Bool) throws(StorageError) -> JobID {
    do {
      let id = try JobID.next(now: now, after: lastID, random: isDrawn ? random() : 0)
      lastID = id
      return id
    } catch { throw .invalid(error) }
  }
}
