import Jobs
import PosixIO
import Storage

extension Survey {
  /// Looks at the queues under a folder.
  func lookAtQueues(_ base: String) throws(StorageError) {
    for name in try spool.look(in: base).sorted() {
      let path = base + "/" + name
      guard let queue = try? QueueName(name) else {
        note(.warning, "names", path, "no queue can have this name", .quarantine)
        continue
      }
      if isFolder(path) { try lookAtQueue(queue, path) }
    }
  }

  private func lookAtQueue(_ queue: QueueName, _ path: String) throws(StorageError) {
    for name in try spool.look(in: path).sorted() {
      let inside = path + "/" + name
      if name == "settings" {
        lookAtSettings(inside)
      } else if inside == path + Spool.limitFile || inside == path + Spool.depthFile {
        _ = check(inside, is: .regular)
      } else if let state = JobState(rawValue: name) {
        if isFolder(inside) { try lookAtState(state, of: queue, inside) }
      } else {
        note(.warning, "names", inside, "no queue has such a part", .quarantine)
      }
    }
  }

  private func lookAtSettings(_ path: String) {
    guard check(path, is: .regular) != nil else { return }
    guard let piece = try? spool.tree.read(path, at: 0, count: SettingsFile.longest),
      SettingsFile(piece.bytes) != nil
    else {
      note(
        .error, "settings", path,
        "it makes no sense, so the queue is not paused and keeps jobs as any other", .quarantine)
      return
    }
  }

  private func lookAtState(
    _ state: JobState, of queue: QueueName, _ path: String
  ) throws(StorageError) {
    for name in try spool.look(in: path).sorted() {
      let inside = path + "/" + name
      switch state {
      case .ready:
        guard let level = Int64(name), let priority = try? Priority(level),
          String(priority.level) == name
        else {
          note(.warning, "names", inside, "it is no priority", .quarantine)
          continue
        }
        guard isFolder(inside) else { continue }
        for bucket in try spool.look(in: inside).sorted() {
          try lookAtBucket(bucket, in: inside, queue, state, priority)
        }
      case .active:
        guard Holder(folder: name) != nil else {
          note(.warning, "names", inside, "no worker has such a folder", .quarantine)
          continue
        }
        try lookAtHolder(inside, queue)
      default: try lookAtBucket(name, in: path, queue, state, nil)
      }
    }
  }

  private func lookAtHolder(_ path: String, _ queue: QueueName) throws(StorageError) {
    guard isFolder(path) else { return }
    let holder = Holder(folder: SplitPath(path).name)
    let names = try spool.look(in: path).sorted()
    for name in names {
      try lookAtJob(name, in: path, queue, .active) { _ in true }
    }
    guard !names.isEmpty, let presence = holder?.presence else { return }
    let file = "workers/" + presence.description
    guard let status = try? spool.tree.status(of: file), status.kind == .regular else {
      note(
        .note, "workers", path, "its worker's file is not here, as in a restored backup",
        .none(
          remedy: "any worker frees its jobs, after a minute in which theirs may show itself: "
            + "qctl work"))
      return
    }
    if isDead(file) {
      note(
        .note, "workers", path, "its worker is dead",
        .none(remedy: "any worker of the store takes its jobs back; start one: qctl work"))
    }
  }

  /// Whether nobody holds the lock of a worker's file.
  private func isDead(_ file: String) -> Bool {
    guard
      let descriptor = try? FileDescriptor.open(
        spool.root + "/" + file, .readOnly, [.noFollow, .nonBlocking])
    else { return false }
    let lock = FileLock(descriptor)
    return (try? lock.tryLock(.shared)) ?? false
  }

  private func lookAtBucket(
    _ name: String, in folder: String, _ queue: QueueName, _ state: JobState,
    _ priority: Priority?
  ) throws(StorageError) {
    let path = folder + "/" + name
    guard let bucket = Bucket(name), bucket.id == nil || !state.isTerminal else {
      note(.warning, "names", path, "it is no minute", .quarantine)
      return
    }
    guard isFolder(path) else { return }
    for job in try spool.look(in: path).sorted() {
      try lookAtJob(job, in: path, queue, state) { name in
        guard priority == nil || name.priority == priority else { return false }
        let time = state.isTerminal ? name.id.instant : name.time
        guard bucket.id == nil else { return bucket.mayPrecede(name) }
        return NameStamp.minute(time) == bucket.name
      }
    }
  }

  // MARK: - One job

  private func lookAtJob(
    _ text: String, in folder: String, _ queue: QueueName, _ state: JobState,
    fits: (JobName) -> Bool
  ) throws(StorageError) {
    let path = folder + "/" + text
    guard let name = JobName(text) else {
      note(.warning, "names", path, "no job has such a name", .quarantine)
      return
    }
    guard check(path, is: .regular) != nil else { return }
    let place = JobPlace(queue: queue, state: state, folder: folder, name: name)
    switch try spool.inspect(place) {
    case .gone: return
    case .unreadable:
      note(
        .error, "jobs", path, "it may not be read",
        .none(remedy: "chmod u+rw it, or ask its owner"))
    case .broken(let reason): note(.error, "jobs", path, reason, .quarantine)
    case .sound(let stored, let header):
      saw(name.id)
      try lookAtPlace(stored, header, isFitting: fits(name))
      try lookAtKey(of: stored)
      try lookAtWaiting(stored)
    }
  }

  private func lookAtPlace(
    _ stored: StoredJob, _ header: JobHeader, isFitting: Bool
  ) throws(StorageError) {
    let place = stored.place
    var job = stored.job
    let standing = try spool.standing(at: place)
    job.queue = standing?.queue ?? header.job.queue
    let state = stored.stateToBe(header, standing?.state)
    if let state { job.state = state }
    guard state != nil || job.queue != place.queue || !isFitting else { return }
    if job.state != .active {
      (job.token, job.leaseUntil, job.presence) = (nil, nil, nil)
      job.cancelRequested = false
      job.holdsUniqueKey = job.holdsUniqueKey && job.mayHoldUniqueKey
    }
    // What a job was when it ended or began to wait is in its history.
    standing?.apply(to: &job)
    job.attempt = place.name.attempt
    let target = JobPlace(
      of: job, revision: place.name.revision, isEdited: stored.payload.line != nil)
    let kept = JobPlace(
      queue: job.queue, state: job.state,
      folder: state == nil && job.state == .active
        ? Shelf.state(.active, of: job.queue) + "/" + SplitPath(place.folder).name
        : target.folder,
      name: state == nil ? place.name : target.name)
    guard kept.path != place.path else { return }
    note(
      .error, "places", place.path, "it belongs to \(kept.folder)", .move(to: kept))
  }

  private func lookAtKey(of stored: StoredJob) throws(StorageError) {
    let job = stored.job
    guard job.holdsUniqueKey, job.mayHoldUniqueKey, let key = job.uniqueKey else { return }
    let file = KeyFile(kind: .unique, queue: job.queue, key: key, id: job.id)
    let noted = (try? spool.keyFile(at: file.place.path)) ?? nil
    if stored.isYielding || noted?.replaces == stored.place.path {
      note(
        .warning, "keys", stored.place.path,
        "it was to give its unique key to another job, and whoever did that has died",
        .settle(stored))
      return
    }
    if let other = try? spool.keyFile(file.place) {
      guard other.id != job.id else { return }
      guard try !spool.isHeld(other) else {
        note(
          .error, "keys", stored.place.path,
          "it and \(other.id) both hold the unique key of the queue",
          .none(remedy: "cancel one of them: qctl cancel \(job.id)"))
        return
      }
    }
    note(
      .error, "keys", stored.place.path,
      "its unique key is not noted, so another job could have it",
      .makeKey(file))
  }
}

extension Spool {
  /// What the latest line of a job's history says; `nil` where there is none.
  fileprivate func standing(at place: JobPlace) throws(StorageError) -> Standing? {
    guard place.name.revision > 0 else { return nil }
    return try entry(of: place.path, at: place.name.revision)?.standing
  }
}
