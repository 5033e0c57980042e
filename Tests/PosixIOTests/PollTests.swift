import PosixIO
import TestSupport
import Testing

@Suite("Waiting for descriptors")
struct PollTests {
  @Test("names those that are ready, and none when the time is up")
  func polls() throws {
    let quiet = try Pipe()
    let loud = try Pipe()
    var entries = [
      PollEntry(quiet.reader.rawValue, .read), PollEntry(loud.reader.rawValue, .read),
      PollEntry(-1, .read),
    ]
    #expect(try Poll.wait(for: &entries, milliseconds: 0) == 0)
    let start = SystemClock.monotonicNanoseconds()
    #expect(try Poll.wait(for: &entries, milliseconds: 2) == 0)
    #expect(SystemClock.monotonicNanoseconds() - start >= 2_000_000)
    try loud.writer.writeAll("x")
    #expect(try Poll.wait(for: &entries, milliseconds: nil) == 1)
    #expect(entries.map(\.ready) == [[], .read, []])
    #expect(try Poll.wait(for: .write, on: quiet.writer.rawValue, milliseconds: nil) == .write)
    let reader = quiet.keepReader()
    let end = try Poll.wait(for: .read, on: reader.rawValue, milliseconds: nil)
    #expect(end == .hangUp)
  }

  @Test("with epoll answers tokens, and heeds changes")
  func epoll() throws {
    let epoll = try Epoll()
    let pipe = try Pipe()
    let number = pipe.reader.rawValue
    try epoll.add(number, .read, token: .max)
    #expect(try epoll.wait(milliseconds: 0).isEmpty)
    #expect(try epoll.wait(milliseconds: 2).isEmpty)
    try pipe.writer.writeAll("x")
    let first = try epoll.wait(milliseconds: nil)
    #expect(first.map(\.token) == [.max])
    #expect(first.map(\.events) == [.read])
    try epoll.modify(number, [.read, .oneShot], token: 7)
    #expect(try epoll.wait(milliseconds: 0).map(\.token) == [7])
    #expect(try epoll.wait(milliseconds: 0).isEmpty)
    try epoll.remove(number)
    let unknown = #expect(throws: SystemError.self) {
      try epoll.modify(number, .read, token: 1)
    }
    #expect(unknown?.code == .noSuchFile)
  }

  @Test("is ended by a bell, from another thread too")
  func wakeUp() throws {
    let bell = try WakeUp()
    #expect(bell.clear() == false)
    let number = bell.rawValue
    let thread = try Thread.start {
      var one: UInt64 = 1
      _ = withUnsafeBytes(of: &one) { try? BorrowedDescriptor(number).write($0) }
    }
    #expect(try Poll.wait(for: .read, on: bell.rawValue, milliseconds: 60_000) == .read)
    thread.join()
    #expect(bell.clear() == true)
    bell.ring()
    bell.ring()
    #expect(bell.clear() == true)
    #expect(bell.clear() == false)
  }

  @Test("for files tells what happened to which name")
  func inotify() throws {
    let scratch = try ScratchDirectory()
    let inotify = try Inotify()
    let watch = try inotify.watch(scratch.path, [.create, .modify, .delete, .closeWrite])
    #expect(try inotify.events().isEmpty)
    let file = try FileDescriptor.open(scratch.path("some-name"), .writeOnly, .create)
    try file.writeAll("x")
    try file.close()
    try FileSystem.unlink(scratch.path("some-name"))
    #expect(try Poll.wait(for: .read, on: inotify.rawValue, milliseconds: 60_000) == .read)
    let events = try inotify.events()
    #expect(events.map(\.mask) == [.create, .modify, .closeWrite, .delete])
    #expect(events.allSatisfy { $0.name == "some-name" && $0.watch == watch })
    try inotify.remove(watch)
    #expect(try inotify.events().map(\.mask) == [.ignored])
  }

  @Test("for files tells of a writer that was killed, whose lock is free at once or soon")
  func killedWriter() throws {
    let scratch = try ScratchDirectory()
    let said = try Pipe()
    var request = SpawnRequest(
      executable: "/bin/sh",
      arguments: CStringList([
        "sh", "-c", "exec 9>\"$1\"; flock 9; echo locked; exec sleep 1000", "sh", scratch.path("l"),
      ]),
      environment: .current())
    request.output = .descriptor(said.writer.rawValue)
    let holder = try ChildProcess.spawn(request)
    #expect(try said.reader.read(upTo: 7) == Array("locked\n".utf8))
    let inotify = try Inotify()
    let watch = try inotify.watch(scratch.path, .closeWrite)
    let lock = try FileLock.open(scratch.path("l"))
    #expect(try !lock.tryLock())
    #expect(try inotify.events().isEmpty)
    try Signal.kill.send(to: holder.pid)
    #expect(try Poll.wait(for: .read, on: inotify.rawValue, milliseconds: 60_000) == .read)
    let events = try inotify.events()
    #expect(events.map(\.mask) == [.closeWrite])
    #expect(events.first?.name == "l" && events.first?.watch == watch)
    // The kernel tells of the close first and gives the lock back after it.
    #expect(try lock.lock(deadline: SystemClock.monotonicNanoseconds() + 30_000_000_000))
    #expect(try holder.wait() == .signaled(.kill, coreDumped: false))
  }
}

@Suite("A terminal")
struct TerminalTests {
  @Test("is not what a pipe is")
  func noTerminal() throws {
    let pipe = try Pipe()
    #expect(Terminal.size(of: pipe.reader.rawValue) == nil)
    #expect(pipe.writer.isTTY == false)
  }

  @Test("line ends at its end, and the end of input is nil")
  func lines() throws {
    let pipe = try Pipe()
    try pipe.writer.writeAll("yes\n\nrest")
    #expect(try Terminal.readLine(from: pipe.reader, limit: 10) == "yes")
    #expect(try Terminal.readLine(from: pipe.reader, limit: 10) == "")
    let reader = pipe.keepReader()
    #expect(try Terminal.readLine(from: reader, limit: 10) == "rest")
    #expect(try Terminal.readLine(from: reader, limit: 10) == nil)
  }

  @Test("line is not read without limit")
  func longLine() throws {
    let pipe = try Pipe()
    try pipe.writer.writeAll("12345\n")
    let error = #expect(throws: SystemError.self) {
      try Terminal.readLine(from: pipe.reader, limit: 4)
    }
    #expect(error?.code == .fileTooLarge)
  }
}
