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
      let settings = view.hasSettings ? try self.settings(of: queue) : SettingsFile()
      guard settings.pause(at: request.now) == nil else { continue }
      let goesOn =
        settings.settings.limits.countsRunning
        ? try claimWithin(settings.settings, queue, request, into: &claimed)
        : try take(
          from: try promoted(view, queue, at: request.now), request, upTo: request.limit,
          settings.settings.aging, nil,
          into: &claimed)
      guard goesOn else { break }
    }
    if !isHearing { views.removeAll() }
    if claimed.isEmpty { try sweepIdle(at: request.now) }
    return claimed
  }

  private static let idlePause = TimeSpan.seconds(10)

  /// A worker that finds nothing to do looks now and then whether a batch is held up.
  private func sweepIdle(at now: Instant) throws(StorageError) {
    // The first claim of a process is often its only one.
    guard let first = batches.idle else { return batches.idle = now }
    guard now >= first + Self.idlePause else { return }
    try sweepBatches(at: now, pause: Self.idlePause)
  }

  /// What is known of a queue once its lost jobs are rescued.
  func freshView(
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
  func promoted(
    _ view: QueueView, _ queue: QueueName, at now: Instant
  ) throws(StorageError) -> QueueView {
    guard let due = view.nextDue, due <= now else { return view }
    try promote(in: queue, at: now)
    try tellDependants(at: now)
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
      guard !place.name.isCancelRequested else {
        // What can't be looked at now, as somebody is at it, is due still.
        if let stored = try read(place) { try? settleYielding(stored, patience: 0, at: now) }
        continue
      }
      let folder =
        Shelf.ready(place.name.priority, of: queue) + "/" + NameStamp.minute(place.name.time)
      let target = JobPlace(queue: queue, state: .ready, folder: folder, name: place.name)
      _ = try move(place.path, to: target)
    }
  }

  /// Takes jobs of one queue; false once the claim is over since a marked job comes alone.
  ///
  /// - Parameters:
  ///   - limit: how many the whole claim may have in the end.
  ///   - aging: of the queue, if it has any.
  ///   - groups: how many more may run of each concurrency key; `nil` for any number.
  func take(
    from view: QueueView, _ request: ClaimRequest, upTo limit: Int, _ aging: TimeSpan?,
    _ groups: GroupRoom?,
    into claimed: inout [ClaimedJob]
  ) throws(StorageError) -> Bool {
    var groups = groups
    var left = QueueLimits.longestWalk
    var passed: [Int: [JobPlace]] = [:]
    defer { for (index, places) in passed { view.walks[index].putBack(places) } }
    while claimed.count < limit, let (index, place) = try next(of: view, aging) {
      guard left > 0 else {
        passed[index, default: []].append(place)
        return true
      }
      guard try isWanted(place, request, view), groups?.hasRoom(for: place.name) ?? true else {
        if groups != nil { left -= 1 }
        passed[index, default: []].append(place)
        continue
      }
      let isMarked = place.name.isMarked
      guard !isMarked || claimed.isEmpty else {
        passed[index, default: []].append(place)
        return false
      }
      guard let taken = try begin(place, request) else { continue }
      claimed.append(taken)
      groups?.take(place.name)
      guard !isMarked else { return false }
    }
    return true
  }

  /// The next ready job, and from which of the walks it is: the most urgent one, or with aging the first
  /// by the place that its priority and its time give it.
  private func next(
    of view: QueueView, _ aging: TimeSpan?
  ) throws(StorageError) -> (Int, JobPlace)? {
    var first: (index: Int, place: JobPlace, order: Int64)?
    for index in view.walks.indices {
      guard let aging else {
        if let place = try view.walks[index].next() { return (index, place) }
        continue
      }
      guard let place = try view.walks[index].peek() else { continue }
      let order = place.name.priority.order(runAt: place.name.time, quantum: aging)
      if first.map({ (order, place.name.id) < ($0.order, $0.place.name.id) }) ?? true {
        first = (index, place, order)
      }
    }
    guard let first else { return nil }
    _ = try view.walks[first.index].next()
    return (first.index, first.place)
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
    let path = place.path
    guard let (found, payload) = try readWithPayload(place, at: path) else { return nil }
    var stored = found
    let token = LeaseToken(rawValue: Int64(bitPattern: random()))
    do {
      try stored.job.apply(
        .claim(token: token, worker: request.worker, hold: request.hold), at: request.now)
    } catch { return nil }
    let target = JobPlace(
      ofActive: stored.job, in: folder(ofActive: stored.job), revision: place.name.revision,
      isEdited: place.name.isEdited)
    guard try move(path, to: target) else { return nil }
    // A job that runs alone must not run alone for the first time again.
    if place.name.isMarked { touched(target.folder) }
    stored.place = target
    hold(stored)
    // Another job may have its key from now on, so it must not be back with it after a power cut.
    if place.name.holdsKey, !target.name.holdsKey {
      touched(target.folder)
      freed.append(stored)
    }
    return ClaimedJob(
      job: stored.job, lease: Lease(id: stored.job.id, token: token), payload: payload,
      tags: stored.tags)
  }

  /// The folder of a job that was just taken, which is mostly that of the one before.
  private func folder(ofActive job: Job) -> String {
    let holder = Holder(of: job)
    if let known = memory.holders[job.queue], known.holder == holder { return known.folder }
    let folder = Shelf.active(holder, of: job.queue)
    if memory.holders.count > 1000 { memory.holders.removeAll() }
    memory.holders[job.queue] = (holder, folder)
    return folder
  }
}
