import PosixIO
import TestSupport
import Testing

@Suite("Clocks, chance and place")
struct ClockAndHostTests {
  @Test("clocks go forward, and the wall clock is in this century")
  func clocks() {
    let first = (SystemClock.monotonicNanoseconds(), SystemClock.boottimeNanoseconds())
    let start = first.0
    SystemClock.sleep(nanoseconds: 1_000_000)
    #expect(SystemClock.monotonicNanoseconds() - start >= 1_000_000)
    #expect(SystemClock.boottimeNanoseconds() > first.1)
    #expect((1_577_836_800_000..<4_102_444_800_000).contains(SystemClock.wallMilliseconds()))
    SystemClock.sleep(nanoseconds: -5)
  }

  @Test("chance does not repeat itself")
  func chance() throws {
    #expect(Set(try (0..<100).map { _ in try Random.word() }).count == 100)
    #expect(try Random.bytes(1000).count == 1000)
    #expect(try Random.bytes(0).isEmpty)
    #expect(Set(try Random.bytes(1000)).count > 100)
  }

  @Test("the host has a name and a boot id")
  func host() throws {
    #expect(try !Host.name().isEmpty)
    let id = try Host.bootID()
    #expect(id.utf8.count == 36)
    #expect(try Host.bootID() == id)
    let bytes = try Host.bootIDBytes()
    #expect(bytes.count == 16)
    let digits = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    #expect(digits == id.filter { $0 != "-" })
  }

  @Test("users and groups are read from the files")
  func accounts() throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path("passwd")
    let text = "# note\nbroken:x\nann:x:1000:100:Ann,,:/home/ann:/bin/sh\nnis:x:nan:1::/:\n"
    try FileSystem.replaceFile(file, with: Array(text.utf8))
    let ann = try #require(Accounts.user(id: 1000, file: file))
    #expect(ann.name == "ann")
    #expect(ann.gid == 100)
    #expect(ann.home == "/home/ann")
    #expect(Accounts.user(named: "ann", file: file) == ann)
    #expect(Accounts.user(id: 7, file: file) == nil)
    #expect(Accounts.user(id: 0)?.name == "root")
    #expect(Accounts.groupID(named: "root") == 0)
    #expect(Accounts.user(id: 0, file: scratch.path("none")) == nil)
  }

  @Test("this process is among the processes, and knows its parent")
  func processes() throws {
    let own = try #require(try ProcessTable.entry(CurrentProcess.id))
    #expect(own.group == CurrentProcess.groupID)
    #expect(own.startTicks > 0)
    #expect(try ProcessTable.entry(CurrentProcess.parentID) != nil)
    #expect(try ProcessTable.entry(0) == nil)
  }

  @Test("limits can be read, and lowered")
  func limits() throws {
    let files = try ResourceLimit.openFiles.values()
    #expect(files.soft > 0)
    #expect(files.hard >= files.soft)
    try ResourceLimit.openFiles.set(files)
    try ResourceLimit.coreFile.set(.init(soft: 0, hard: ResourceLimit.coreFile.values().hard))
    #expect(try ResourceLimit.coreFile.values().soft == 0)
  }

  @Test("a thread runs its body before it is joined")
  func thread() throws {
    let pipe = try Pipe()
    let number = pipe.writer.rawValue
    let thread = try Thread.start { try? BorrowedDescriptor(number).writeAll("done") }
    thread.join()
    #expect(try pipe.reader.read(upTo: 10) == Array("done".utf8))
  }
}
