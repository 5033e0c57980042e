import Jobs
import PosixIO
import Storage

extension Spool {
  /// The most jobs that one claim rescues, and the most that it promotes, in each queue.
  private static let largestStep = 500

  /// Takes jobs queue by queue until the limit is reached; a queue that is reached is looked after
  /// first: lost jobs rescued, paused or not, and where it is not paused due ones promoted.
  func claim(_ request: ClaimRequest) throws(StorageError) -> [ClaimedJob] {
    var claimed: [ClaimedJob] = []
    try spreadBulks(in: request.queues)
    for queue in request.queues where claimed.count < request.limit {
      try rescueOverdue(in: queue, at: request.now)
      guard try !pause(of: queue, at: request.now) else { continue }
      try promote(in: queue, at: request.now)
      guard try take(from: queue, request, into: &claimed) else { break }
    }
    return claimed
  }

  /// Moves what is due to the ready jobs; nobody waits for the disk, for what is forgotten is due still.
  private func promote(in queue: QueueName, at now: Instant) throws(StorageError) {
    var due: [JobPlace] = []
    for state in [JobState.scheduled, .retrying] {
      let folder = Shelf.state(state, of: queue)
      for bucket in try buckets(of: folder) {
        guard bucket.time <= now else { break }
        let path = folder + "/" + bucket.name
        let found = try jobs(in: path, of: queue, state)
        if found.isEmpty { removeIfEmpty(path) }
        due += found.filter { $0.name.time <= now }
      }
    }
    due.sort { JobName.isBefore($0.name, $1.name) }
    for place in due.prefix(Self.largestStep) {
      let folder =
        Shelf.ready(place.name.priority, of: queue) + "/" + NameStamp.minute(place.name.time)
      let target = JobPlace(queue: queue, state: .ready, folder: folder, name: place.name)
      _ = try move(place.path, to: target)
    }
  }

  /// Takes jobs of one queue; false once the claim is over since a marked job comes alone.
  private func take(
    from queue: QueueName, _ request: ClaimRequest, into claimed: inout [ClaimedJob]
  ) throws(StorageError) -> Bool {
    for level in Priority.levels {
      guard let priority = try? Priority(level) else { continue }
      var walk = try BucketWalk(
        self, Shelf.ready(priority, of: queue), of: queue, .ready)
      while claimed.count < request.limit, let place = try walk.next() {
        let isMarked = place.name.isMarked
        // A typed claim must look into the file before it knows whether the job is for it.
        if !request.types.isEmpty {
          guard let found = try read(place), request.types.contains(found.job.type) else {
            continue
          }
        }
        guard !isMarked || claimed.isEmpty else { return false }
        guard let taken = try begin(place, request) else { continue }
        claimed.append(taken)
        guard !isMarked else { return false }
      }
    }
    return true
  }

  /// Takes one job; `nil` where somebody else was faster, or where its file makes no sense.
  private func begin(
    _ place: JobPlace, _ request: ClaimRequest
  ) throws(StorageError) -> ClaimedJob? {
    guard let (found, payload) = try readWithPayload(place) else { return nil }
    var stored = found
    let token = LeaseToken(rawValue: Int64(bitPattern: random()))
    do {
      try stored.job.apply(
        .claim(token: token, worker: request.worker, hold: request.hold), at: request.now)
    } catch { return nil }
    let target = JobPlace(of: stored.job, revision: place.name.revision)
    guard try move(place.path, to: target) else { return nil }
    // A job that runs alone must not run alone for the first time again.
    if place.name.isMarked { touched(target.folder) }
    stored.place = target
    hold(stored)
    return ClaimedJob(
      job: stored.job, lease: Lease(id: stored.job.id, token: token), payload: payload,
      tags: stored.tags)
  }
}
