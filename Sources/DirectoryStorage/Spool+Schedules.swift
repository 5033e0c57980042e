import Jobs
import PosixIO
import Storage

// Schedules, each a file that is changed under a lock of its own.
//
// **Firing**, under the lock:
//
// 1. What somebody has begun who died over it is ended (below).
// 2. The schedule must still be as whoever fires has seen it; of several who saw the same tick, the
//    first brings it forward, and the others find it changed.
// 3. An id is drawn for each job, and an empty file is made for each, its **mark**; synced. Then the
//    schedule's file is replaced by one that has the next tick and says which ids are being made for which
//    ticks; synced, its folder too.
// 4. The jobs are accepted under these ids, each durable when that returns: its file is written and
//    synced, put in the place of the mark, and renamed from there to where jobs are looked for.
// 5. The file is replaced by one that says no more of it.
//
// Why each step is safe: before 3 nothing has happened but marks of ids that the file does not have, and
// these go with the next firing. From 3 on the ticks are dealt with, for whoever comes reads the next one;
// and whoever finds ids in the file has the lock, so nobody is about to make them: those that have a mark
// are made then. The mark goes by the very rename by which its job comes to be, so one without a mark was
// made by the dead, though it may have run and been purged since. If 5 is lost, all are found made.
//
// The lock's file stays when the schedule is removed: it may be in somebody's hands.

extension Spool {
  /// How long to wait for the lock of a schedule, in nanoseconds: a firing makes 64 jobs at most.
  private static let schedulePatience: Int64 = 10_000_000_000

  /// The names of all schedules, in order.
  func scheduleNames() throws(StorageError) -> [ScheduleName] {
    try names(in: ScheduleFile.root).compactMap { try? ScheduleName($0) }.sorted()
  }

  /// A schedule's file; `nil` where it is not there, or makes no sense, which `doctor` tells.
  func scheduleFile(_ name: ScheduleName) throws(StorageError) -> ScheduleFile? {
    do {
      let piece = try tree.read(ScheduleFile.path(name), at: 0, count: ScheduleFile.longest)
      return ScheduleFile(piece.bytes).flatMap { $0.schedule.name == name ? $0 : nil }
    } catch {
      switch error.code {
      case .tooManyOpenFiles, .systemFileTableFull, .outOfMemory: throw translate(error)
      default: return nil
      }
    }
  }

  /// All schedules that can be read, by name.
  func schedules() throws(StorageError) -> [Schedule] {
    var found: [Schedule] = []
    for name in try scheduleNames() {
      if let file = try scheduleFile(name) { found.append(file.schedule) }
    }
    return found
  }

  /// The earliest next tick; 1970 where a firing is to be ended.
  func nextTick() throws(StorageError) -> Instant? {
    var earliest: Instant?
    for name in try scheduleNames() {
      guard let file = try scheduleFile(name) else { continue }
      if !file.firing.isEmpty { return Instant(milliseconds: 0) }
      guard !file.schedule.isPaused, let next = file.schedule.next else { continue }
      earliest = min(earliest ?? next, next)
    }
    return earliest
  }

  func put(_ request: PutScheduleRequest) throws(StorageError) -> PutScheduleOutcome {
    do { try request.schedule.rule.validate() } catch { throw .invalid(error) }
    // An older qctl would fire nothing, and take the folder for somebody else's.
    try raiseFormat()
    return try withSchedule(request.schedule.name, at: request.now) {
      (found) throws(StorageError) in
      let (outcome, schedule) = request.outcome(for: found)
      guard let record = request.record(outcome) else { return outcome }
      try write(ScheduleFile(schedule: schedule))
      unlogged.append(record)
      hasNews = true
      return outcome
    }
  }

  /// Takes in a schedule of another store, with its ticks.
  func restore(_ schedule: Schedule, at now: Instant) throws(StorageError) -> RestoreOutcome {
    try raiseFormat()
    return try withSchedule(schedule.name, at: now) { (found) throws(StorageError) in
      guard found == nil else { return found == schedule ? .alreadyThere : .differs }
      try write(ScheduleFile(schedule: schedule))
      return .restored
    }
  }

  func remove(_ request: ScheduleRequest) throws(StorageError) -> [Bool] {
    try request.names.map { (name) throws(StorageError) in
      guard try scheduleFile(name) != nil else { return false }
      return try withSchedule(name, at: request.now) { (found) throws(StorageError) in
        guard let found else { return false }
        try system { () throws(SystemError) in
          try tree.remove(ScheduleFile.path(name))
          try tree.syncFolder(ScheduleFile.root)
        }
        removeMarks(of: name)
        unlogged.append(
          LogRecord(
            .scheduleRemoved, at: request.now, schedule: found, actor: request.actor,
            reason: request.reason))
        return true
      }
    }
  }

  func setPaused(_ request: PauseScheduleRequest) throws(StorageError) -> Bool? {
    guard try scheduleFile(request.name) != nil else { return nil }
    return try withSchedule(request.name, at: request.now) { (found) throws(StorageError) in
      guard let found else { return nil }
      guard found.isPaused != request.paused else { return false }
      try write(ScheduleFile(schedule: found.switched(by: request)))
      unlogged.append(request.record(of: found))
      hasNews = hasNews || !request.paused
      return true
    }
  }

  func fire(_ request: FireRequest) throws(StorageError) -> FireOutcome {
    let name = request.seen.name
    guard try scheduleFile(name) != nil else { return .changedMeanwhile }
    return try withSchedule(name, at: request.now) { (found) throws(StorageError) in
      guard let found, found.isStill(request.seen) else { return .changedMeanwhile }
      var file = ScheduleFile(schedule: found)
      let last = try found.lastJob.flatMap { (id) throws(StorageError) in
        try isLive(id) ? id : nil
      }
      file.firing = try intents(request, behind: last)
      file.schedule = found.advanced(by: request.due, lastJob: file.firing.last?.id)
      try mark(file)
      try write(file)
      let made = try make(file, at: request.now)
      if !file.firing.isEmpty { try write(ScheduleFile(schedule: file.schedule)) }
      let skipped = request.due.ticks.count - made.count
      unlogged += request.records(skipped: skipped, lastJob: made.last ?? last)
      return .fired(made, skipped: skipped)
    }
  }

  /// Ends firings in which somebody has died; one that is under way is left alone.
  func finishFirings(at now: Instant) throws(StorageError) {
    for name in try scheduleNames() where try scheduleFile(name)?.firing.isEmpty == false {
      _ = try? withSchedule(name, patience: 0, at: now) { _ throws(StorageError) in }
    }
  }
}

// MARK: - Firing

extension Spool {
  private func intents(
    _ request: FireRequest, behind last: JobID?
  ) throws(StorageError) -> [ScheduleFile.Intent] {
    var intents: [ScheduleFile.Intent] = []
    var before = last
    for (tick, job) in zip(request.due.ticks, request.jobs(lastIsLive: last != nil)) {
      let id = try counter.next(at: request.now, random: random())
      let after = request.queued(job, behind: before).after.first
      intents.append(ScheduleFile.Intent(id: id, tick: tick, after: after))
      before = id
    }
    return intents
  }

  /// Makes the jobs that a file says are being made and that are not there.
  ///
  /// - Returns: the jobs, or those that hold their unique key.
  private func make(
    _ file: ScheduleFile, isNew: Bool = true, at now: Instant
  ) throws(StorageError) -> [JobID] {
    var made: [JobID] = []
    let name = file.schedule.name
    for intent in file.firing {
      let mark = ScheduleFile.marker(name, intent.id)
      marks[intent.id] = mark
      defer { marks[intent.id] = nil }
      if !isNew {
        guard try isPending(intent, of: name) else { continue }
        // What the dead has written of it, under a name that no other job has.
        _ = try? tree.remove("tmp/" + intent.id.description)
      }
      var job = file.schedule.job(at: intent.tick)
      if let after = intent.after {
        job.after = [after]
        job.onParentFailure = .run
      }
      do throws(StorageError) {
        made.append(try enqueue(job, as: intent.id, at: now).id)
      } catch {
        guard case .keyConflict = error else { throw error }
      }
      // Where another has its key, it is not made.
      _ = try ifThere { () throws(SystemError) in try tree.remove(mark) }
    }
    return made
  }

  /// Whether a job that is to be made for a tick is not there, and never was.
  func isPending(
    _ intent: ScheduleFile.Intent, of name: ScheduleName
  ) throws(StorageError) -> Bool {
    let mark = ScheduleFile.marker(name, intent.id)
    guard try ifThere({ () throws(SystemError) in try tree.status(of: mark) }) != nil else {
      return false
    }
    return try locate(intent.id) == nil
  }

  /// Makes the marks of the jobs that a file says are being made; durable when it returns.
  private func mark(_ file: ScheduleFile) throws(StorageError) {
    guard !file.firing.isEmpty else { return }
    removeMarks(of: file.schedule.name)
    try system { () throws(SystemError) in
      for intent in file.firing {
        let mark = ScheduleFile.marker(file.schedule.name, intent.id)
        try tree.create(mark, [], sync: false)
      }
      try tree.syncFolder(ScheduleFile.root)
    }
  }

  /// Removes marks that somebody made who died before the schedule's file had them.
  private func removeMarks(of name: ScheduleName) {
    let prefix = name.description + ","
    for found in (try? names(in: ScheduleFile.root)) ?? [] where found.hasPrefix(prefix) {
      guard (try? JobID(String(found.dropFirst(prefix.count)))) != nil else { continue }
      _ = try? tree.remove(ScheduleFile.root + "/" + found)
    }
  }

  private func isLive(_ id: JobID) throws(StorageError) -> Bool {
    try locate(id).map { !$0.state.isTerminal } ?? false
  }

  /// Runs `body` under the lock of a schedule, with what is there under its name, once a firing that
  /// somebody has died in is ended.
  private func withSchedule<Result>(
    _ name: ScheduleName, patience: Int64 = schedulePatience, at now: Instant,
    _ body: (Schedule?) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try ensureFolder(ScheduleFile.root)
    var outcome: Swift.Result<Result, StorageError>?
    _ = try system { () throws(SystemError) in
      try tree.withLock(ScheduleFile.lock(name), patience: patience) {
        do throws(StorageError) {
          var file = try scheduleFile(name)
          if let begun = file, !begun.firing.isEmpty {
            _ = try make(begun, isNew: false, at: now)
            try write(ScheduleFile(schedule: begun.schedule))
            file?.firing = []
          }
          outcome = .success(try body(file?.schedule))
        } catch { outcome = .failure(error) }
      }
    }
    guard let outcome else {
      throw .busy(
        path: root + "/" + ScheduleFile.path(name),
        detail: "another process is changing the schedule, and may be stopped")
    }
    return try outcome.get()
  }

  /// Replaces a schedule's file, under its lock; durable when it returns.
  private func write(_ file: ScheduleFile) throws(StorageError) {
    // The lock is held, so whatever has this name is a dead process's.
    let path = ScheduleFile.path(file.schedule.name)
    let draft = path + ",new"
    try system { () throws(SystemError) in
      do throws(SystemError) { try tree.remove(draft) } catch {
        guard error.code.isMissing else { throw error }
      }
      try tree.create(draft, file.bytes, sync: true)
      try tree.rename(draft, to: path, replaces: true)
      try tree.syncFolder(ScheduleFile.root)
    }
  }
}
