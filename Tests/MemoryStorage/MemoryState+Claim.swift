import Jobs
import Storage

extension MemoryState {
  /// The most jobs that one claim rescues, and the most that it promotes, in each queue.
  private static let largestStep = 500

  /// Takes jobs queue by queue until the limit is reached; a queue that is reached is looked after
  /// first: lost jobs rescued, paused or not, and where it is not paused due ones promoted.
  mutating func claim(_ request: ClaimRequest) -> [ClaimedJob] {
    var claimed: [ClaimedJob] = []
    for queue in request.queues where claimed.count < request.limit {
      rescue(in: queue, at: request.now)
      guard pause(of: queue, at: request.now) == nil else { continue }
      promote(in: queue, at: request.now)
      claimed += take(from: queue, atMost: request.limit - claimed.count, request)
    }
    return claimed
  }

  private func jobs(in queue: QueueName, where wanted: (Job) -> Bool) -> [Job] {
    jobs.values.map(\.job).filter { $0.queue == queue && wanted($0) }
  }

  /// Frees the jobs whose lease is over, longest over first.
  private mutating func rescue(in queue: QueueName, at now: Instant) {
    let lost = jobs(in: queue) { $0.state == .active && ($0.leaseUntil.map { $0 < now } ?? false) }
      .sorted { ($0.leaseUntil ?? now, $0.id) < ($1.leaseUntil ?? now, $1.id) }
      .prefix(Self.largestStep)
    for before in lost {
      guard let job = change(before.id, by: .rescue(marks: true), at: now) else { continue }
      let attempt = Attempt(
        attempt: before.attempt, startedAt: before.startedAt ?? now, finishedAt: now,
        outcome: .lost, worker: before.worker ?? "")
      jobs[job.id]?.attempts.append(attempt)
      var line = record(job.state == .cancelled ? .cancelled : .rescued, at: now, job: job)
      line.duration = attempt.finishedAt.since(attempt.startedAt)
      line.worker = before.worker
      log.append(line)
    }
  }

  private mutating func promote(in queue: QueueName, at now: Instant) {
    let due = jobs(in: queue) { $0.state.waitsForTime && $0.runAt <= now }
      .sorted { ($0.runAt, $0.id) < ($1.runAt, $1.id) }
      .prefix(Self.largestStep)
    for job in due { _ = change(job.id, by: .becomeDue, at: now) }
  }

  private mutating func take(
    from queue: QueueName, atMost most: Int, _ request: ClaimRequest
  ) -> [ClaimedJob] {
    let wanted = jobs(in: queue) {
      $0.state == .ready && (request.types.isEmpty || request.types.contains($0.type))
    }
    return wanted.sorted { Self.place(of: $0) < Self.place(of: $1) }
      .prefix(most)
      .compactMap { begin($0.id, request) }
  }

  private static func place(of job: Job) -> (Int64, JobID) {
    (job.priority.order(runAt: job.runAt), job.id)
  }

  private mutating func begin(_ id: JobID, _ request: ClaimRequest) -> ClaimedJob? {
    let token = LeaseToken(rawValue: Int64(bitPattern: random()))
    let event = JobEvent.claim(
      token: token, worker: request.worker, until: request.now + request.lease)
    guard let job = change(id, by: event, at: request.now), let detail = jobs[id] else {
      return nil
    }
    return ClaimedJob(
      job: job, lease: Lease(id: id, token: token), payload: detail.payload, tags: detail.tags)
  }
}
