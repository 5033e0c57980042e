import Jobs
import PosixIO
import Storage

// Unique and idempotency keys.
//
// A key is a file (KeyFile) in one of 256 shards, each with a lock. Who asks for a key, gives one up or
// says that its job is removed does so under the lock of its shard; a request with two keys takes both
// locks, in the order of their names, so that no two wait for each other.
//
// **Accepting a job with keys**, under the locks:
//
// 1. A known idempotency key answers: with its job, or with a conflict where the content is other.
// 2. A unique key whose job is live and holds it answers with that job.
// 3. An id is drawn; the files of the keys are written, synced, renamed into place, and their folder is
//    synced.
// 4. Only then is the job itself accepted (Spool.accept).
//
// Why each step is safe: whoever dies between 3 and 4 leaves keys that name a job which never was.
// Nobody was told about it, and under the lock it is plain that nobody is about to make it, so such a
// key counts as none. Had the job come first, a power cut could leave a live job without its key,
// and a second one would be accepted. A key is replaced by one rename, so at each moment it names the
// old job or the new one, and whichever it is, its job tells whether it counts.
//
// **A job that is to give way** to a new one, waiting and so in nobody's hands: see Spool+Replace.
//
// **A job that ends** frees its unique key after its last rename was synced; the file may stay behind
// (nobody waits long for a lock to remove it), for a key whose job is over counts as none. It is
// removed only while the job is seen to be over, under the lock without which it can't come back.
// One whose scope ends with the claim is freed so by the claim's rename, which is then synced, since
// another job may have the key from then on; one whose key is kept holds it until it is removed.
//
// **A job that comes back** (retry, replay; or by itself: a failure, a rescue, given back), or comes into another queue while it is live, takes the lock
// of the key there, finds it free, writes its file durable and only then moves. The key of the queue that
// it left is freed after that, as that of a job that ends. So at each moment, and whatever a power cut
// undoes, the queue in which the job is has its key; the file in the other one names a job that is not
// there, and counts as none.
//
// **Idempotency keys** stay with the queue for which the job was accepted (the header's), wherever it goes:
// the same request is sent to the same queue again.
//
// **A job that is removed** while its request is still known leaves a note in the key's file first, so
// that its absence is not taken for a death between 3 and 4.

extension Spool {
  /// How long to wait for the lock of a shard, in nanoseconds: a bulk with very many keys keeps all
  /// of them while it is published.
  static let keyPatience: Int64 = 10_000_000_000

  /// Accepts a valid request for a job that has keys, or finds the job that has them.
  ///
  /// - Parameter drawn: the id of the job; `nil` to draw one.
  func enqueueWithKeys(
    _ new: NewJob, as drawn: JobID? = nil, _ settings: QueueSettings, at now: Instant
  ) throws(StorageError) -> EnqueueResult {
    let places = Self.keyPlaces(of: new)
    return try locked(places.map(\.shard)) { () throws(StorageError) in
      for place in places { try finishReplacing(at: place, now) }
      if let known = try knownRequest(of: new, at: now) {
        return EnqueueResult(id: known, created: false)
      }
      if var holder = try holder(inTheWayOf: new, as: drawn) {
        if holder.isYielding { holder = try stay(holder, at: now) ?? holder }
        return try enqueue(new, as: drawn, against: holder, settings, at: now)
      }
      let waitsFor = try pending(of: new)
      return try withRoom(for: [new.queue: 1], [new.queue: settings]) { () throws(StorageError) in
        let id: JobID
        if let drawn { id = drawn } else { id = try counter.next(at: now, random: random()) }
        try writeKeys(Self.keyFiles(of: new, id, at: now))
        let made = try accept(new, as: id, waitsFor: waitsFor, at: now)
        return EnqueueResult(id: made, created: true)
      }
    }
  }

  /// Lets a job that comes back, or comes into a queue, take its unique key.
  ///
  /// - Parameter body: brings the job there; run under the lock, once the key is durably the job's.
  /// - Returns: another live job that holds the key; then `body` was not run.
  func withUniqueKey(
    _ key: String, of queue: QueueName, for id: JobID, patience: Int64 = Spool.keyPatience,
    at now: Instant, _ body: () throws(StorageError) -> Void
  ) throws(StorageError) -> JobID? {
    let place = KeyPlace(.unique, key, of: queue)
    return try locked([place.shard], patience: patience) { () throws(StorageError) in
      try finishReplacing(at: place, now)
      if let other = try uniqueHolder(of: key, in: queue), other != id { return other }
      try writeKeys([KeyFile(kind: .unique, queue: queue, key: key, id: id)])
      try body()
      return nil
    }
  }

  /// Changes a job, as `change` does, and lets it take its unique key where it comes back without it.
  ///
  /// Where somebody else has the key, the job goes on without: no change fails because of a key.
  func changeTakingKey(_ change: JobChange, at now: Instant) throws(StorageError) -> StoredJob? {
    guard change.after.comesBackWithoutKey(since: change.before.job),
      let key = change.after.uniqueKey
    else { return try self.change(change, at: now) }
    var taking = change
    taking.after.holdsUniqueKey = true
    var stored: StoredJob?
    var hasBegun = false
    do throws(StorageError) {
      let holder = try withUniqueKey(
        key, of: taking.after.queue, for: taking.after.id, patience: Self.patience, at: now
      ) { () throws(StorageError) in
        hasBegun = true
        stored = try self.change(taking, at: now)
        // Before anybody is told that the key is taken.
        try syncMoves()
      }
      if holder == nil { return stored }
    } catch {
      // What keeps us from looking at the key keeps nobody's job.
      guard !hasBegun else { throw error }
    }
    return try self.change(change, at: now)
  }

  /// Frees the unique key of a job that is over, removed, or in another queue, once that is durable.
  ///
  /// What fails is left for whoever wants the key next.
  ///
  /// - Parameter job: as it was found last, at its place.
  func releaseKey(of job: StoredJob) {
    guard let key = job.job.uniqueKey else { return }
    let place = KeyPlace(.unique, key, of: job.job.queue)
    _ = try? tree.withLock(lockPath(place.shard), patience: 0) {
      guard let file = (try? keyFile(place)) ?? nil, file.id == job.job.id, isOver(job, file),
        // It says what is to become of another.
        !isReplacing(file)
      else { return }
      _ = try? tree.remove(place.path)
    }
  }

  /// Whether a job has not come back meanwhile; under the lock it can't.
  private func isOver(_ job: StoredJob, _ file: KeyFile) -> Bool {
    if job.job.state.isTerminal, !job.job.holdsUniqueKey,
      (try? tree.status(of: job.place.path)) != nil
    {
      return true
    }
    guard let isHeld = try? isHeld(file) else { return false }
    return !isHeld
  }

  /// Notes on the idempotency key of a job that it was there and is now removed; before it is.
  ///
  /// The key is one of the queue for which the job was accepted, wherever it is now. One that gave way to
  /// the job does so before that is gone.
  func noteRemoval(of stored: StoredJob, at now: Instant) throws(StorageError) {
    let job = stored.job
    try finishReplacing(by: job, at: now)
    guard let key = job.idempotencyKey else { return }
    let place = KeyPlace(.idempotency, key, of: stored.acceptedQueue)
    guard try keyFile(place)?.id == job.id else { return }
    try locked([place.shard]) { () throws(StorageError) in
      guard var file = try keyFile(place), file.id == job.id, !file.isJobRemoved else { return }
      file.isJobRemoved = true
      try writeKeys([file])
    }
  }
}

// MARK: - Judging

extension Spool {
  /// The places of the keys that a request has.
  static func keyPlaces(of new: NewJob) -> [KeyPlace] {
    var places: [KeyPlace] = []
    if let key = new.idempotencyKey { places.append(KeyPlace(.idempotency, key, of: new.queue)) }
    if let key = new.uniqueKey { places.append(KeyPlace(.unique, key, of: new.queue)) }
    return places
  }

  /// The files of the keys that a request has, for the job that it makes.
  static func keyFiles(of new: NewJob, _ id: JobID, at now: Instant) -> [KeyFile] {
    var files: [KeyFile] = []
    if let key = new.idempotencyKey {
      files.append(
        KeyFile(
          kind: .idempotency, queue: new.queue, key: key, id: id, digest: new.contentDigest,
          expiresAt: new.requestExpiry(at: now)))
    }
    if let key = new.uniqueKey {
      files.append(KeyFile(kind: .unique, queue: new.queue, key: key, id: id))
    }
    return files
  }

  /// The job that the same request made before.
  ///
  /// - Throws: `keyConflict` where its idempotency key was used with other content.
  func knownRequest(of new: NewJob, at now: Instant) throws(StorageError) -> JobID? {
    guard let key = new.idempotencyKey,
      let file = try keyFile(KeyPlace(.idempotency, key, of: new.queue)),
      try isKnown(file, at: now)
    else { return nil }
    return try file.answer(to: new)
  }

  /// The job that holds a unique key.
  func uniqueHolder(of key: String, in queue: QueueName) throws(StorageError) -> JobID? {
    guard let file = try keyFile(KeyPlace(.unique, key, of: queue)), try isHeld(file) else {
      return nil
    }
    return file.id
  }

  /// Whether the job that a unique key names is there and holds it.
  func isHeld(_ file: KeyFile) throws(StorageError) -> Bool {
    guard let place = try locate(file.id) else { return false }
    return place.queue == file.queue && place.name.holdsKey
  }

  /// Whether an idempotency key is still to be answered with its job.
  func isKnown(_ file: KeyFile, at now: Instant) throws(StorageError) -> Bool {
    guard let expiry = file.expiresAt, expiry > now else { return false }
    guard !file.isJobRemoved else { return true }
    return try locate(file.id) != nil
  }
}

extension KeyFile {
  /// What a request under this idempotency key gets.
  func answer(to new: NewJob) throws(StorageError) -> JobID {
    guard digest == new.contentDigest else {
      throw .keyConflict(KeyConflict(kind: .idempotency, key: key, queue: queue, holder: id))
    }
    return id
  }
}

// MARK: - Files

extension Spool {
  /// Runs `body` with the locks of some shards, taken in their order.
  func locked<Result>(
    _ shards: [String], patience: Int64 = Spool.keyPatience,
    _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try locked(Array(Set(shards)).sorted()[...], patience, body)
  }

  private func locked<Result>(
    _ shards: ArraySlice<String>, _ patience: Int64,
    _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    guard let shard = shards.first else { return try body() }
    try ensureFolder(KeyPlace.folder(shard))
    var outcome: Swift.Result<Result, StorageError>?
    _ = try system { () throws(SystemError) in
      try tree.withLock(lockPath(shard), patience: patience) {
        do throws(StorageError) {
          outcome = .success(try locked(shards.dropFirst(), patience, body))
        } catch { outcome = .failure(error) }
      }
    }
    guard let outcome else {
      throw .busy(
        path: root + "/" + lockPath(shard),
        detail:
          "another process has held the lock of the keys for \(patience / 1_000_000_000)"
          + " s: one that is stopped, or that accepts a bulk with very many keys")
    }
    return try outcome.get()
  }

  /// The lock of a shard.
  func lockPath(_ shard: String) -> String { KeyPlace.folder(shard) + "/lock" }

  /// The file of a key, as it counts; `nil` where there is none.
  ///
  /// Until a job is there that takes another's place, the key is that one's.
  /// - Throws: `corrupt` for one that can't be read: to take it for none could make a second job.
  func keyFile(_ place: KeyPlace) throws(StorageError) -> KeyFile? {
    guard var file = try keyFile(at: place.path) else { return nil }
    if let old = file.replaces, isReplacing(file), try locate(file.id) == nil,
      let yielding = self.place(of: old)
    {
      (file.id, file.replaces) = (yielding.name.id, nil)
    }
    return file
  }

  func keyFile(at path: String) throws(StorageError) -> KeyFile? {
    let found = try ifThere { () throws(SystemError) in
      try tree.read(path, at: 0, count: KeyFile.longest)
    }
    guard let found else { return nil }
    guard let file = KeyFile(found.bytes) else {
      throw .corrupt(
        path: root + "/" + path,
        detail: "the file of a key makes no sense; run: qctl doctor --repair")
    }
    return file
  }

  /// Writes files of keys, under the locks of their shards; durable when it returns.
  func writeKeys(_ files: [KeyFile]) throws(StorageError) {
    var folders: Set<String> = []
    for file in files {
      let place = file.place
      // The lock is held, so whatever has this name is a dead process's.
      let fresh = place.folder + "/new"
      try ensureFolder(place.folder)
      try system { () throws(SystemError) in
        do throws(SystemError) { try tree.remove(fresh) } catch {
          guard error.code.isMissing else { throw error }
        }
        try tree.create(fresh, file.bytes, sync: true)
        try tree.rename(fresh, to: place.path, replaces: true)
      }
      folders.insert(place.folder)
      keyExpiry.note(file.expiresAt)
    }
    for folder in folders.sorted() {
      try system { () throws(SystemError) in try tree.syncFolder(folder) }
    }
  }
}
