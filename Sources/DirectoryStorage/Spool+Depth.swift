import Jobs
import PosixIO
import Storage

// How many jobs may wait in a queue is looked at under a lock of the queue, by whoever adds some, and
// only where a limit is set: there the names to be counted are about as many as the limit. The locks are
// the kernel's and go with their holder; they are taken after those of keys, in the order of queues.

extension Spool {
  /// Locked by whoever adds jobs to a queue in which only so many may wait.
  static let depthFile = "/depth"

  /// Runs `body`, which adds so many jobs to each queue, where there is room for all of them.
  ///
  /// - Throws: `queueFull`, with `body` not run.
  func withRoom<Result>(
    for added: [QueueName: Int64], _ settings: [QueueName: QueueSettings],
    _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    let limits = added.keys.sorted().compactMap { queue in
      settings[queue]?.maxDepth.map { (queue, $0) }
    }
    return try withRoom(for: added, limits[...], body)
  }

  private func withRoom<Result>(
    for added: [QueueName: Int64], _ limits: ArraySlice<(QueueName, Int64)>,
    _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    guard let (queue, limit) = limits.first else { return try body() }
    var outcome: Swift.Result<Result, StorageError>?
    try ensureFolder(Shelf.queue(queue))
    let path = Shelf.queue(queue) + Self.depthFile
    _ = try system { () throws(SystemError) in
      try tree.withLock(path, patience: Self.patience) {
        do throws(StorageError) {
          guard try depth(of: queue) + (added[queue] ?? 0) <= limit else {
            throw StorageError.queueFull(queue, limit: limit)
          }
          outcome = .success(try withRoom(for: added, limits.dropFirst(), body))
        } catch { outcome = .failure(error) }
      }
    }
    guard let outcome else {
      throw .busy(path: root + "/" + path, detail: "another process is enqueueing there")
    }
    return try outcome.get()
  }

  /// How many jobs of a queue wait, those of bulks that are not yet spread too.
  private func depth(of queue: QueueName) throws(StorageError) -> Int64 {
    var count: Int64 = 0
    let bases = try shelfRoots().map { $0 + "/" + queue.description }
    let shelves = QueueShelves(queue: queue, bases: bases)
    for state in [JobState.ready, .scheduled, .retrying, .blocked] {
      for folder in try folders(of: state, in: shelves) {
        count += Int64(try jobs(in: folder).count)
      }
    }
    return count
  }
}
