import Jobs
import PosixIO
import Storage

extension Survey {
  /// What is younger may be somebody's who is at work, in milliseconds.
  private static let grace: Int64 = 60_000

  func isYoung(_ status: FileStatus) -> Bool {
    wall - status.modifiedNanoseconds / 1_000_000 < Self.grace
  }

  /// Files that nobody was promised.
  func lookAtTemporary() throws(StorageError) {
    for name in try spool.look(in: "tmp").sorted() {
      let path = "tmp/" + name
      guard let status = try? spool.tree.status(of: path), !isYoung(status) else { continue }
      if name.hasPrefix(StagedFolders.prefix), status.kind == .directory {
        guard spool.isAbandoned(path) else { continue }
        note(
          .note, "temporary", path, "a bulk whose process died before it was accepted",
          .discardBulk)
      } else {
        note(
          .note, "temporary", path, "left by a process that died; nothing in it was accepted",
          .quarantine)
      }
    }
    for name in try spool.look(in: BulkParts.root).sorted() {
      note(
        .note, "bulk", BulkParts.root + "/" + name,
        "an accepted bulk that is still to be spread over its queues", .spread)
    }
  }

  func lookAtKeys() throws(StorageError) {
    for shard in try spool.look(in: KeyPlace.root).sorted() {
      let folder = KeyPlace.folder(shard)
      guard isFolder(folder) else { continue }
      for name in try spool.look(in: folder).sorted() where name != "lock" && name != "new" {
        try lookAtKey(folder + "/" + name)
      }
    }
  }

  private func lookAtKey(_ path: String) throws(StorageError) {
    guard let status = check(path, is: .regular) else { return }
    let piece = try? spool.tree.read(path, at: 0, count: KeyFile.longest)
    guard let piece, let file = KeyFile(piece.bytes), file.place.path == path else {
      // What is gone meanwhile was nothing strange.
      guard (try? spool.tree.status(of: path)) != nil else { return }
      note(.error, "keys", path, "no key's file looks so, and its key can't be used", .quarantine)
      return
    }
    // A job that is about to be made, whose key is there first.
    guard !isYoung(status) else { return }
    switch file.kind {
    case .unique:
      guard try !spool.isHeld(file), !spool.isReplacing(file) else { return }
      note(.note, "keys", path, "its job \(file.id) is over or gone", .dropKey(file.place))
    case .idempotency:
      guard !file.isJobRemoved, try spool.locate(file.id) == nil else { return }
      note(.note, "keys", path, "its job \(file.id) never came to be", .dropKey(file.place))
    }
  }

  /// Schedules that can't be read fire nothing.
  func lookAtSchedules() throws(StorageError) {
    for name in try spool.look(in: ScheduleFile.root).sorted() where !name.contains(",") {
      let path = ScheduleFile.root + "/" + name
      guard check(path, is: .regular) != nil else { continue }
      guard let schedule = try? ScheduleName(name), try spool.scheduleFile(schedule) == nil else {
        continue
      }
      guard (try? spool.tree.status(of: path)) != nil else { continue }
      note(
        .error, "schedules", path, "no schedule's file looks so, and it fires nothing", .quarantine)
    }
  }

  func lookAtRest() throws(StorageError) {
    for name in try spool.look(in: "log").sorted() {
      let path = "log/" + name
      guard check(path, is: .regular) != nil else { continue }
      guard LogDay(fileName: name) != nil else {
        note(.warning, "log", path, "no day has such a name", .quarantine)
        continue
      }
      if (try? spool.tree.read(path, at: 0, count: 1)) == nil {
        note(.warning, "log", path, "it can't be read", .none(remedy: "chmod u+rw it"))
      }
    }
    for name in try spool.look(in: "workers").sorted() {
      let path = "workers/" + name
      guard (try? spool.tree.status(of: path))?.kind == .symbolicLink else { continue }
      note(.warning, "files", path, "it is \(Self.words(.symbolicLink))", .quarantine)
    }
    try lookAtQuarantine()
  }

  private func lookAtQuarantine() throws(StorageError) {
    var count = 0
    for day in try spool.look(in: Quarantine.root) {
      count += try spool.look(in: Quarantine.root + "/" + day).count
    }
    guard count > 0 else { return }
    note(
      .note, "quarantine", Quarantine.root,
      "\(count) \(count == 1 ? "thing was" : "things were") put out of the way there",
      .none(remedy: "look through them, keep what is of use, and remove the rest"))
  }
}

extension Spool {
  /// Whether the process that staged a bulk is dead.
  func isAbandoned(_ bulk: String) -> Bool {
    guard (try? tree.status(of: StagedFolders.owner(bulk))) != nil else { return true }
    return (try? tree.withLock(StagedFolders.owner(bulk), patience: 0) {}) ?? false
  }
}
