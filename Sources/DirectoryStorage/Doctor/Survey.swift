import Jobs
import PosixIO
import Storage

/// A walk through all folders of a store that notes what is not as it should be, and changes nothing.
///
/// Links, devices and pipes are named, never opened; of a file no more is read than a job may have.
final class Survey {
  let spool: Spool
  /// The wall clock, in milliseconds since 1970; times of files are compared with it.
  let wall = SystemClock.wallMilliseconds()
  private(set) var flaws: [Flaw] = []
  /// How many flaws there are beyond those that are kept.
  private(set) var unkept = 0
  private(set) var jobCount = 0
  /// Every id that was seen.
  private var ids: [Int64] = []
  /// Mode and owner of the store's folder.
  private(set) var root: FileStatus?

  private static let mostKept = 10_000
  /// What is in a store's folder.
  private static let known: Set<String> = [
    "format", "tmp", "log", "keys", "bulks", "workers", "queues", "quarantine", "last-id", "bell",
    "settings",
    "lock", "repair", DependantEntry.root, DependantEntry.ends, BatchFolder.root, ScheduleFile.root,
  ]

  init(_ spool: Spool) { self.spool = spool }

  /// Walks through everything.
  func run() throws(StorageError) {
    root = try spool.system { () throws(SystemError) in try spool.tree.status(of: "") }
    for name in try spool.look(in: "").sorted()
    where !Self.known.contains(name) && !name.hasPrefix(".qctl-") {
      note(
        .note, "names", name, "does not belong to the store",
        .none(remedy: "move it away, if it is not yours to keep there"))
    }
    for base in try spool.shelfRoots() { try lookAtQueues(base) }
    lookAtDuplicates(try duplicates())
    lookAtCounter()
    try lookAtTemporary()
    try lookAtKeys()
    try lookAtDependants()
    try lookAtBatches()
    try lookAtSchedules()
    try lookAtRest()
  }

  func note(
    _ grade: Finding.Grade, _ check: String, _ path: String, _ detail: String, _ cure: Flaw.Cure
  ) {
    guard flaws.count < Self.mostKept else {
      unkept += 1
      return
    }
    flaws.append(Flaw(grade, check, path, detail, cure))
  }

  // MARK: - Kinds and rights

  /// Whether a name is a folder of ours, to be looked into; what else it is, is noted.
  func isFolder(_ path: String) -> Bool { check(path, is: .directory) != nil }

  /// The status of a name that is what it should be.
  func check(_ path: String, is kind: FileKind) -> FileStatus? {
    let status: FileStatus
    do { status = try spool.tree.status(of: path) } catch {
      guard !error.code.isMissing else {
        // What has moved on meanwhile, or a name that is no UTF-8 and can't be told by us.
        if path.unicodeScalars.contains("\u{FFFD}") {
          note(
            .warning, "names", path, "its name is no text",
            .none(remedy: "rename it, or move it away"))
        }
        return nil
      }
      note(.warning, "unreadable", path, error.code.reason, .none(remedy: nil))
      return nil
    }
    guard status.kind == kind else {
      note(.warning, "files", path, "it is \(Self.words(status.kind))", .quarantine)
      return nil
    }
    checkRights(status, path)
    return status
  }

  private func checkRights(_ status: FileStatus, _ path: String) {
    guard let root else { return }
    let shared = root.mode & 0o070
    let wanted: UInt32 = status.kind == .directory ? 0o700 | shared : 0o600 | shared & 0o060
    if status.uid != root.uid, shared == 0 {
      note(
        .warning, "permissions", path, "it belongs to user \(status.uid), the store to \(root.uid)",
        .none(remedy: "chown -R \(root.uid) \(spool.root)"))
    } else if status.mode & 0o007 != 0 {
      note(
        .warning, "permissions", path, "others may use it (mode \(octal(status.mode & 0o777)))",
        .rights(wanted))
    } else if status.mode & 0o700 != wanted & 0o700 {
      note(
        .warning, "permissions", path,
        "its owner may not use it (mode \(octal(status.mode & 0o777)))", .rights(wanted))
    }
  }

  private func octal(_ mode: UInt32) -> String { "0" + String(mode, radix: 8) }

  static func words(_ kind: FileKind) -> String {
    switch kind {
    case .regular: "a file"
    case .directory: "a folder"
    case .symbolicLink: "a symbolic link, which nothing follows"
    case .pipe: "a pipe"
    case .socket: "a socket"
    case .characterDevice, .blockDevice: "a device"
    case .unknown: "of a kind that is not known"
    }
  }

  // MARK: - Ids

  func saw(_ id: JobID) {
    jobCount += 1
    ids.append(id.rawValue)
  }

  private func duplicates() throws(StorageError) -> [JobID] {
    ids.sort()
    var found: [JobID] = []
    for index in ids.indices.dropFirst()
    where ids[index] == ids[index - 1] && found.last?.rawValue != ids[index] {
      if found.count < 1000, let id = JobID(rawValue: ids[index]) { found.append(id) }
    }
    return found
  }

  /// Of two files of one job the one that is further counts.
  private func lookAtDuplicates(_ ids: [JobID]) {
    guard !ids.isEmpty, let places = try? spool.allPlaces(of: Set(ids)) else { return }
    for id in ids {
      // A job that moved while its folders were read was seen twice, and is there once.
      guard let found = places[id], found.count > 1 else { continue }
      let best = found.reduce(found[0]) { $1.isFurther(than: $0) ? $1 : $0 }
      for place in found where place != best {
        note(
          .error, "duplicates", place.path, "the same job is at \(best.path), and further there",
          .quarantine)
      }
    }
  }

  private func lookAtCounter() {
    guard let last = ids.last, let greatest = JobID(rawValue: last) else { return }
    if let counter = spool.counter.greatest {
      if counter < greatest {
        note(
          .warning, "counter", "last-id", "it says \(counter), but there is a job \(greatest)",
          .raiseCounter(greatest))
      }
    } else {
      note(
        .warning, "counter", "last-id", "it can't be read, and there are jobs",
        .raiseCounter(greatest))
    }
    let ahead = (spool.counter.greatest ?? greatest).instant.milliseconds - wall
    if ahead > 86_400_000 {
      note(
        .note, "counter", "last-id",
        "ids are \(ahead / 86_400_000) days ahead of the clock: it was set back, or a clock was wrong",
        .none(remedy: "check the clock; ids go on from there"))
    }
  }
}

extension JobPlace {
  /// Which of two files of one job counts: the later attempt, the longer history, the later state.
  func isFurther(than other: JobPlace) -> Bool {
    func rank(_ place: JobPlace) -> Int {
      place.state.isTerminal ? 2 : place.state == .active ? 1 : 0
    }
    return (name.attempt, name.revision, Int64(rank(self)))
      > (other.name.attempt, other.name.revision, Int64(rank(other)))
  }
}

extension Spool {
  /// Every place in which jobs are.
  func allPlaces(of ids: Set<JobID>) throws(StorageError) -> [JobID: [JobPlace]] {
    var found: [JobID: [JobPlace]] = [:]
    for shelves in try shelves() {
      for state in JobState.allCases {
        for folder in try folders(of: state, in: shelves) {
          for place in try jobs(in: folder) where ids.contains(place.name.id) {
            found[place.name.id, default: []].append(place)
          }
        }
      }
    }
    for (id, places) in found where places.count > 1 {
      found[id] = places.filter { (try? isStill(at: $0)) ?? false }
    }
    return found
  }
}
