import Jobs
import PosixIO
import Storage

/// What a process knows of a queue from which it takes jobs, for as long as nobody adds anything there.
///
/// With it a claim is one question to the kernel (has something been added?), one file read and one
/// rename, however many jobs wait.
final class QueueView {
  /// The ready jobs, a walk for each priority, most urgent first.
  var walks: [BucketWalk] = []
  /// When the first waiting job is due.
  var nextDue: Instant?
  /// When the first lease that goes by time is over.
  var nextOverdue: Instant?
  /// Whether there are settings, so that it may be paused.
  var hasSettings = false
  /// Types of jobs that were looked at and not wanted.
  var types: [JobID: JobType] = [:]
}

extension Spool {
  /// Forgets what is known where something may have been added since.
  func dropStaleViews() {
    guard let watch, watch.hasNews() else { return }
    watch.reset()
    views.removeAll()
    bulksAreHeard = false
    dependants.notesAreHeard = false
  }

  /// Spreads bulks that were published and left, unless it is known that there are none.
  func lookForBulks(in queues: [QueueName]) throws(StorageError) {
    guard !bulksAreHeard else { return }
    bulksAreHeard = watch?.listen(to: "bulks") ?? false
    try spreadBulks(in: queues)
  }

  /// What is known of a queue.
  func view(of queue: QueueName) throws(StorageError) -> QueueView {
    if let known = views[queue] { return known }
    // The first claim of a process is often its only one; it need not listen.
    let isFirst = viewed.insert(queue).inserted
    if !isFirst, watch == nil { watch = tree.makeWatch() }
    let isHeard = !isFirst && listen(to: Shelf.queue(queue))
    let view = try readView(of: queue, isHeard: isHeard)
    if isHeard, isHearing { views[queue] = view }
    return view
  }

  /// Forgets what is known of a queue, since this process has changed it.
  func forgetView(of queue: QueueName) { views[queue] = nil }

  /// Listens to a folder, which may not be there; false where nothing can be heard of it.
  func listen(to folder: String) -> Bool {
    guard let watch, watch.listen(to: folder) else {
      isHearing = false
      return false
    }
    return true
  }

  /// Listens to a folder if there is one, whose parent is listened to already.
  private func listenIfThere(_ folder: String) throws(StorageError) {
    guard watch != nil else { return }
    guard try ifThere({ () throws(SystemError) in try tree.status(of: folder) }) != nil else {
      return
    }
    _ = listen(to: folder)
  }

  private func readView(
    of queue: QueueName, isHeard: Bool
  ) throws(StorageError) -> QueueView {
    isHearing = isHeard
    let view = QueueView()
    for state in [JobState.ready, .scheduled, .retrying, .active] where isHeard {
      try listenIfThere(Shelf.state(state, of: queue))
    }
    view.nextOverdue = try nextOverdue(in: queue, isHeard)
    view.nextDue = try nextDue(in: queue, isHeard)
    let settings = Shelf.queue(queue) + "/settings"
    view.hasSettings =
      try ifThere { () throws(SystemError) in try tree.status(of: settings) } != nil
    for name in try names(in: Shelf.state(.ready, of: queue)).sorted() {
      guard let level = Int64(name), let priority = try? Priority(level) else { continue }
      let folder = Shelf.ready(priority, of: queue)
      if isHeard { try listenIfThere(folder) }
      view.walks.append(
        try BucketWalk(self, folder, of: queue, .ready, isHeard: isHeard))
    }
    return view
  }

  private func nextOverdue(
    in queue: QueueName, _ isHeard: Bool
  ) throws(StorageError) -> Instant? {
    var least: Instant?
    for (folder, holder) in try holders(of: queue) where holder.presence == nil {
      if isHeard { try listenIfThere(folder) }
      for place in try jobs(in: folder, of: queue, .active) {
        let end = place.name.leaseUntil ?? place.name.time
        least = min(least ?? end, end)
      }
    }
    return least
  }

  private func nextDue(in queue: QueueName, _ isHeard: Bool) throws(StorageError) -> Instant? {
    var least: Instant?
    for state in [JobState.scheduled, .retrying] {
      let folder = Shelf.state(state, of: queue)
      for bucket in try buckets(of: folder) {
        if let least, bucket.time > least { break }
        let path = folder + "/" + bucket.name
        if isHeard { try listenIfThere(path) }
        for place in try jobs(in: path, of: queue, state) {
          least = min(least ?? place.name.time, place.name.time)
        }
      }
    }
    return least
  }
}
