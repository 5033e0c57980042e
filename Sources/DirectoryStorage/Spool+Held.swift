import Jobs
import PosixIO
import Storage

extension Spool {
  /// The most jobs that are remembered as claimed; more than any worker has at a time.
  private static let mostHeld = 4096

  /// Remembers a job that this process has claimed.
  func hold(_ stored: StoredJob) {
    if held.count >= Self.mostHeld { held.removeAll() }
    held[stored.job.id] = stored
  }

  /// The job that a lease is for, as long as it is valid.
  ///
  /// - Parameter isChecked: whether a job that this process has claimed is looked for; whoever changes
  ///   it next finds out anyway.
  func holder(
    of lease: Lease, isChecked: Bool = true
  ) throws(StorageError) -> StoredJob? {
    if let known = held[lease.id], known.place.name.token == lease.token {
      guard isChecked else { return known }
      if try isThere(known.place) { return known }
      // An operator may have asked it to stop, or renewed it for another process: another name.
      if let place = try find(lease, in: known.place.folder, of: known.place.queue) {
        return try read(place)
      }
      held[lease.id] = nil
    }
    for queue in try queueNames() {
      for (folder, _) in try holders(of: queue) {
        if let place = try find(lease, in: folder, of: queue) { return try read(place) }
      }
    }
    return nil
  }

  private func isThere(_ place: JobPlace) throws(StorageError) -> Bool {
    let status = try ifThere { () throws(SystemError) in try tree.status(of: place.path) }
    return status?.kind == .regular
  }

  private func find(
    _ lease: Lease, in folder: String, of queue: QueueName
  ) throws(StorageError) -> JobPlace? {
    try jobs(in: folder, of: queue, .active).first {
      $0.name.id == lease.id && $0.name.token == lease.token
    }
  }

  /// The queues that are known, by name.
  func queueNames() throws(StorageError) -> [QueueName] {
    try names(in: Shelf.root).compactMap { try? QueueName($0) }.sorted()
  }

  /// Who has jobs of a queue, and in which folder.
  func holders(of queue: QueueName) throws(StorageError) -> [(folder: String, Holder)] {
    let active = Shelf.state(.active, of: queue)
    return try names(in: active).compactMap { name in
      Holder(folder: name).map { (active + "/" + name, $0) }
    }
  }

  /// The active jobs of one queue.
  func activeJobs(
    of queue: QueueName, where wanted: (Holder) -> Bool = { _ in true }
  ) throws(StorageError) -> [JobPlace] {
    var found: [JobPlace] = []
    for (folder, holder) in try holders(of: queue) where wanted(holder) {
      found += try jobs(in: folder, of: queue, .active)
    }
    return found
  }
}
