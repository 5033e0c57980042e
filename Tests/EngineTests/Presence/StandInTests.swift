import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A worker with jobs and no file")
struct StandInTests {
  private let folder: WorkersFolder
  private let id = PresenceID(random: 7 << 20)

  init() throws { folder = try WorkersFolder() }

  private func mark() throws {
    try Rescuer(folder.place).markMissing(folder.memory)
  }

  private func header() throws -> PresenceHeader? {
    PresenceHeader(try FileSystem.readFile(folder.file(id), limit: 4096))
  }

  /// Sets back the clocks of the stand-in, as time would.
  private func age(_ change: (inout PresenceHeader) -> Void) throws {
    var header = try #require(try header())
    change(&header)
    try folder.write(id, header)
  }

  @Test("gets a stand-in, which proves nothing until its time has come")
  func waits() throws {
    let jobs = try folder.claim(id)
    try mark()
    #expect(try folder.names == [id.description])
    #expect(try header()?.kind == .standIn)
    let found = try folder.look()
    #expect(found.rescued.isEmpty && !found.isUnfinished)
    try age { $0.age(nanoseconds: 59_000_000_000) }
    _ = try folder.look()
    #expect(try folder.job(jobs[0]).state == .active)
  }

  @Test("is lost then, with all its jobs as if they had started, and as one that is silent")
  func isLost() throws {
    let jobs = try folder.claim(id, 2)
    try mark()
    try age { $0.age(nanoseconds: 60_000_000_000) }
    let store = WatchedStore(folder.memory)
    var requests: [RescueRequest] = []
    store.beforeRescue = { requests.append($0) }
    // Nobody is told of it by name: the stand-in does not know whose it was.
    #expect(try folder.look(store).rescued.isEmpty)
    #expect(
      requests == [RescueRequest(presence: id, started: nil, isDead: false, now: folder.now)])
    #expect(try jobs.map { try folder.job($0).state } == [.ready, .ready])
    #expect(try jobs.map { try folder.job($0).marked } == [true, true])
    #expect(try folder.names.isEmpty)
  }

  @Test("keeps its first stand-in, however often it is missed")
  func once() throws {
    _ = try folder.claim(id)
    try mark()
    try age { $0.age(nanoseconds: 30_000_000_000) }
    let first = try header()
    try mark()
    #expect(try header() == first)
    #expect(try folder.names == [id.description])
  }

  @Test("gets one that all who share the store can judge", arguments: [0o700, 0o2770] as [UInt32])
  func shared(folderMode: UInt32) throws {
    _ = try folder.claim(id)
    try FileSystem.setPermissions(folder.path, folderMode)
    try mark()
    #expect(
      try FileSystem.status(of: folder.file(id)).mode == (folderMode == 0o700 ? 0o600 : 0o660))
  }

  @Test("that has its file gets no stand-in")
  func present() throws {
    _ = try folder.claim(id)
    try folder.write(id, folder.header())
    try mark()
    #expect(try header()?.kind == .worker)
  }

  @Test("of an earlier boot is not waited for until this one is as old")
  func otherBoot() throws {
    let jobs = try folder.claim(id)
    try mark()
    try age {
      $0.bootID[0] ^= 1
      $0.age(nanoseconds: -1 << 50)
    }
    _ = try folder.look()
    #expect(try folder.job(jobs[0]).state == .ready)
    #expect(try folder.names.isEmpty)
  }

  @Test(
    "is also one whose file lost its content in a power cut",
    arguments: [[], [UInt8](repeating: 0, count: 320)])
  func emptied(content: [UInt8]) throws {
    let jobs = try folder.claim(id)
    try FileSystem.replaceFile(folder.file(id), with: content)
    try mark()
    #expect(try header()?.kind == .standIn)
    try age { $0.age(nanoseconds: 60_000_000_000) }
    _ = try folder.look()
    #expect(try folder.job(jobs[0]).state == .ready)
  }

  @Test("is none whose file is held by somebody, whatever it says")
  func held() throws {
    _ = try folder.claim(id)
    try FileSystem.replaceFile(folder.file(id), with: Array("garbage".utf8))
    let lock = FileLock(try FileDescriptor.open(folder.file(id), .readWrite))
    #expect(try lock.tryLock())
    try mark()
    #expect(try FileSystem.readFile(folder.file(id), limit: 4096) == Array("garbage".utf8))
    _ = consume lock
  }
}
