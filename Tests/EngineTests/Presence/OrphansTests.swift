import Jobs
import MemoryStorage
import PosixIO
import Storage
import TestSupport
import Testing

@testable import Engine

@Suite("Handlers that a lost worker left behind")
struct OrphansTests {
  private let folder: WorkersFolder
  private let id = PresenceID(random: 7 << 20)

  init() throws { folder = try WorkersFolder() }

  /// Starts a shell as a worker would, in a slot of a file made by hand, and waits until it speaks.
  private func start(
    _ script: String, of execution: Execution, as name: JobID? = nil, slot: Int = 0,
    output: borrowing Pipe
  ) throws -> (ChildProcess, said: String) {
    if !FileSystem.exists(folder.file(id)) { try folder.write(id, folder.header()) }
    let file = try FileDescriptor.open(folder.file(id), .readWrite)
    let offset = PresenceHeader.offset(ofSlot: slot)
    try file.writeAll(PresenceSlot.prepared(execution), at: offset)
    var request = SpawnRequest(
      executable: try Executable.resolve("sh", path: nil),
      arguments: CStringList(["sh", "-c", script]),
      environment: EnvironmentBlock([
        "PATH": "/usr/bin:/bin", "QCTL_JOB_ID": (name ?? execution.id).description,
      ]))
    request.output = .descriptor(output.writer.rawValue)
    request.ownGroup = true
    request.record = StartRecord(
      descriptor: file.rawValue, offset: offset + PresenceHeader.noteOffset,
      refusal: PresenceHeader.refusalOffset)
    let child = try ChildProcess.spawn(request)
    let said = String(decoding: try output.reader.read(upTo: 64), as: UTF8.self)
    return (child, said.filter { $0 != "\n" })
  }

  private func lives(_ pid: Int32) throws -> Bool {
    try ProcessTable.entry(pid).map { !$0.isZombie } ?? false
  }

  private func end(_ child: ChildProcess) throws {
    try? Signal.kill.send(toGroup: child.pid)
    _ = try child.wait()
  }

  /// Writes a slot by hand, so that it no longer says what the process noted.
  private func rewrite(_ slot: [UInt8]) throws {
    try FileDescriptor.open(folder.file(id), .readWrite)
      .writeAll(slot, at: PresenceHeader.offset(ofSlot: 0))
  }

  @Test("are killed, whatever they ignore, before their job is free")
  func stubborn() throws {
    let jobs = try folder.claim(id, 2)
    let script = "trap '' TERM INT HUP; echo up; sleep 1000 & wait; sleep 1000"
    let (first, _) = try start(script, of: jobs[0], output: try Pipe())
    let (second, _) = try start(script, of: jobs[1], slot: 5, output: try Pipe())
    let store = WatchedStore(folder.memory)
    var alive: [Int] = []
    store.beforeRescue = { _ in
      alive.append((try? ProcessTable.members(ofGroup: first.pid).count) ?? -1)
      alive.append((try? ProcessTable.members(ofGroup: second.pid).count) ?? -1)
    }
    #expect(try eventually { try folder.look(store).rescued.map(\.jobs) == [2] })
    #expect(alive == [0, 0])
    #expect(try first.wait() == .signaled(.kill, coreDumped: false))
    #expect(try second.wait() == .signaled(.kill, coreDumped: false))
    #expect(try jobs.allSatisfy { try folder.job($0).marked })
  }

  @Test("are killed where only a grandchild is left of the group")
  func grandchild() throws {
    let jobs = try folder.claim(id)
    let pipe = try Pipe()
    let (leader, said) = try start("sleep 1000 & echo $!", of: jobs[0], output: pipe)
    let grandchild = try #require(Int32(said))
    _ = try leader.wait()
    #expect(try lives(grandchild))
    #expect(try eventually { try folder.look().rescued.map(\.jobs) == [1] })
    #expect(try !lives(grandchild))
    #expect(try folder.job(jobs[0]).state == .ready)
  }

  @Test("are not taken for a later group of that number, whose members are of another job")
  func otherGroup() throws {
    let jobs = try folder.claim(id)
    let pipe = try Pipe()
    let other = try #require(JobID(rawValue: 1))
    let (leader, said) = try start("sleep 1000 & echo $!", of: jobs[0], as: other, output: pipe)
    let stranger = try #require(Int32(said))
    _ = try leader.wait()
    #expect(try folder.look().rescued.map(\.jobs) == [1])
    #expect(try lives(stranger))
    try Signal.kill.send(to: stranger)
  }

  @Test(
    "are not taken for a process that was started at another time",
    arguments: [(-100, -90), (90, 100)] as [(Int64, Int64)])
  func recycled(from first: Int64, to last: Int64) throws {
    let jobs = try folder.claim(id)
    let other = try #require(JobID(rawValue: 1))
    let (child, _) = try start(
      "echo up; exec sleep 1000", of: jobs[0], as: other, output: try Pipe())
    let now = SystemClock.boottimeNanoseconds()
    try rewrite(
      PresenceSlot.bytes(
        jobs[0], notBefore: max(0, now + first * 1_000_000_000), pid: Int64(child.pid),
        boottime: max(1, now + last * 1_000_000_000)))
    #expect(try folder.look().rescued.map(\.jobs) == [1])
    #expect(try child.tryWait() == nil)
    try end(child)
  }

  @Test("that were reaped are nobody any more, though their number may be")
  func cleared() throws {
    let jobs = try folder.claim(id)
    let (child, _) = try start("echo up; exec sleep 1000", of: jobs[0], output: try Pipe())
    let file = try FileDescriptor.open(folder.file(id), .readWrite)
    try file.writeAll(
      [UInt8](repeating: 0, count: 8),
      at: PresenceHeader.offset(ofSlot: 0) + PresenceHeader.noteOffset)
    #expect(try folder.look().rescued.map(\.jobs) == [1])
    #expect(try folder.job(jobs[0]).marked)
    #expect(try child.tryWait() == nil)
    try end(child)
  }

  @Test("of another pid namespace can't be killed, so the worker's silence is waited for")
  func namespace() throws {
    let jobs = try folder.claim(id)
    try folder.write(id, folder.header { $0.namespace += 1 })
    let (child, _) = try start("echo up; exec sleep 1000", of: jobs[0], output: try Pipe())
    for _ in 0..<2 {
      let found = try folder.look()
      // Looking again soon would show nothing new.
      #expect(found.rescued.isEmpty && !found.isUnfinished)
    }
    #expect(try folder.job(jobs[0]).state == .active)
    var content = try FileSystem.readFile(folder.file(id), limit: 1 << 16)
    var header = try #require(PresenceHeader(content))
    #expect(header.isRefused)
    header.age(nanoseconds: 60_000_000_000)
    content.replaceSubrange(0..<PresenceHeader.size, with: header.bytes)
    try FileSystem.replaceFile(folder.file(id), with: content)
    #expect(try folder.look().rescued == [Rescuer.Rescued(worker: "lost", isDead: true, jobs: 1)])
    #expect(try child.tryWait() == nil)
    try end(child)
  }

  @Test("that come late find the refusal, and never run")
  func late() throws {
    let jobs = try folder.claim(id)
    try folder.write(id, folder.header { $0.namespace += 1 })
    #expect(try folder.look().rescued.isEmpty)
    let error = #expect(throws: SystemError.self) {
      try start("echo up", of: jobs[0], output: try Pipe())
    }
    #expect(error?.code == .cancelled)
  }
}
