import Glibc
import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("What others put into the folder of the workers")
struct HostileFilesTests {
  private let folder: WorkersFolder
  private let hostile = PresenceID(random: 1 << 20)
  private let id = PresenceID(random: 7 << 20)

  init() throws { folder = try WorkersFolder() }

  enum Thing: CaseIterable { case pipe, directory, link }

  private func put(_ thing: Thing) throws {
    let path = folder.file(hostile)
    switch thing {
    case .pipe: #expect(mkfifo(path, 0o600) == 0)
    case .directory: try FileSystem.makeDirectory(path)
    case .link: try FileSystem.symbolicLink(path, to: "/dev/zero")
    }
  }

  @Test(
    "under a worker's name neither holds up a look nor is taken for a worker",
    arguments: Thing.allCases)
  func things(thing: Thing) throws {
    try put(thing)
    let jobs = try folder.claim(id)
    try folder.write(id, folder.header())
    #expect(try folder.look().rescued.map(\.jobs) == [1])
    #expect(try folder.job(jobs[0]).state == .ready)
    #expect(try folder.names == [hostile.description])
  }

  @Test("in place of a file that is missing does not hold up the search for such")
  func missing() throws {
    _ = try folder.claim(hostile)
    try put(.pipe)
    try Rescuer(folder.place).markMissing(folder.memory)
    #expect(try FileSystem.linkStatus(of: folder.file(hostile)).kind == .pipe)
  }

  @Test("by looking at the same time does not make a dead worker look alive")
  func together() throws {
    let jobs = try folder.claim(id)
    try folder.write(id, folder.header())
    let other = FileLock(try FileDescriptor.open(folder.file(id), .readOnly))
    #expect(try other.tryLock(.shared))
    #expect(try folder.look().rescued == [Rescuer.Rescued(worker: "lost", isDead: true, jobs: 1)])
    #expect(try folder.job(jobs[0]).state == .ready)
    _ = consume other
  }
}
