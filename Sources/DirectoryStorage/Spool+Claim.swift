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
    dropStaleViews()
    try lookForBulks(in: request.queues)
    try lookForEnds(at: request.now)
    for queue in request.queues where claimed.count < request.limit {
      let view = try freshView(of: queue, at: request.now)
      if view.hasSettings, try pause(of: queue, at: request.now) { continue }
      guard try take(from: try promoted(view, queue, at: request.now), request, into: &claimed)
      else { break }
    }
    if !isHearing { views.removeAll() }
    return claimed
  }

  /// What is known of a queue once its lost jobs are rescued.
  private func freshView(
    of queue: QueueName, at now: Instant
  ) throws(StorageError) -> QueueView {
    let view = try view(of: queue)
    guard let end = view.nextOverdue, end < now else { return view }
    try rescueOverdue(in: queue, at: now)
    try tellDependants(at: now)
    forgetView(of: queue)
    return try self.view(of: queue)
  }

  /// What is known of a queue once what is due is ready.
  private func promoted(
    _ view: QueueView, _ queue: QueueName, at now: Instant
  ) throws(StorageError) -> QueueView {
    guard let due = view.nextDue, due <= now else { return view }
    try promote(in: queue, at: now)
    forgetView(of: queue)
    return try self.view(of: queue)
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
    from view: QueueView, _ request: ClaimRequest, into claimed: inout [ClaimedJob]
  ) throws(StorageError) -> Bool {
    for index in view.walks.indices where claimed.count < request.limit {
      var passed: [JobPlace] = []
      defer { view.walks[index].putBack(passed) }
      while claimed.count < request.limit, let place = try view.walks[index].next() {
        guard try isWanted(place, request, view) else {
          passed.append(place)
          continue
        }
        let isMarked = place.name.isMarked
        guard !isMarked || claimed.isEmpty else {
          passed.append(place)
          return false
        }
        guard let taken = try begin(place, request) else { continue }
        claimed.append(taken)
        guard !isMarked else { return false }
      }
    }
    return true
  }

  /// Whether a job is of a type that is asked for; only its file tells.
  private func isWanted(
    _ place: JobPlace, _ request: ClaimRequest, _ view: QueueView
  ) throws(StorageError) -> Bool {
    guard !request.types.isEmpty else { return true }
    if let type = view.types[place.name.id] { return request.types.contains(type) }
    guard let type = try read(place)?.job.type else { return false }
    guard !request.types.contains(type) else { return true }
    view.types[place.name.id] = type
    return false
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
    let target = JobPlace(
      of: stored.job, revision: place.name.revision, isEdited: place.name.isEdited)
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
