import Jobs
import Storage

// What an operator brings back, or into another queue. In both cases the job may come to hold its unique
// key where it did not before, so the lock of that key is held meanwhile.

extension Spool {
  /// Brings a job back, to another queue if one is named; `nil` where it moved meanwhile.
  func bringBack(
    _ before: StoredJob, to queue: QueueName?, at time: Instant, _ request: ApplyRequest
  ) throws(StorageError) -> ItemOutcome? {
    var job = before.job
    do { try job.apply(.retry(at: time), at: request.now) } catch {
      return .changedMeanwhile(before.job.state)
    }
    let returns = before.job.state.isTerminal
    if returns { job.holdsUniqueKey = job.uniqueKey != nil }
    job.queue = queue ?? job.queue
    return try bring(before, to: job, returns ? .replayed : .retried, request)
  }

  /// Puts a job into another queue, as it is; `nil` where it moved meanwhile.
  func transfer(
    _ before: StoredJob, to queue: QueueName, _ request: ApplyRequest
  ) throws(StorageError) -> ItemOutcome? {
    guard request.verb.applies(to: before.job.state) else {
      return .changedMeanwhile(before.job.state)
    }
    guard before.job.queue != queue else { return .alreadyDone }
    var job = before.job
    job.queue = queue
    return try bring(before, to: job, .moved, request)
  }

  private func bring(
    _ before: StoredJob, to job: Job, _ event: LogRecord.Event, _ request: ApplyRequest
  ) throws(StorageError) -> ItemOutcome? {
    let change = JobChange(before: before, after: job)
    let isElsewhere = job.queue != before.job.queue
    // Who gives way to it is found by the key of this queue.
    if isElsewhere { try finishReplacing(by: before.job, at: request.now) }
    guard let key = job.uniqueKey, job.holdsUniqueKey,
      isElsewhere || !before.job.holdsUniqueKey
    else {
      return try perform(change, event, request) == nil ? nil : .done
    }
    var isDone = false
    let holder = try withUniqueKey(
      key, of: job.queue, for: job.id, at: request.now
    ) { () throws(StorageError) in
      isDone = try perform(change, event, request) != nil
      // Before anybody is told that the key is taken.
      try syncMoves()
    }
    if let holder {
      return .conflict(KeyConflict(kind: .unique, key: key, queue: job.queue, holder: holder))
    }
    guard isDone else { return nil }
    // The key of the queue that it left.
    if isElsewhere, before.job.holdsUniqueKey { freed.append(before) }
    return .done
  }
}
