import Jobs
import MemoryStorage
import PosixIO
import Storage
import Synchronization
import TestSupport

@testable import Engine

/// A folder of workers' files that a test makes by hand, beside a store in memory.
final class WorkersFolder {
  let scratch: ScratchDirectory
  let memory: MemoryStore
  let path: String
  let now = Instant(milliseconds: SystemClock.wallMilliseconds())
  let here: Rescuer.Here

  init() throws {
    scratch = try ScratchDirectory()
    path = scratch.path("workers")
    try FileSystem.makeDirectory(path, mode: 0o700)
    let seed = Mutex(SeededGenerator(seed: TestSeed.drawn()))
    memory = MemoryStore { seed.withLock { $0.next() } }
    here = try Rescuer.Here()
  }

  var place: MeetingPlace {
    MeetingPlace(workers: path, bell: scratch.path("bell"), touched: [], log: [])
  }

  var names: [String] {
    get throws { try FileSystem.entries(of: path).map(\.name).sorted() }
  }

  func file(_ id: PresenceID) -> String { path + "/" + id.description }

  /// A header of a worker of this boot that showed life just now and may be silent for a minute.
  func header(_ change: (inout PresenceHeader) -> Void = { _ in }) -> PresenceHeader {
    var header = PresenceHeader(
      bootID: here.bootID, namespace: here.namespace, pid: 1, silence: 60_000_000_000, name: "lost")
    change(&header)
    return header
  }

  func write(_ id: PresenceID, _ header: PresenceHeader, slots: [[UInt8]] = []) throws {
    try FileSystem.replaceFile(file(id), with: header.bytes + slots.flatMap { $0 })
  }

  /// Jobs in the hands of a worker.
  func claim(_ id: PresenceID, _ count: Int = 1) throws -> [Execution] {
    for _ in 0..<count { _ = try memory.enqueue(NewJob(), at: now) }
    let claimed = try memory.claim(
      ClaimRequest(queues: [.default], limit: count, worker: "lost", presence: id, now: now))
    return claimed.map { Execution(id: $0.job.id, attempt: $0.job.attempt) }
  }

  func job(_ execution: Execution) throws -> Job {
    guard let detail = try memory.job(execution.id) else { throw WorkerRig.Missing() }
    return detail.job
  }

  func look(_ store: (any StorageEngine)? = nil) throws -> Rescuer.Findings {
    try Rescuer(place).look(store ?? memory, at: now)
  }
}

extension PresenceHeader {
  /// The last sign of life came so long ago by both clocks.
  mutating func age(nanoseconds: Int64) {
    boottime -= nanoseconds
    monotonic -= nanoseconds
  }
}

extension PresenceSlot {
  /// A slot as it would be in a file.
  static func bytes(
    _ execution: Execution, notBefore: Int64 = 1, pid: Int64 = 0, boottime: Int64 = 0
  ) -> [UInt8] {
    var words = WordWriter()
    for word in [execution.id.rawValue, execution.attempt, notBefore, pid, boottime, 0, 0, 0] {
      words.append(word)
    }
    return words.bytes
  }

  /// A slot whose handler ran, and was reaped.
  static func reaped(_ execution: Execution) -> [UInt8] { bytes(execution, boottime: 2) }
}

/// Writes the word by which others declare a worker lost.
func refuse(_ path: String) throws {
  var words = WordWriter()
  words.append(1)
  try FileDescriptor.open(path, .readWrite).writeAll(words.bytes, at: PresenceHeader.refusalOffset)
}
