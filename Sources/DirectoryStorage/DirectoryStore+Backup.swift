import PosixIO
package import Jobs
package import Storage

// A copy is made job by job, each as it is at the moment in which its file is read; nobody waits. A job
// that moves while the folders are walked may be missed once, so they are walked again until a walk
// finds nothing new. Each job is copied once, where it was found first. Active jobs stay active: the
// first worker of the copy takes them back, since theirs does not know it.
//
// Batches are copied once their jobs are: what each counts is told by the copied jobs, so that both fit
// together, and by entries of jobs that are there no more. A job whose parent was removed meanwhile finds
// a note of that in the copy.
//
// The keys follow the jobs: the unique key of a live job is written from the job itself, for its own
// file may be gone by then.

extension DirectoryStore {
  package func backup(
    to target: String, at now: Instant, progress: (_ done: Int64, _ total: Int64) -> Void
  ) throws(StorageError) -> BackupReport {
    let leftovers = BackupFolder.leftovers(of: target)
    var report = try withSpool { (spool) throws(StorageError) in
      let root = try spool.system { () throws(SystemError) in try spool.tree.status(of: "") }
      let copy = try BackupFolder(for: target, mode: root.mode & 0o2770)
      do throws(StorageError) {
        let copier = Copier(spool, copy)
        try copier.run(progress)
        try copy.finish()
        return copier.report
      } catch {
        copy.discard()
        throw error
      }
    }
    report.leftovers = leftovers
    return report
  }
}

/// Copies the parts of a store.
private final class Copier {
  private(set) var report = BackupReport(jobs: 0, bytes: 0)
  private let spool: Spool
  private let copy: BackupFolder
  private var copied: Set<JobID> = []
  /// How the copied jobs of batches stand.
  private var members: [JobID: [JobID: JobState]] = [:]
  /// For whom copied jobs wait.
  private var parents: Set<JobID> = []
  /// How many jobs there were in the beginning.
  private var total: Int64 = 0

  private static let mostWalks = 10
  /// What is read of a log at once, in bytes.
  private static let pieceSize = 1 << 20
  /// No file of a job is larger, whatever its history.
  private static let largestJob: Int64 = 1 << 30

  init(_ spool: Spool, _ copy: BackupFolder) {
    self.spool = spool
    self.copy = copy
  }

  func run(_ progress: (Int64, Int64) -> Void) throws(StorageError) {
    total = try countJobs()
    for _ in 0..<Self.mostWalks {
      let before = copied.count
      try copyJobs(progress)
      guard copied.count > before else { break }
    }
    try copySchedules()
    // What their ticks made until then, and the jobs of the latest batches.
    var known: Set<JobID> = []
    for _ in 0..<Self.mostWalks {
      let batches = try spool.batchIDs()
      try copyJobs(progress)
      guard !batches.isSubset(of: known) else { break }
      known.formUnion(batches)
    }
    for id in known.sorted() { try copyBatch(id) }
    try copyEnds(besides: known)
    try copySettings()
    try copyRequests()
    try copyLog()
    if let greatest = spool.counter.greatest {
      try copy.add("last-id", Array((greatest.description + "\n").utf8))
    }
  }

  // MARK: - Jobs

  private func countJobs() throws(StorageError) -> Int64 {
    var count = 0
    for shelves in try spool.shelves() {
      for state in JobState.allCases {
        for folder in try spool.folders(of: state, in: shelves) {
          count += try spool.look(in: folder.path).count
        }
      }
    }
    return Int64(count)
  }

  private func copyJobs(_ progress: (Int64, Int64) -> Void) throws(StorageError) {
    for shelves in try spool.shelves() {
      for state in JobState.allCases {
        for folder in try spool.folders(of: state, in: shelves) {
          let places = try spool.jobs(in: folder)
          for place in places where !copied.contains(place.name.id) { try copy(place) }
          progress(report.jobs, max(report.jobs, total))
        }
      }
    }
  }

  /// Copies a job; one that has moved on is found by the next walk, and one that makes no sense is left
  /// to `doctor`.
  private func copy(_ place: JobPlace) throws(StorageError) {
    guard let stored = try spool.read(place),
      let size = try? spool.tree.status(of: place.path).size, size <= Self.largestJob,
      let piece = try? spool.tree.read(place.path, at: 0, count: Int(size))
    else { return }
    var name = place.name
    let job = stored.job
    if stored.isYielding {
      // One that is to go since another is there is copied when it has gone.
      guard
        try job.uniqueKey.map({ (key) throws(StorageError) in
          try spool.uniqueHolder(of: key, in: job.queue) == job.id
        }) ?? true
      else { return }
      name.isCancelRequested = false
    }
    if job.holdsUniqueKey, job.mayHoldUniqueKey, let key = job.uniqueKey {
      let file = KeyFile(kind: .unique, queue: job.queue, key: key, id: job.id)
      // One that took the key since the other was copied.
      if try !copy.add(file.place.path, file.bytes) { name.holdsKey = false }
    }
    let folder = Self.ownFolder(place.folder)
    try copyEntries(of: stored, at: folder + "/" + name.description)
    guard try copy.add(folder + "/" + name.description, piece.bytes) else { return }
    copied.insert(job.id)
    if let batch = job.batch { members[batch, default: [:]][job.id] = job.state }
    report.jobs += 1
    report.bytes += piece.size
  }

  /// That a job waits for others; one whose parent was copied after its end hears of it when the copy is
  /// tidied.
  private func copyEntries(of stored: StoredJob, at path: String) throws(StorageError) {
    let entry = DependantEntry(child: stored.job.id, rule: stored.job.onParentFailure ?? .hold)
    for parent in try spool.waitsFor(stored) {
      try copy.add(entry.path(for: parent), Array(path.utf8))
      parents.insert(parent)
    }
  }

  /// That parents were removed before they could be copied, so that nobody waits for them.
  private func copyEnds(besides batches: Set<JobID>) throws(StorageError) {
    for parent in parents where !copied.contains(parent) && !batches.contains(parent) {
      guard try spool.stands(of: [parent])[parent] == .removed else { continue }
      try copy.add(DependantEntry.note(of: parent, isRemoval: true), [])
    }
  }

  /// Where a folder of a bulk belongs.
  private static func ownFolder(_ folder: String) -> String {
    guard folder.hasPrefix(BulkParts.root + "/") else { return folder }
    return folder.split(separator: "/").dropFirst(2).joined(separator: "/")
  }

  // MARK: - Batches

  /// Copies a batch, with its entries as the copied jobs say.
  private func copyBatch(_ id: JobID) throws(StorageError) {
    guard let from = try spool.batchFolder(id),
      let info = try? spool.tree.read(from.info, at: 0, count: BatchFolder.longestInfo).bytes
    else { return }
    let to = BatchFolder(path: BatchFolder.own(id), id: id)
    var names: [JobState: Set<String>] = [.ready: [], .dead: [], .cancelled: []]
    for (job, state) in members[id] ?? [:] where state != .completed {
      names[state.isTerminal ? state : .ready]?.insert(job.description)
    }
    for state in [JobState.ready, .dead, .cancelled] {
      for name in try spool.look(in: from.folder(of: state)) where !isCopied(name) {
        names[state]?.insert(name)
      }
    }
    for (state, entries) in names where state != .ready || !entries.isEmpty {
      try copy.writing { _ throws(SystemError) in try copy.makeFolders(to.folder(of: state)) }
      for name in entries.sorted() { try copy.add(to.folder(of: state) + "/" + name, []) }
    }
    if names[.ready]?.isEmpty ?? true, let end = try? spool.tree.read(from.ended, at: 0, count: 64)
    {
      try copy.add(to.ended, end.bytes)
    }
    try copy.add(to.info, info)
    report.bytes += Int64(info.count)
  }

  private func isCopied(_ name: String) -> Bool {
    (try? JobID(name)).map { copied.contains($0) } ?? false
  }

  // MARK: - The rest

  private func copySettings() throws(StorageError) {
    let (rules, health) = (try spool.rules(), try spool.healthRules())
    if rules != Retention() || !health.isEmpty {
      var file = SettingsFile()
      file.settings.retention = rules
      file.health = health
      try copy.add("settings", file.bytes)
      report.bytes += Int64(file.bytes.count)
    }
    for shelves in try spool.shelves() {
      try copy.writing { _ throws(SystemError) in try copy.makeFolders(shelves.own) }
      let settings = try spool.settings(of: shelves.queue)
      guard settings != SettingsFile() else { continue }
      try copy.add(shelves.own + "/settings", settings.bytes)
      report.bytes += Int64(settings.bytes.count)
    }
  }

  private func copySchedules() throws(StorageError) {
    for name in try spool.scheduleNames() {
      guard let file = try spool.scheduleFile(name) else { continue }
      try copy.add(ScheduleFile.path(name), file.bytes)
      report.bytes += Int64(file.bytes.count)
      // What is made by now is copied with the jobs.
      for intent in file.firing where try spool.isPending(intent, of: name) {
        try copy.add(ScheduleFile.marker(name, intent.id), [])
      }
    }
  }

  private func copyRequests() throws(StorageError) {
    try spool.forEachKey { (file: KeyFile, path: String) throws(StorageError) in
      let bytes = file.bytes
      try copy.add(path, bytes)
      report.bytes += Int64(bytes.count)
    }
  }

  private func copyLog() throws(StorageError) {
    try copy.writing { _ throws(SystemError) in try copy.makeFolders(LogDay.folder) }
    for day in try spool.logDays() {
      var offset: Int64 = 0
      while let piece = try spool.logPiece(day, at: offset, count: Self.pieceSize),
        !piece.bytes.isEmpty
      {
        try copy.writing { (tree) throws(SystemError) in
          _ = try tree.append(day.path, piece.bytes, makes: true, sync: false)
        }
        offset += Int64(piece.bytes.count)
        report.bytes += Int64(piece.bytes.count)
      }
    }
  }
}
