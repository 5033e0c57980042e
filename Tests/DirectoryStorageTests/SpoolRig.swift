import DirectoryStorage
import Jobs
import PosixIO
import Storage
import TestSupport

/// A fresh directory store, a clock that only moves when told, and its files at hand.
final class SpoolRig {
  let store: DirectoryStore
  let scratch: ScratchDirectory
  var now: Instant

  init() throws {
    scratch = try ScratchDirectory()
    now = Instant(milliseconds: SystemClock.wallMilliseconds())
    store = try DirectoryStore(scratch.path("spool"), for: .create) { (try? Random.word()) ?? 1 }
  }

  deinit { store.close() }

  var root: String { scratch.path("spool") }

  /// Another process's view of the same store.
  func other() throws -> DirectoryStore {
    try DirectoryStore(root, for: .write) { (try? Random.word()) ?? 1 }
  }

  @discardableResult
  func add(
    _ queue: String = "emails", _ edit: (inout NewJob) throws -> Void = { _ in }
  ) throws -> JobID {
    var job = NewJob(queue: try QueueName(queue), payload: Array("{}".utf8))
    try edit(&job)
    return try store.enqueue(job, at: now).id
  }

  func addAll(_ jobs: [NewJob]) throws -> BulkResult {
    var rest = jobs[...]
    return try store.enqueueAll(at: now) { () throws(BulkSourceError) in
      rest.popFirst()
    } progress: { _ in
    }
  }

  func claim(_ queue: String = "emails", limit: Int = 1) throws -> [ClaimedJob] {
    try store.claim(
      ClaimRequest(
        queues: [try QueueName(queue)], types: [], limit: limit, worker: "w1",
        lease: .minutes(1), now: now))
  }

  func complete(_ claimed: ClaimedJob, result: [UInt8]? = nil) throws {
    _ = try store.settle(
      [Settlement(claimed.lease, .complete(result: result))], thenClaim: nil, at: now)
  }

  /// The paths of all files under a folder, relative to the store, sorted.
  func files(_ folder: String = "") throws -> [String] {
    let start = folder.isEmpty ? root : root + "/" + folder
    guard let entries = try? FileSystem.entries(of: start) else { return [] }
    var found: [String] = []
    for entry in entries {
      let path = folder.isEmpty ? entry.name : folder + "/" + entry.name
      if try FileSystem.linkStatus(of: root + "/" + path).kind == .directory {
        found += try files(path)
      } else {
        found.append(path)
      }
    }
    return found.sorted()
  }

  /// The path of the only file of a job.
  func file(of id: JobID) throws -> String? {
    try files("queues").first { $0.contains(id.description) }
  }

  func write(_ path: String, _ text: String) throws {
    if let folder = FileSystem.parent(of: root + "/" + path) {
      try FileSystem.makeDirectories(folder, mode: 0o700)
    }
    try FileSystem.replaceFile(root + "/" + path, with: Array(text.utf8), mode: 0o600)
  }

  func repair() throws -> [Repair] {
    try store.repair(RepairRequest(actor: "ann", now: now))
  }

  /// What is not in order, by its check.
  func complaints() throws -> Set<String> {
    Set(try store.findings().filter { $0.grade == .warning || $0.grade == .error }.map(\.check))
  }
}
