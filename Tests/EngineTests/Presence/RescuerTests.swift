import Glibc
import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A look for workers that are gone")
struct RescuerTests {
  private let folder: WorkersFolder
  private let id = PresenceID(random: 7 << 20)
  private static let minute: Int64 = 60_000_000_000

  init() throws { folder = try WorkersFolder() }

  private func locked() throws -> FileLock {
    let lock = FileLock(try FileDescriptor.open(folder.file(id), .readWrite))
    #expect(try lock.tryLock())
    return lock
  }

  private func isRefused() throws -> Bool {
    PresenceHeader(try FileSystem.readFile(folder.file(id), limit: 4096))?.isRefused ?? false
  }

  private func expectLeftAlone(_ executions: [Execution]) throws {
    let found = try folder.look()
    #expect(found.rescued.isEmpty && !found.isUnfinished)
    for execution in executions { #expect(try folder.job(execution).state == .active) }
    #expect(FileSystem.exists(folder.file(id)))
  }

  @Test("leaves a living one alone")
  func living() throws {
    let jobs = try folder.claim(id)
    try folder.write(id, folder.header(), slots: [PresenceSlot.reaped(jobs[0])])
    let lock = try locked()
    try expectLeftAlone(jobs)
    #expect(try !isRefused())
    _ = consume lock
  }

  @Test("leaves the caller's own file alone")
  func own() throws {
    let jobs = try folder.claim(id)
    try folder.write(id, folder.header())
    #expect(try Rescuer(folder.place).look(folder.memory, own: id, at: folder.now).rescued.isEmpty)
    #expect(try folder.job(jobs[0]).state == .active)
  }

  @Test("frees the jobs of a dead one, as far as each had come, and removes its file")
  func dead() throws {
    let jobs = try folder.claim(id, 4)
    let earlier = Execution(id: jobs[3].id, attempt: 0)
    try folder.write(
      id, folder.header(),
      slots: [
        PresenceSlot.reaped(jobs[0]), PresenceSlot.bytes(jobs[1]), PresenceSlot.reaped(earlier),
      ])
    let found = try folder.look()
    #expect(found.rescued == [Rescuer.Rescued(worker: "lost", isDead: true, jobs: 4)])
    #expect(try jobs.map { try folder.job($0).state } == [.ready, .ready, .ready, .ready])
    #expect(try jobs.map { try folder.job($0).marked } == [true, false, false, false])
    #expect(try folder.names.isEmpty)
    #expect(try folder.look().rescued.isEmpty)
  }

  @Test("sees the death of a worker in another process, whose lock the kernel gives back")
  func otherProcess() throws {
    let jobs = try folder.claim(id)
    try folder.write(id, folder.header())
    let pipe = try Pipe()
    let sleeper = try locked()
    // The helper's shell has the locked file as its standard input, and so the lock.
    var request = SpawnRequest(
      executable: try Executable.resolve("sh", path: nil),
      arguments: CStringList(["sh", "-c", "echo up; exec sleep 1000"]), environment: .current())
    request.input = .descriptor(sleeper.descriptor.rawValue)
    request.output = .descriptor(pipe.writer.rawValue)
    let helper = try ChildProcess.spawn(request)
    _ = try pipe.reader.read(upTo: 8)
    _ = consume sleeper
    try expectLeftAlone(jobs)
    try Signal.kill.send(to: helper.pid)
    _ = try helper.wait()
    #expect(try eventually { try folder.look().rescued.map(\.jobs) == [1] })
    #expect(try folder.job(jobs[0]).state == .ready)
  }

  @Test("takes one of another boot for dead, locked or not, and whatever its clocks say")
  func otherBoot() throws {
    let jobs = try folder.claim(id)
    let header = folder.header {
      $0.bootID[0] ^= 1
      $0.age(nanoseconds: -1 << 50)
    }
    // A process number of another boot means nothing here: ours would be killed.
    let own = PresenceSlot.bytes(
      jobs[0], notBefore: 0, pid: Int64(CurrentProcess.id), boottime: .max)
    try folder.write(id, header, slots: [own])
    let lock = try locked()
    #expect(try folder.look().rescued == [Rescuer.Rescued(worker: "lost", isDead: true, jobs: 1)])
    #expect(try folder.job(jobs[0]).marked)
    _ = consume lock
  }

  @Test("takes one for lost that has been silent by both clocks, though it holds its lock")
  func silent() throws {
    let jobs = try folder.claim(id, 2)
    try folder.write(
      id, folder.header { $0.age(nanoseconds: Self.minute) },
      slots: [PresenceSlot.reaped(jobs[0])])
    let lock = try locked()
    #expect(
      try folder.look().rescued == [Rescuer.Rescued(worker: "lost", isDead: false, jobs: 2)])
    #expect(try jobs.map { try folder.job($0).marked } == [true, false])
    #expect(try folder.job(jobs[0]).crashes == 0)
    _ = consume lock
  }

  @Test("waits for one that is silent by one clock alone", arguments: [true, false])
  func suspended(isSuspended: Bool) throws {
    let jobs = try folder.claim(id)
    try folder.write(
      id,
      folder.header {
        if isSuspended { $0.boottime -= 3 * Self.minute } else { $0.monotonic -= 3 * Self.minute }
      })
    let lock = try locked()
    try expectLeftAlone(jobs)
    _ = consume lock
  }

  @Test(
    "waits for one that was heard of a moment ago, or in the future",
    arguments: [59_000_000_000, -minute, -1 << 62, .min] as [Int64])
  func fresh(age: Int64) throws {
    let jobs = try folder.claim(id)
    try folder.write(
      id,
      folder.header {
        $0.boottime = $0.boottime &- age
        $0.monotonic = $0.monotonic &- age
      })
    let lock = try locked()
    try expectLeftAlone(jobs)
    _ = consume lock
  }

  @Test("removes a draft that nobody finished, once it is a day old")
  func drafts() throws {
    let folder = try WorkersFolder()
    let id = PresenceID(random: 77)
    let old = folder.path + "/.\(id)"
    let young = folder.path + "/.\(PresenceID(random: 79)).12"
    for path in [old, young] { try FileSystem.replaceFile(path, with: []) }
    var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
    #expect(utimensat(AT_FDCWD, old, &times, 0) == 0)
    _ = try Rescuer(folder.place).look(folder.memory, at: folder.now)
    #expect(!FileSystem.exists(old) && FileSystem.exists(young))
  }

  @Test("learns nothing from what is no worker's file")
  func strangers() throws {
    let jobs = try folder.claim(id)
    let names = ["notes.txt", ".0000000000700000", "0000000000000000", "000000000070000G"]
    for name in names {
      try FileSystem.replaceFile(folder.path + "/" + name, with: folder.header().bytes)
    }
    for bytes in [[], Array("garbage".utf8), [UInt8](repeating: 0xFF, count: 4096)] {
      try FileSystem.replaceFile(folder.file(id), with: bytes)
      try expectLeftAlone(jobs)
    }
    let whole = folder.header().bytes
    try FileSystem.replaceFile(folder.file(id), with: Array(whole.dropLast()))
    try expectLeftAlone(jobs)
    try FileSystem.unlink(folder.file(id))
    try FileSystem.symbolicLink(folder.file(id), to: folder.path + "/notes.txt")
    try expectLeftAlone(jobs)
    #expect(try folder.names.count == names.count + 1)
  }

  @Test("has refused the worker before it frees anything")
  func order() throws {
    _ = try folder.claim(id)
    try folder.write(id, folder.header())
    let store = WatchedStore(folder.memory)
    var refusals: [Bool] = []
    store.beforeRescue = { _ in refusals.append((try? isRefused()) ?? false) }
    _ = try folder.look(store)
    #expect(refusals == [true])
  }

  @Test("that the store fails leaves the worker for the next")
  func failing() throws {
    let jobs = try folder.claim(id)
    try folder.write(id, folder.header())
    #expect(throws: StorageError.self) {
      try folder.look(FailingRescue(base: folder.memory))
    }
    #expect(FileSystem.exists(folder.file(id)))
    #expect(try folder.look().rescued.map(\.jobs) == [1])
    #expect(try folder.job(jobs[0]).state == .ready)
  }

  @Test("frees everything once when two look at the same time")
  func together() throws {
    _ = try folder.claim(id, 3)
    try folder.write(id, folder.header())
    let store = WatchedStore(folder.memory)
    var inner: [Rescuer.Rescued] = []
    var isOuter = true
    store.beforeRescue = { _ in
      guard isOuter else { return }
      isOuter = false
      inner = (try? folder.look(store).rescued) ?? []
    }
    let outer = try folder.look(store).rescued
    #expect(inner.map(\.jobs) == [3] && outer.map(\.jobs) == [0])
    #expect(try folder.names.isEmpty)
  }
}

/// A store that can't rescue.
private final class FailingRescue: ForwardingStore {
  let base: any StorageAdapter

  init(base: any StorageAdapter) { self.base = base }

  func rescue(_ request: RescueRequest) throws(StorageError) -> Int {
    throw .busy(path: "p", detail: "d")
  }
}
