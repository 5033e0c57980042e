import Jobs
import PosixIO
import Storage

/// A bulk on its way: jobs of nobody yet, in a folder of `tmp`.
///
/// ```
/// tmp/bulk-20261121T132011.123Z-4711-98216-0/owner         locked while its process lives
/// tmp/bulk-…/queues/emails/ready/5/<bucket>/<job>          as under queues; parts of a thousand
/// tmp/bulk-…/keys/<shard>/…                                the keys that its jobs will have
/// ```
///
/// **All or nothing.** The files are written without a sync and made durable by one of the whole file
/// system. Then, under the locks of all shards in which the bulk has keys, each key is looked at again
/// (a job whose key another process took meanwhile is left out), the keys are moved to where they count
/// and synced, and one rename takes the folder to `bulks`: from then on, and not before, every job of it
/// is accepted. Whoever dies before leaves a folder of `tmp` and keys that name no job, which count
/// as none; it is removed by the next bulk that finds its owner's lock free.
///
/// **Spreading.** Each part is then renamed to its place among the queues, where it is a bucket like
/// others (see Spool+Spread). That changes nothing for anybody: jobs are read in `bulks` too, and
/// whoever claims finishes what is left there.
///
/// **Keys within the bulk** are found in its own folder, so memory holds only the parts that are being
/// filled, of each of which the least job is known: it gives the part its name.
final class StagedFolders {
  /// The folder.
  let path: String
  let now: Instant
  /// The batch that was asked for.
  let batch: NewBatch?
  var result = BulkResult()
  var parts: [Part.Key: Part] = [:]
  private var partCount = 0
  private var made: Set<String> = []
  var shards: Set<String> = []
  var ids: IDRow
  var places = IndexRuns()
  /// The jobs of the store that give way to some of the bulk, with those.
  var yielding: [(job: YieldingJob, to: JobID)] = []
  /// Those that shall give way, while that is judged.
  var replaced: [(job: StoredJob, new: NewJob, to: JobID)] = []
  /// Whether others may have seen its ids, so that they are used for good.
  var hasShownIDs = false
  /// Jobs of its own that later ones may name.
  private var labelled: Set<JobID> = []
  /// Jobs that wait for others, whose entries are made when the bulk is published.
  private(set) var waiting: [Waiting] = []
  /// Jobs of others for which some of its own wait.
  private var parents: Set<JobID> = []
  /// Jobs that were left out in the end, since others have their keys.
  var leftOut: [JobID] = []
  private(set) var parentsInOrder: [JobID] = []

  /// A job that waits for others.
  struct Waiting {
    let id: JobID
    let rule: ParentFailure
    let waitsFor: [JobID]
  }

  /// The most jobs of a part.
  static let partSize = 1000
  /// How its folder's name begins.
  static let prefix = "bulk-"
  /// The file that is locked while its process lives.
  static func owner(_ path: String) -> String { path + "/owner" }

  /// A part that is being filled.
  struct Part {
    struct Key: Hashable {
      let queue: QueueName
      let state: JobState
      let priority: Priority?
    }

    let folder: String
    var count = 0
    var least: JobName
  }

  /// What is set for the queues of its jobs.
  var sheets: [QueueName: QueueSettings] = [:]

  /// Makes the folder of a new bulk.
  init(_ spool: Spool, at now: Instant, as batch: NewBatch? = nil) throws(StorageError) {
    self.batch = batch
    self.now = now
    ids = IDRow(at: now)
    path = try Self.makeFolder(spool, at: now)
  }

  private static func makeFolder(_ spool: Spool, at now: Instant) throws(StorageError) -> String {
    var stamp: [UInt8] = []
    NameStamp.append(now, to: &stamp)
    let start =
      "tmp/" + prefix + String(decoding: stamp, as: UTF8.self) + "-" + String(CurrentProcess.id)
      + "-" + String(SystemClock.monotonicNanoseconds())
    try spool.ensureFolder("tmp")
    for number in 0..<1000 {
      let path = start + "-" + String(number)
      do {
        try spool.tree.makeFolder(path)
        return path
      } catch {
        guard error.code == .exists else { throw spool.translate(error) }
      }
    }
    throw .busy(path: spool.root + "/tmp", detail: "there are a thousand unfinished bulks")
  }
}

// MARK: - Taking jobs in

extension StagedFolders {
  /// Takes in one job, or finds the one that has its keys.
  ///
  /// - Parameter index: its place in the source.
  func take(_ new: NewJob, index: Int, _ spool: Spool) throws(BulkError) {
    do { try new.validate() } catch { throw .job(index: index, .invalid(error)) }
    do {
      let id: JobID
      let known = try known(new, spool)
      if let known {
        id = known.id
        result.existing += 1
      } else {
        let rules = new.idempotencyKey == nil ? Retention() : try spool.rules()
        var new = new.filled(by: try settings(of: new.queue, spool), rules)
        new.after = new.parents(result.labelled)
        id = try stage(new, index: index, waitsFor: try pending(of: new, spool), spool)
        result.created += 1
      }
      if let label = new.label {
        result.labelled[label] = id
        if known?.isStaged ?? true { labelled.insert(id) }
      }
    } catch {
      switch error {
      case .keyConflict, .invalid, .unknownParent: throw .job(index: index, error)
      default: throw .storage(error)
      }
    }
  }

  /// The job, here or in the store, that has a key of a request and is the answer to it.
  ///
  /// - Throws: `keyConflict` where the request is refused for it.
  private func known(_ new: NewJob, _ spool: Spool) throws(StorageError) -> KnownJob? {
    if let key = new.idempotencyKey {
      let place = KeyPlace(.idempotency, key, of: new.queue)
      if let file = try staged(place, spool) {
        return KnownJob(id: try file.answer(to: new), isStaged: true)
      }
    }
    if let known = try spool.knownRequest(of: new, at: now) {
      return KnownJob(id: known, isStaged: false)
    }
    guard let key = new.uniqueKey else { return nil }
    if let file = try staged(KeyPlace(.unique, key, of: new.queue), spool) {
      guard new.onConflict == .fail else { return KnownJob(id: file.id, isStaged: true) }
      throw .keyConflict(KeyConflict(kind: .unique, key: key, queue: new.queue, holder: file.id))
    }
    guard let holder = try spool.holder(inTheWayOf: new) else { return nil }
    switch new.onConflict.resolution(against: holder.job) {
    case .existing: return KnownJob(id: holder.job.id, isStaged: false)
    case .replace: return nil
    case .conflict, .queueAfter: throw .keyConflict(KeyConflict(new, key: key, holder: holder.job))
    }
  }

  private func staged(_ place: KeyPlace, _ spool: Spool) throws(StorageError) -> KeyFile? {
    guard shards.contains(place.shard) else { return nil }
    return try spool.keyFile(at: path + "/" + place.path)
  }

  /// What is set for a queue, as it was when its first job was taken in.
  private func settings(
    of queue: QueueName, _ spool: Spool
  ) throws(StorageError) -> QueueSettings {
    if let known = sheets[queue] { return known }
    let settings = try spool.settings(of: queue).settings
    sheets[queue] = settings
    return settings
  }

  /// Those of its parents that a job must wait for; those of the same bulk can't have ended.
  private func pending(of new: NewJob, _ spool: Spool) throws(StorageError) -> [JobID] {
    guard !new.after.isEmpty else { return [] }
    var others = new
    others.after = new.after.filter { !labelled.contains($0) }
    let own = new.after.filter(labelled.contains)
    return (own + (try spool.pending(of: others))).sorted()
  }

  /// The folder of its batch.
  var batchFolder: BatchFolder? {
    result.batch.map { BatchFolder(path: path + "/" + BatchFolder.own($0.id), id: $0.id) }
  }

  /// The id of the batch, which comes before those of its jobs.
  private func ownBatch(_ spool: Spool) throws(StorageError) -> JobID? {
    guard batch != nil, result.batch == nil else { return result.batch?.id }
    try spool.raiseFormat()
    let id = try ids.next(spool)
    result.batch = BatchResult(id: id)
    for state in [JobState.ready, .dead, .cancelled] {
      if let folder = batchFolder { try makeFolders(folder.folder(of: state), spool) }
    }
    return id
  }

  /// Makes the job that waits for the batch.
  func addFollower(_ spool: Spool) throws(StorageError) {
    guard let id = result.batch?.id, var new = batch?.follower(of: id) else { return }
    new = new.filled(by: try settings(of: new.queue, spool), Retention())
    labelled.insert(id)
    let waitsFor = try pending(of: new, spool)
    // Staging reads the result, so nothing of it may be under change meanwhile.
    let follower = try stage(
      new, index: result.created + result.existing, waitsFor: waitsFor, isFollower: true, spool)
    result.batch?.follower = follower
  }

  private func stage(
    _ new: NewJob, index: Int, waitsFor: [JobID], isFollower: Bool = false, _ spool: Spool
  ) throws(StorageError) -> JobID {
    var new = new
    new.batch = isFollower ? nil : try ownBatch(spool)
    let id = try ids.next(spool)
    let job = Job(id: id, accepting: new, now: now, isBlocked: !waitsFor.isEmpty)
    if let folder = batchFolder, !isFollower {
      try spool.system { () throws(SystemError) in
        try spool.tree.create(folder.entry(id, .ready), [], sync: false)
      }
    }
    if !waitsFor.isEmpty {
      waiting.append(Waiting(id: id, rule: new.onParentFailure, waitsFor: waitsFor))
      for parent in waitsFor where !labelled.contains(parent) && parents.insert(parent).inserted {
        parentsInOrder.append(parent)
      }
    }
    if job.isNewToFormat2 { try spool.raiseFormat() }
    places.note(id, index)
    let name = JobName(of: job, revision: 0, isEdited: false)
    let key = Part.Key(
      queue: job.queue, state: job.state, priority: job.state == .ready ? job.priority : nil)
    var part: Part
    if let known = parts[key] { part = known } else { part = try open(key, name, spool) }
    try spool.system { () throws(SystemError) in
      try spool.tree.create(
        part.folder + "/" + name.description,
        JobHeader.file(job, tags: new.tags, after: new.after, payload: new.payload),
        sync: false)
    }
    part.count += 1
    if JobName.isBefore(name, part.least) { part.least = name }
    parts[key] = part
    if part.count >= Self.partSize { try close(key, spool) }
    for file in Spool.keyFiles(of: new, id, at: now) {
      var file = file
      if file.kind == .unique, new.onConflict != .ignore { file.onConflict = new.onConflict }
      try stage(file, spool)
    }
    return id
  }

  private func stage(_ file: KeyFile, _ spool: Spool) throws(StorageError) {
    let place = file.place
    shards.insert(place.shard)
    try makeFolders(path + "/" + place.folder, spool)
    try spool.system { () throws(SystemError) in
      try spool.tree.create(path + "/" + place.path, file.bytes, sync: false)
    }
  }

  private func open(
    _ key: Part.Key, _ first: JobName, _ spool: Spool
  ) throws(StorageError) -> Part {
    let parent =
      key.priority.map { Shelf.ready($0, of: key.queue) } ?? Shelf.state(key.state, of: key.queue)
    partCount += 1
    let part = Part(folder: path + "/" + parent + "/part-" + String(partCount), least: first)
    try makeFolders(part.folder, spool)
    return part
  }

  /// Gives a part the name of its least job.
  func close(_ key: Part.Key, _ spool: Spool) throws(StorageError) {
    guard let part = parts.removeValue(forKey: key) else { return }
    let name = SplitPath(part.folder).folder + "/" + Bucket.name(from: part.least)
    try spool.system { () throws(SystemError) in
      try spool.tree.rename(part.folder, to: name, replaces: false)
    }
  }

  private func makeFolders(_ folder: String, _ spool: Spool) throws(StorageError) {
    guard folder != path, !made.contains(folder) else { return }
    try makeFolders(SplitPath(folder).folder, spool)
    try spool.system { () throws(SystemError) in
      do throws(SystemError) { try spool.tree.makeFolder(folder) } catch {
        guard error.code == .exists else { throw error }
      }
    }
    made.insert(folder)
  }
}
