import Glibc
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

/// Who works here, read from the files by which workers show that they live.
@Suite struct CensusTests {
  private let folder: WorkersFolder
  private let id = PresenceID(random: 7 << 20)

  init() throws { folder = try WorkersFolder() }

  private var members: [WorkerCensus.Member] { WorkerCensus(at: folder.place).members }

  private func hold(_ id: PresenceID) throws -> FileLock {
    let lock = FileLock(try FileDescriptor.open(folder.file(id), .readWrite))
    #expect(try lock.tryLock())
    return lock
  }

  @Test(arguments: [
    [], ["a"], ["emails", "reports"], [String(repeating: "q", count: 64)],
    (0..<40).map { "queue-\($0)" + String(repeating: "x", count: $0) },
  ])
  func `queues are read back from the first slots, before those of executions`(
    names: [String]
  ) throws {
    let queues = try names.map { try QueueName($0) }
    let naming = PresenceSlot.slots(naming: queues)
    #expect(naming.count % PresenceHeader.slotSize == 0)
    let jobs = try folder.claim(id, 2)
    let bytes = folder.header().bytes + naming + jobs.flatMap { PresenceSlot.bytes($0) }
    #expect(PresenceSlot.queues(in: bytes) == queues)
    #expect(PresenceSlot.queues(in: Array(bytes.prefix(PresenceHeader.size))).isEmpty)
    for cut in stride(from: 0, to: bytes.count, by: 7) {
      let found = PresenceSlot.queues(in: Array(bytes.prefix(cut)))
      // The last of what is left may be a name that was cut.
      #expect(found.dropLast() == queues.prefix(max(0, found.count - 1)))
    }
  }

  @Test func `whoever holds its file lives, and is busy with what has a process`() throws {
    let jobs = try folder.claim(id, 3)
    let queues = [try QueueName("emails"), try QueueName("reports")]
    let slots = [
      PresenceSlot.slots(naming: queues), PresenceSlot.bytes(jobs[0], pid: 4, boottime: 2),
      PresenceSlot.reaped(jobs[1]), PresenceSlot.bytes(jobs[2]),
    ]
    try folder.write(id, folder.header { $0.name = "host-1" }, slots: slots)
    let lock = try hold(id)
    #expect(members == [.init(name: "host-1", queues: queues, busy: 1, standing: .alive)])
    let census = WorkerCensus(at: folder.place)
    #expect(census.count(of: queues[1]) == 1 && census.count(of: .default) == 0)
    #expect(census.lost.isEmpty)
    _ = consume lock
  }

  @Test func `silence and death are told apart`() throws {
    let silent = PresenceID(random: 8 << 20)
    try folder.write(id, folder.header { $0.name = "dead" })
    try folder.write(
      silent,
      folder.header {
        $0.name = "silent"
        $0.age(nanoseconds: 120_000_000_000)
      })
    let lock = try hold(silent)
    #expect(members.map(\.standing) == [.dead, .silent])
    #expect(WorkerCensus(at: folder.place).living.isEmpty)
    _ = consume lock
  }

  @Test func `who can't be read and is held counts for each queue`() throws {
    try FileSystem.replaceFile(folder.file(id), with: Array("no worker's file".utf8))
    #expect(members.isEmpty)
    let lock = try hold(id)
    #expect(members == [.init(name: "", queues: [], busy: 0, standing: .alive)])
    #expect(WorkerCensus(at: folder.place).count(of: .default) == 1)
    _ = consume lock
  }

  @Test func `neither stand-ins nor other things are workers, and no folder is nobody`() throws {
    try folder.write(id, folder.header { $0.kind = .standIn })
    #expect(mkfifo(folder.file(PresenceID(random: 9 << 20)), 0o600) == 0)
    try FileSystem.symbolicLink(folder.file(PresenceID(random: 3 << 20)), to: "/dev/zero")
    try FileSystem.replaceFile(folder.path + "/notes", with: folder.header().bytes)
    #expect(members.isEmpty)
    let nowhere = MeetingPlace(workers: folder.path + "/none", bell: "", touched: [], log: [])
    #expect(WorkerCensus(at: nowhere).members.isEmpty)
  }
}
