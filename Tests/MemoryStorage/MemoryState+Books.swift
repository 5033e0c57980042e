import Jobs
import Storage

extension MemoryState {
  /// Ends a call that may have changed jobs.
  mutating func writeBooks(at now: Instant) {
    for queue in books.keys { books[queue]?.write(queue, at: now) }
  }

  /// Counts an execution that ended as its worker said.
  mutating func count(_ attempt: Attempt, of job: Job, before: Job) {
    switch attempt.outcome {
    case .completed: books[job.queue]?.change.totals.succeeded += 1
    case .failed, .timedOut, .rejected: countFailure(of: job)
    case .released, .snoozed, .lost, .cancelled: return
    }
    let (run, wait) = (
      attempt.finishedAt.since(attempt.startedAt), attempt.startedAt.since(before.runAt)
    )
    books[job.queue]?.change.timings.add(run: run, wait: wait)
    books[job.queue]?.change.totals.run += max(run.milliseconds, 0)
    books[job.queue]?.change.totals.waited += max(wait.milliseconds, 0)
  }

  /// Counts a failure by where it left the job.
  mutating func countFailure(of job: Job) {
    if job.state == .dead { books[job.queue]?.change.totals.dead += 1 }
    if job.state == .retrying { books[job.queue]?.change.totals.retried += 1 }
  }

  /// Takes a job out.
  mutating func remove(_ job: Job) {
    books[job.queue]?.move(from: job.state, to: nil)
    countBatch(of: job, from: job.state, to: nil)
    stopWaiting(job.id)
    ended.insert(job.id)
    jobs[job.id] = nil
  }

  /// What was ever counted of each queue.
  func meters() -> [QueueMeter] {
    books.map { QueueMeter(queue: $0, totals: $1.totals, timings: $1.timings) }
      .sorted { $0.queue < $1.queue }
  }

  /// The minutes of a stretch, and the latest before it, of each queue.
  func minutes(_ request: MinutesRequest) -> [QueueMinute] {
    let (first, last) = (request.from.minute, request.to.minute)
    return books.filter { request.queue == nil || request.queue == $0.key }.values
      .flatMap { book in
        let upTo = book.all.filter { $0.minute <= last }
        return upTo.filter { $0.minute < first }.suffix(1) + upTo.filter { $0.minute >= first }
      }
      .sorted { ($0.minute, $0.queue) < ($1.minute, $1.queue) }
  }
}
