import Jobs
import PosixIO
import Storage

extension Spool {
  /// How often a job that is not found is looked for: it may move from a folder that is still to be
  /// read into one that was read already, but hardly three times in a row.
  private static let mostLooks = 3

  /// Where a job is; `nil` if there is none.
  func locate(_ id: JobID) throws(StorageError) -> JobPlace? {
    if let known = held[id], try isStill(at: known.place) { return known.place }
    return try locate([id])[id]
  }

  /// Where some jobs are, as far as they are there, each folder read once for all of them.
  func locate(_ ids: Set<JobID>) throws(StorageError) -> [JobID: JobPlace] {
    var search = JobSearch(ids)
    for _ in 0..<Self.mostLooks where !search.isOver { try look(for: &search) }
    return search.found
  }

  /// Looks where jobs are likely to be first, then everywhere.
  private func look(for search: inout JobSearch) throws(StorageError) {
    let shelves = try shelves()
    for shelf in shelves { try lookAmongEnded(shelf, &search) }
    if search.isOver { return }
    for shelf in shelves { try lookAmongRecent(shelf, &search) }
    for shelf in shelves where !search.isOver {
      for folder in try folders(of: .active, in: shelf) { try read(folder, &search) }
    }
    for state in [JobState.scheduled, .retrying, .ready, .blocked] {
      for shelf in shelves where !search.isOver {
        for folder in try folders(of: state, in: shelf) { try read(folder, &search) }
      }
    }
  }

  /// An ended job lies in the folder of its id.
  private func lookAmongEnded(
    _ shelf: QueueShelves, _ search: inout JobSearch
  ) throws(StorageError) {
    for state in [JobState.completed, .dead, .cancelled] {
      for minute in search.minutes {
        let path = Shelf.state(state, of: shelf.queue) + "/" + minute
        try read(JobFolder(queue: shelf.queue, state: state, path: path, time: nil), &search)
      }
    }
  }

  /// A job that was due at once lies in the bucket of its id.
  private func lookAmongRecent(
    _ shelf: QueueShelves, _ search: inout JobSearch
  ) throws(StorageError) {
    for base in shelf.bases {
      for level in try look(in: base + "/" + JobState.ready.rawValue) {
        for minute in search.minutes {
          let path = base + "/" + JobState.ready.rawValue + "/" + level + "/" + minute
          try read(JobFolder(queue: shelf.queue, state: .ready, path: path, time: nil), &search)
        }
      }
    }
  }

  private func read(
    _ folder: JobFolder, _ search: inout JobSearch
  ) throws(StorageError) {
    for text in try look(in: folder.path) where search.isWanted(text) {
      guard let name = JobName(text) else { continue }
      let place = JobPlace(
        queue: folder.queue, state: folder.state, folder: folder.path, name: name)
      // What only looks like a job must not hide one.
      if try isStill(at: place) { search.take(place) }
    }
  }
}

/// Jobs that are looked for, and where they were found.
private struct JobSearch {
  /// The ids as names have them; each fits into a string without memory of its own.
  private var wanted: Set<String>
  /// The folders of ended jobs, and of such that were due at once.
  private(set) var minutes: [String]
  private(set) var found: [JobID: JobPlace] = [:]

  init(_ ids: Set<JobID>) {
    wanted = Set(ids.map(\.description))
    minutes = Set(ids.map { NameStamp.minute($0.instant) }).sorted()
  }

  var isOver: Bool { found.count >= wanted.count }

  /// Whether a name is that of a wanted job; found ones too, for there may be another.
  func isWanted(_ name: String) -> Bool {
    let bytes = name.utf8
    let start = NameStamp.length + 1
    guard bytes.count > start + JobID.textLength else { return false }
    let first = bytes.index(bytes.startIndex, offsetBy: start)
    let end = bytes.index(first, offsetBy: JobID.textLength)
    return wanted.contains(String(decoding: bytes[first..<end], as: UTF8.self))
  }

  mutating func take(_ place: JobPlace) {
    if let other = found[place.name.id], !place.isNewer(than: other) { return }
    found[place.name.id] = place
  }
}

extension JobPlace {
  /// Which of two places of a job is the later one, where both were seen.
  func isNewer(than other: JobPlace) -> Bool {
    let own = (name.attempt, name.revision, state.isTerminal ? 1 : 0)
    return own >= (other.name.attempt, other.name.revision, other.state.isTerminal ? 1 : 0)
  }
}
