import Jobs
import PosixIO
import Storage

/// A folder that holds jobs of one queue in one state.
struct JobFolder {
  let queue: QueueName
  let state: JobState
  let path: String
  /// The minute, or the first moment, for which it is named; `nil` for a holder's.
  let time: Instant?
}

/// A queue, and the folders under which its jobs lie: those of bulks that are not yet spread, then
/// its own.
struct QueueShelves {
  let queue: QueueName
  var bases: [String]

  /// Its own folder.
  var own: String { Shelf.queue(queue) }
}

// Looking passes over whatever is not as it should be: that is for `doctor` to name.

extension Spool {
  /// The names in a folder, as far as it can be read at all.
  func look(in folder: String) throws(StorageError) -> [String] {
    do { return try tree.names(in: folder) } catch {
      switch error.code {
      case .tooManyOpenFiles, .systemFileTableFull, .outOfMemory, .inputOutput, .cancelled:
        throw translate(error)
      default: return []
      }
    }
  }

  /// Every queue that is known, by name.
  ///
  /// Bulks come first: what is spread meanwhile is seen twice, not never.
  func shelves(
    beginningWith prefix: String = ""
  ) throws(StorageError) -> [QueueShelves] {
    var found: [QueueName: [String]] = [:]
    for root in try shelfRoots() {
      for name in try look(in: root) {
        guard name.utf8.starts(with: prefix.utf8), let queue = try? QueueName(name) else {
          continue
        }
        let base = root + "/" + name
        guard (try? tree.status(of: base))?.kind == .directory else { continue }
        found[queue, default: []].append(base)
      }
    }
    return found.map { QueueShelves(queue: $0.key, bases: $0.value) }
      .sorted { $0.queue < $1.queue }
  }

  /// Where queues may be: in bulks that were accepted, and where they belong.
  func shelfRoots() throws(StorageError) -> [String] {
    try look(in: "bulks").sorted().map { "bulks/" + $0 + "/" + Shelf.root } + [Shelf.root]
  }

  /// Whether a queue is known.
  func isKnown(_ queue: QueueName) throws(StorageError) -> Bool {
    for root in try shelfRoots().reversed() {
      let status = try? tree.status(of: root + "/" + queue.description)
      if status?.kind == .directory { return true }
    }
    return false
  }

  /// The folders of a queue that hold jobs in a state, in no order.
  func folders(
    of state: JobState, in shelves: QueueShelves
  ) throws(StorageError) -> [JobFolder] {
    var found: [JobFolder] = []
    for base in shelves.bases {
      let folder = base + "/" + state.rawValue
      switch state {
      case .ready:
        for level in try look(in: folder) where Int64(level).map(Priority.levels.contains) ?? false
        {
          found += try buckets(folder + "/" + level, state, shelves.queue)
        }
      case .scheduled, .retrying, .blocked, .completed, .dead, .cancelled:
        found += try buckets(folder, state, shelves.queue)
      case .active:
        for name in try look(in: folder) where Holder(folder: name) != nil {
          found.append(
            JobFolder(queue: shelves.queue, state: state, path: folder + "/" + name, time: nil))
        }
      }
    }
    return found
  }

  private func buckets(
    _ folder: String, _ state: JobState, _ queue: QueueName
  ) throws(StorageError) -> [JobFolder] {
    try look(in: folder).compactMap { name in
      guard let bucket = Bucket(name), bucket.id == nil || !state.isTerminal else { return nil }
      return JobFolder(queue: queue, state: state, path: folder + "/" + name, time: bucket.time)
    }
  }

  /// The jobs in a folder, by their names, in no order.
  func jobs(in folder: JobFolder) throws(StorageError) -> [JobPlace] {
    try look(in: folder.path).compactMap { text in
      JobName(text).map {
        JobPlace(queue: folder.queue, state: folder.state, folder: folder.path, name: $0)
      }
    }
  }

  /// Whether a job's file is where it was.
  func isStill(at place: JobPlace) throws(StorageError) -> Bool {
    let status = try ifThere { () throws(SystemError) in try tree.status(of: place.path) }
    return status?.kind == .regular
  }
}
