import PosixIO
import TestSupport
import Testing

@Suite("A file lock")
struct FileLockTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test("excludes another open file of the same process until it is given back")
  func excludes() throws {
    let first = try FileLock.open(scratch.path("l"))
    let second = try FileLock.open(scratch.path("l"))
    #expect(try first.tryLock())
    #expect(try !second.tryLock())
    #expect(try !second.tryLock(.shared))
    try first.unlock()
    #expect(try second.tryLock())
  }

  @Test("is shared by those who only share")
  func shares() throws {
    let first = try FileLock.open(scratch.path("l"))
    let second = try FileLock.open(scratch.path("l"))
    #expect(try first.tryLock(.shared))
    #expect(try second.tryLock(.shared))
    #expect(try !second.tryLock(.exclusive))
  }

  @Test("gives up at its deadline, and not before")
  func deadline() throws {
    let first = try FileLock.open(scratch.path("l"))
    let second = try FileLock.open(scratch.path("l"))
    try first.lock()
    let start = SystemClock.monotonicNanoseconds()
    let deadline = start + 3_000_000
    #expect(try !second.lock(deadline: deadline))
    #expect(SystemClock.monotonicNanoseconds() >= deadline)
    #expect(try !second.lock(deadline: start - 1))
  }

  @Test("is had within the deadline once it is given back, signals blocked or not")
  func waits() throws {
    let first = try FileLock.open(scratch.path("l"))
    try first.lock()
    let path = scratch.path("l")
    let answers = try Pipe()
    let number = answers.writer.rawValue
    // A thread of ours has every signal blocked, the one that ends the wait included.
    let thread = try Thread.start {
      let second = try? FileLock.open(path)
      let soon = SystemClock.monotonicNanoseconds() + 20_000_000
      let early = try? second?.lock(deadline: soon)
      try? BorrowedDescriptor(number).writeAll(early == false ? "n" : "?")
      let late = SystemClock.monotonicNanoseconds() + 60_000_000_000
      let had = try? second?.lock(deadline: late)
      try? BorrowedDescriptor(number).writeAll(had == true ? "y" : "?")
    }
    #expect(try answers.reader.read(upTo: 1) == Array("n".utf8))
    try first.unlock()
    thread.join()
    #expect(try answers.reader.read(upTo: 1) == Array("y".utf8))
  }

  @Test("is had by each of many that wait, one after the other")
  func queues() throws {
    let path = scratch.path("l")
    let count = try FileDescriptor.open(scratch.path("count"), .readWrite, .create)
    let number = count.rawValue
    let running = Running()
    for _ in 0..<6 {
      try running.start {
        for _ in 0..<50 {
          guard let lock = try? FileLock.open(path) else { return }
          let late = SystemClock.monotonicNanoseconds() + 60_000_000_000
          guard (try? lock.lock(deadline: late)) == true else { return }
          let file = BorrowedDescriptor(number)
          let found = (try? file.read(upTo: 1000, at: 0)) ?? []
          try? file.writeAll([1], at: Int64(found.count))
          try? lock.unlock()
        }
      }
    }
    running.join()
    #expect(try count.status().size == 300)
  }

  @Test("that another process holds is had as soon as that process dies")
  func otherProcess() throws {
    let path = scratch.path("l")
    let said = try Pipe()
    let asked = try Pipe()
    // The shell takes the lock, says so, and holds it until its input ends.
    var request = SpawnRequest(
      executable: "/bin/sh",
      arguments: CStringList([
        "sh", "-c", "exec 9>\"$1\"; flock 9; echo locked; read line", "sh", path,
      ]),
      environment: .current())
    request.input = .descriptor(asked.reader.rawValue)
    request.output = .descriptor(said.writer.rawValue)
    let holder = try ChildProcess.spawn(request)
    #expect(try said.reader.read(upTo: 7) == Array("locked\n".utf8))
    let lock = try FileLock.open(path)
    #expect(try !lock.tryLock())
    #expect(try !lock.lock(deadline: SystemClock.monotonicNanoseconds()))
    try Signal.kill.send(to: holder.pid)
    #expect(try lock.lock(deadline: SystemClock.monotonicNanoseconds() + 30_000_000_000))
    #expect(try holder.wait() == .signaled(.kill, coreDumped: false))
  }

  @Test("is not opened through a symbolic link")
  func refusesLink() throws {
    try FileSystem.symbolicLink(scratch.path("l"), to: "elsewhere")
    #expect(throws: SystemError.self) { _ = try FileLock.open(scratch.path("l")).tryLock() }
    #expect(!FileSystem.exists(scratch.path("elsewhere")))
  }
}
