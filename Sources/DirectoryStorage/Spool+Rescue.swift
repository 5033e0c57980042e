import Jobs
import Storage

extension Spool {
  /// The most jobs that one claim rescues in a queue.
  private static let largestStep = 500

  /// Frees the jobs of a queue whose lease is over, longest over first.
  func rescueOverdue(in queue: QueueName, at now: Instant) throws(StorageError) {
    let lost = try activeJobs(of: queue) { $0.presence == nil }
      .filter { ($0.name.leaseUntil ?? now) < now }
      .sorted { ($0.name.leaseUntil ?? now, $0.name.id) < ($1.name.leaseUntil ?? now, $1.name.id) }
    for place in lost.prefix(Self.largestStep) {
      guard let before = try read(place) else { continue }
      // Nobody saw the worker die, but a marked job is handed out alone.
      let loss = before.job.marked ? try alone(before.job) : .started
      _ = try rescue(before, loss, reason: "lease ran out", at: now)
    }
  }

  private func alone(_ job: Job) throws(StorageError) -> Loss {
    var policy = job.backoff
    if policy == nil { policy = try settings(of: job.queue).settings.defaults.backoff }
    return .alone(policy: policy ?? .default, random: random())
  }

  /// Frees the jobs of a worker that is gone, in the order of their ids.
  func rescue(_ request: RescueRequest) throws(StorageError) -> Int {
    var lost: [JobPlace] = []
    var folders: [String] = []
    for queue in try queueNames() {
      for (folder, holder) in try holders(of: queue) where holder.presence == request.presence {
        folders.append(folder)
        lost += try jobs(in: folder, of: queue, .active)
      }
    }
    let reason = request.isDead ? "worker died" : "worker silent"
    var count = 0
    for place in lost.sorted(by: { $0.name.id < $1.name.id }) {
      guard let before = try read(place) else { continue }
      let loss = try loss(of: before.job, request)
      if try rescue(before, loss, reason: reason, at: request.now) { count += 1 }
    }
    try tellDependants(at: request.now)
    for folder in folders { removeIfEmpty(folder) }
    return count
  }

  private func loss(of job: Job, _ request: RescueRequest) throws(StorageError) -> Loss {
    guard request.hasStarted(job) else { return .unstarted }
    return job.marked && request.isDead ? try alone(job) : .started
  }

  /// Frees a job; false where it is not as it was found, since somebody else has settled or freed it.
  private func rescue(
    _ before: StoredJob, _ loss: Loss, reason: String, at now: Instant
  ) throws(StorageError) -> Bool {
    var job = before.job
    do { try job.apply(.rescue(loss), at: now) } catch { return false }
    let isQuiet = loss == .unstarted && job.state != .cancelled
    var change = JobChange(before: before, after: job)
    let isCrash = if case .alone = loss { true } else { false }
    if !isQuiet {
      change.execution = Attempt(
        lost: before.job, loss, error: isCrash ? job.error : nil, at: now)
    }
    guard let stored = try changeTakingKey(change, at: now) else { return false }
    held[job.id] = nil
    ended(before.job, stored)
    guard let execution = change.execution else { return true }
    unlogged.append(execution.record(job, stored.tags, reason: reason))
    return true
  }

  /// The workers that have jobs by their sign of life.
  func presences() throws(StorageError) -> [PresenceID] {
    var found = Set<PresenceID>()
    for queue in try queueNames() {
      for (folder, holder) in try holders(of: queue) {
        guard let presence = holder.presence, !found.contains(presence) else { continue }
        if try !jobs(in: folder, of: queue, .active).isEmpty { found.insert(presence) }
      }
    }
    return found.sorted { $0.rawValue < $1.rawValue }
  }

  /// How much work some queues hold, paused or not; counted from names.
  func outstanding(
    in queues: [QueueName], at now: Instant
  ) throws(StorageError) -> Outstanding {
    var sum = Outstanding()
    for queue in Set(queues) {
      sum.active += Int64(try activeJobs(of: queue).count)
      for place in try waitingJobs(of: queue) {
        let waits = place.state.waitsForTime && place.name.time > now
        switch place.state {
        case .ready: sum.ready += 1
        case .scheduled where waits: sum.scheduled += 1
        case .retrying where waits: sum.retrying += 1
        case .scheduled, .retrying: sum.ready += 1
        default: break
        }
        if waits { sum.nextDue = min(sum.nextDue ?? place.name.time, place.name.time) }
      }
    }
    return sum
  }

  /// The jobs of a queue that wait, in no order, those of bulks that are not yet spread too.
  private func waitingJobs(of queue: QueueName) throws(StorageError) -> [JobPlace] {
    var found: [JobPlace] = []
    let roots = try names(in: "bulks").map { "bulks/" + $0 + "/" + Shelf.root } + [Shelf.root]
    for root in roots {
      let base = root + "/" + queue.description + "/"
      for state in [JobState.scheduled, .retrying] {
        for bucket in try buckets(of: base + state.rawValue) {
          found += try jobs(in: base + state.rawValue + "/" + bucket.name, of: queue, state)
        }
      }
      for level in Priority.levels {
        let folder = base + "ready/" + String(level)
        for bucket in try buckets(of: folder) {
          found += try jobs(in: folder + "/" + bucket.name, of: queue, .ready)
        }
      }
    }
    return found
  }
}
