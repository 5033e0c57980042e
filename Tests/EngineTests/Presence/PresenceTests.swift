import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("A worker's file")
struct PresenceTests {
  private let folder: WorkersFolder
  private let id = PresenceID(random: 7 << 20)

  init() throws { folder = try WorkersFolder() }

  private func begin(
    _ id: PresenceID, silence: TimeSpan = .seconds(60)
  ) throws -> Presence {
    try Presence(folder: folder.path, id: id, name: "worker-1", silence: silence)
  }

  private func header(_ id: PresenceID) throws -> PresenceHeader? {
    PresenceHeader(try FileSystem.readFile(folder.file(id), limit: 1 << 20))
  }

  private func isHeld(_ id: PresenceID) throws -> Bool {
    try !FileLock(FileDescriptor.open(folder.file(id), .readOnly)).tryLock()
  }

  @Test("is there whole and locked, for its owner alone")
  func appears() throws {
    let deep = folder.path + "/deeper/workers"
    let presence = try Presence(folder: deep, id: id, name: "worker-1", silence: .seconds(60))
    let path = deep + "/" + id.description
    let header = try #require(PresenceHeader(FileSystem.readFile(path, limit: 4096)))
    #expect(header.name == "worker-1" && header.kind == .worker && !header.isRefused)
    #expect(header.pid == Int64(CurrentProcess.id) && header.bootID == folder.here.bootID)
    #expect(header.namespace == folder.here.namespace && header.silence == 60_000_000_000)
    #expect(try !FileLock(FileDescriptor.open(path, .readOnly)).tryLock())
    #expect(try FileSystem.entries(of: deep).map(\.name) == [id.description])
    #expect(try FileSystem.status(of: path).mode == 0o600)
    #expect(try FileSystem.status(of: deep).mode == 0o700)
    #expect(!presence.isRefused && !presence.isInvisible)
    presence.end(keepsFile: false)
  }

  @Test("is open to the group that shares the store")
  func shared() throws {
    try FileSystem.setPermissions(folder.path, 0o2770)
    let presence = try begin(id)
    #expect(try FileSystem.status(of: folder.file(id)).mode == 0o660)
    presence.end(keepsFile: false)
  }

  @Test("tells again and again that its worker lives, by both clocks")
  func heartbeat() throws {
    let presence = try begin(id, silence: TimeSpan(milliseconds: 120))
    let first = try #require(try header(id))
    var last = first
    for _ in 0..<3 {
      #expect(
        try eventually {
          guard let now = try header(id) else { return false }
          return now.boottime > last.boottime && now.monotonic > last.monotonic
        })
      last = try header(id) ?? last
    }
    presence.end(keepsFile: true)
    let ended = try header(id)
    #expect(ended?.name == "worker-1" && ended.map { $0.boottime >= last.boottime } == true)
  }

  @Test(
    "has no limit to its silence that could turn into none", arguments: [1 << 50, .max] as [Int64])
  func longest(milliseconds: Int64) throws {
    let presence = try begin(id, silence: TimeSpan(milliseconds: milliseconds))
    #expect(try header(id)?.silence == .max)
    presence.end(keepsFile: false)
  }

  @Test("that was removed is missed")
  func unlinked() throws {
    let presence = try begin(id, silence: TimeSpan(milliseconds: 120))
    #expect(!presence.isInvisible)
    try FileSystem.unlink(folder.file(id))
    #expect(eventually { presence.isInvisible })
    presence.end(keepsFile: false)
  }

  @Test("goes with its worker, or stays for those who rescue", arguments: [true, false])
  func end(keepsFile: Bool) throws {
    var presence: Presence? = try begin(id)
    presence?.end(keepsFile: keepsFile)
    presence = nil
    #expect(FileSystem.exists(folder.file(id)) == keepsFile)
    // A child that another test is just starting has a copy of the lock for a moment.
    if keepsFile { #expect(try eventually { try !isHeld(id) }) }
  }

  @Test("stands beside those of others")
  func two() throws {
    let other = PresenceID(random: 8 << 20)
    let first = try begin(id)
    let second = try begin(other)
    #expect(try isHeld(id) && isHeld(other))
    first.end(keepsFile: false)
    #expect(try folder.names == [other.description] && isHeld(other))
    #expect(!second.isInvisible)
    second.end(keepsFile: false)
  }

  @Test("is not made where there can be no folder, and leaves nothing behind")
  func impossible() throws {
    try FileSystem.replaceFile(folder.scratch.path("file"), with: [])
    let error = #expect(throws: SystemError.self) {
      try Presence(
        folder: folder.scratch.path("file"), id: id, name: "n", silence: .seconds(60))
    }
    #expect(error?.code == .notDirectory || error?.code == .exists)
    #expect(
      try FileSystem.entries(of: folder.scratch.path).map(\.name).sorted() == ["file", "workers"])
  }

  @Test("that others have refused lets no handler start")
  func refused() throws {
    let presence = try begin(id)
    let execution = Execution(id: try #require(JobID(rawValue: 5)), attempt: 1)
    let record = try presence.prepare(execution, slot: 1)
    try refuse(folder.file(id))
    #expect(presence.isRefused)
    var request = SpawnRequest(
      executable: try Executable.resolve("touch", path: nil),
      arguments: CStringList(["touch", folder.scratch.path("ran")]), environment: .current())
    request.record = record
    let error = #expect(throws: SystemError.self) { try ChildProcess.spawn(request) }
    #expect(error?.code == .cancelled)
    #expect(!FileSystem.exists(folder.scratch.path("ran")))
    presence.end(keepsFile: false)
  }

  @Test("that was cut short counts as refused")
  func truncated() throws {
    let presence = try begin(id)
    try FileDescriptor.open(folder.file(id), .readWrite).truncate(to: 65)
    #expect(presence.isRefused)
    presence.end(keepsFile: false)
  }

  @Test("says of a handler that it will start, that it runs, and that it was reaped")
  func slots() throws {
    let presence = try begin(id)
    let execution = Execution(id: try #require(JobID(rawValue: 5)), attempt: 2)
    let before = SystemClock.boottimeNanoseconds()
    func slots() throws -> [PresenceSlot] {
      PresenceSlot.all(in: try FileSystem.readFile(folder.file(id), limit: 1 << 20))
    }
    let record = try presence.prepare(execution, slot: 2)
    let prepared = try #require(slots().first)
    #expect(try slots().count == 1)
    #expect(prepared.execution == execution && prepared.notBefore >= before)
    #expect(!prepared.hasStarted && prepared.process == nil)
    var request = SpawnRequest(
      executable: try Executable.resolve("true", path: nil), arguments: CStringList(["true"]),
      environment: EnvironmentBlock())
    request.record = record
    let child = try ChildProcess.spawn(request)
    #expect(try slots().first?.process?.pid == child.pid)
    _ = try child.wait()
    presence.clearProcess(slot: 2)
    #expect(try slots().first.map { $0.hasStarted && $0.process == nil } == true)
    presence.end(keepsFile: false)
  }
}
