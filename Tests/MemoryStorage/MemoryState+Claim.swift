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
      tellDependants(at: request.now)
      guard pause(of: queue, at: request.now) == nil else { continue }
      let room = room(in: queue, request, taken: claimed.count)
      guard room > 0 else { continue }
      promote(in: queue, at: request.now)
      let before = claimed.count
      let goesOn = take(from: queue, request, upTo: before + room, into: &claimed)
      charge(claimed.count - before, to: queue, at: request.now)
      guard goesOn else { break }
    }
    return claimed
  }

  /// How many jobs a claim may take of a queue.
  private func room(in queue: QueueName, _ request: ClaimRequest, taken: Int) -> Int {
    limits(of: queue).room(
      wanted: request.limit - taken, atOnce: (request.atOnce ?? request.limit) - taken,
      paid: paid[queue], at: request.now
    ) { Int64(jobs(in: queue) { $0.state == .active }.count) }
  }

  private func limits(of queue: QueueName) -> QueueLimits {
    settings[queue]?.limits ?? QueueLimits()
  }

  private mutating func charge(_ starts: Int, to queue: QueueName, at now: Instant) {
    guard starts > 0, let (rate, burst) = limits(of: queue).pace else { return }
    paid[queue] = rate.charged(Int64(starts), paid: paid[queue], burst: burst, at: now)
  }

  /// Whether one more job with this one's concurrency key may run.
  private func hasRoom(for job: Job) -> Bool {
    guard let key = job.concurrencyKey, let most = limits(of: job.queue).concurrencyPerKey else {
      return true
    }
    return jobs(in: job.queue) { $0.state == .active && $0.concurrencyKey == key }.count < most
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
      // Nobody saw the worker die, but a marked job is handed out alone.
      rescue(before, before.marked ? alone(before) : .started, reason: "lease ran out", at: now)
    }
  }

  private func alone(_ job: Job) -> Loss {
    .alone(policy: policy(of: job), random: random())
  }

  /// How a job waits between failures.
  func policy(of job: Job) -> Backoff {
    job.backoff ?? settings[job.queue]?.defaults.backoff ?? .default
  }

  /// Frees the jobs of a worker that is gone, in the order of their ids.
  mutating func rescue(_ request: RescueRequest) -> Int {
    let lost = jobs.values.map(\.job)
      .filter { $0.state == .active && $0.presence == request.presence }
      .sorted { $0.id < $1.id }
    let reason = request.isDead ? "worker died" : "worker silent"
    for job in lost { rescue(job, loss(of: job, request), reason: reason, at: request.now) }
    tellDependants(at: request.now)
    return lost.count
  }

  private func loss(of job: Job, _ request: RescueRequest) -> Loss {
    guard request.hasStarted(job) else { return .unstarted }
    return job.marked && request.isDead ? alone(job) : .started
  }

  private mutating func rescue(
    _ before: Job, _ loss: Loss, reason: String, at now: Instant
  ) {
    guard let job = change(before.id, by: .rescue(loss), at: now) else { return }
    guard loss != .unstarted || job.state == .cancelled else { return }
    let isCrash = if case .alone = loss { true } else { false }
    let attempt = Attempt(
      attempt: before.attempt, startedAt: before.startedAt ?? now, finishedAt: now,
      outcome: loss == .unstarted ? .released : .lost, worker: before.worker ?? "",
      error: isCrash ? job.error : nil)
    jobs[job.id]?.attempts.append(attempt)
    if isCrash { countFailure(of: job) }
    var line = record(Self.event(after: loss, job.state), at: now, job: job)
    line.duration = attempt.finishedAt.since(attempt.startedAt)
    line.error = attempt.error
    line.worker = before.worker
    line.reason = reason
    log.append(line)
  }

  private static func event(after loss: Loss, _ state: JobState) -> LogRecord.Event {
    switch state {
    case .cancelled: .cancelled
    case .dead: .dead
    default: .rescued
    }
  }

  private mutating func promote(in queue: QueueName, at now: Instant) {
    let due = jobs(in: queue) { $0.state.waitsForTime && $0.runAt <= now }
      .sorted { ($0.runAt, $0.id) < ($1.runAt, $1.id) }
      .prefix(Self.largestStep)
    for job in due { _ = change(job.id, by: .becomeDue, at: now) }
  }

  /// Takes jobs of one queue; false once the claim is over since a marked job comes alone.
  private mutating func take(
    from queue: QueueName, _ request: ClaimRequest, upTo limit: Int,
    into claimed: inout [ClaimedJob]
  ) -> Bool {
    let wanted = jobs(in: queue) {
      $0.state == .ready && (request.types.isEmpty || request.types.contains($0.type))
    }
    for job in wanted.sorted(by: { place(of: $0) < place(of: $1) }) {
      guard claimed.count < limit else { return true }
      guard hasRoom(for: job) else { continue }
      guard !job.marked || claimed.isEmpty else { return false }
      if let taken = begin(job.id, request) { claimed.append(taken) }
      guard !job.marked else { return false }
    }
    return true
  }

  private func place(of job: Job) -> (Int64, JobID) {
    let quantum = settings[job.queue]?.quantum ?? Priority.strictQuantum
    return (job.priority.order(runAt: job.runAt, quantum: quantum), job.id)
  }

  private mutating func begin(_ id: JobID, _ request: ClaimRequest) -> ClaimedJob? {
    let token = LeaseToken(rawValue: Int64(bitPattern: random()))
    let event = JobEvent.claim(token: token, worker: request.worker, hold: request.hold)
    guard let job = change(id, by: event, at: request.now), let detail = jobs[id] else {
      return nil
    }
    return ClaimedJob(
      job: job, lease: Lease(id: id, token: token), payload: detail.payload, tags: detail.tags)
  }
}
