import Jobs
import Storage

/// A folder of jobs that wait, named for the least of what is in it.
///
/// `20261121T1320Z` for the jobs of a minute; `20261121T132011.123Z+0f8k3w2zq1a7b` for a part of a bulk,
/// in which nothing comes before that moment and id.
struct Bucket {
  let name: String
  let time: Instant
  let id: JobID?

  init?(_ name: String) {
    let bytes = name.utf8
    if bytes.count == NameStamp.minuteLength {
      guard let time = NameStamp.read(name[...].utf8) else { return nil }
      self.init(name: name, time: time, id: nil)
      return
    }
    guard bytes.count == NameStamp.length + 1 + JobID.textLength,
      bytes[bytes.index(bytes.startIndex, offsetBy: NameStamp.length)] == UInt8(ascii: "+"),
      let time = NameStamp.read(bytes.prefix(NameStamp.length)),
      let id = try? JobID(String(name.suffix(JobID.textLength)))
    else { return nil }
    self.init(name: name, time: time, id: id)
  }

  private init(name: String, time: Instant, id: JobID?) {
    (self.name, self.time, self.id) = (name, time, id)
  }

  /// The name of a bucket in which nothing comes before a job.
  static func name(from first: JobName) -> String {
    var out: [UInt8] = []
    NameStamp.append(first.time, to: &out)
    out.append(UInt8(ascii: "+"))
    out.append(contentsOf: first.id.description.utf8)
    return String(decoding: out, as: UTF8.self)
  }

  /// Whether something in it may come before or be this job.
  func mayPrecede(_ name: JobName) -> Bool {
    time < name.time || time == name.time && (id.map { $0 <= name.id } ?? true)
  }
}

extension Spool {
  /// The buckets of a folder, least first.
  func buckets(of folder: String) throws(StorageError) -> [Bucket] {
    try names(in: folder).compactMap { Bucket($0) }.sorted {
      ($0.time, $0.id?.rawValue ?? 0, $0.name) < ($1.time, $1.id?.rawValue ?? 0, $1.name)
    }
  }

  /// The jobs of one folder, by their names, in no order.
  func jobs(
    in folder: String, of queue: QueueName, _ state: JobState
  ) throws(StorageError) -> [JobPlace] {
    try names(in: folder).compactMap { text in
      JobName(text).map { JobPlace(queue: queue, state: state, folder: folder, name: $0) }
    }
  }
}

/// The jobs of one bucketed folder in their order, reading no more buckets than are needed.
struct BucketWalk {
  private let spool: Spool
  private let folder: String
  private let queue: QueueName
  private let state: JobState
  private let isHeard: Bool
  private var rest: ArraySlice<Bucket>
  /// The last is the next.
  private var pending: [JobPlace] = []

  /// The jobs of a folder of buckets.
  ///
  /// - Parameter isHeard: whether each bucket is listened to before it is read.
  init(
    _ spool: Spool, _ folder: String, of queue: QueueName, _ state: JobState, isHeard: Bool = false
  ) throws(StorageError) {
    self.isHeard = isHeard
    self.spool = spool
    self.folder = folder
    self.queue = queue
    self.state = state
    rest = try spool.buckets(of: folder)[...]
  }

  /// The next job; `nil` at the end.
  mutating func next() throws(StorageError) -> JobPlace? {
    while let bucket = rest.first, pending.last.map({ bucket.mayPrecede($0.name) }) ?? true {
      rest.removeFirst()
      try read(bucket)
    }
    return pending.popLast()
  }

  /// The next job, which stays the next.
  mutating func peek() throws(StorageError) -> JobPlace? {
    guard let place = try next() else { return nil }
    pending.append(place)
    return place
  }

  /// Gives back jobs that were not wanted.
  mutating func putBack(_ places: [JobPlace]) {
    guard !places.isEmpty else { return }
    pending += places
    pending.sort { JobName.isBefore($1.name, $0.name) }
  }

  private mutating func read(_ bucket: Bucket) throws(StorageError) {
    let path = folder + "/" + bucket.name
    if isHeard { _ = spool.listen(to: path) }
    let found = try spool.jobs(in: path, of: queue, state)
    guard !found.isEmpty else { return spool.removeIfEmpty(path) }
    pending += found
    pending.sort { JobName.isBefore($1.name, $0.name) }
  }
}
