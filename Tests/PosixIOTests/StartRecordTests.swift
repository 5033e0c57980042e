import PosixIO
import Synchronization
import TestSupport
import Testing

@Suite("A child that notes its start")
struct StartRecordTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func blank(_ access: AccessMode = .readWrite) throws -> FileDescriptor {
    try FileSystem.replaceFile(scratch.path("record"), with: [UInt8](repeating: 0, count: 64))
    return try FileDescriptor.open(scratch.path("record"), access)
  }

  private func touch(_ record: StartRecord) throws -> SpawnRequest {
    var request = SpawnRequest(
      executable: try Executable.resolve("touch", path: nil),
      arguments: CStringList(["touch", scratch.path("ran")]), environment: .current())
    request.ownGroup = true
    request.record = record
    return request
  }

  private func refused(_ record: StartRecord) throws -> SystemError? {
    let request = try touch(record)
    do { _ = try ChildProcess.spawn(request).wait() } catch { return error }
    return nil
  }

  @Test("is in the record by its number and its time, and runs")
  func notes() throws {
    let file = try blank()
    let before = SystemClock.boottimeNanoseconds()
    let child = try ChildProcess.spawn(
      touch(StartRecord(descriptor: file.rawValue, offset: 16, refusal: 0)))
    let after = SystemClock.boottimeNanoseconds()
    let bytes = try file.read(upTo: 64, at: 0)
    let note = try #require(StartRecord.Note(bytes[16...]))
    #expect(note.pid == child.pid)
    #expect((before...after).contains(note.boottime))
    #expect(bytes[..<16].allSatisfy { $0 == 0 } && bytes[32...].allSatisfy { $0 == 0 })
    // Nobody has waited for it yet, so it is there, if only as a zombie.
    let entry = try ProcessTable.entry(child.pid, startedBetween: before, and: note.boottime)
    #expect(entry?.group == child.pid)
    #expect(try child.wait().isSuccess)
    #expect(FileSystem.exists(scratch.path("ran")))
  }

  @Test("runs nothing once it is refused", arguments: [1, -1, 1 << 40] as [Int64])
  func refusal(word: Int64) throws {
    let file = try blank()
    try file.writeAll(withUnsafeBytes(of: word) { Array($0) }, at: 32)
    let record = StartRecord(descriptor: file.rawValue, offset: 0, refusal: 32)
    let error = try #require(try refused(record))
    #expect(error.code == .cancelled)
    #expect(StartRecord.isCause(of: error))
    #expect(!FileSystem.exists(scratch.path("ran")))
    // It came, looked, and left: its note is there, and nothing to wait for.
    let note = try #require(StartRecord.Note(try file.read(upTo: 16, at: 0)))
    #expect(try ProcessTable.entry(note.pid) == nil)
  }

  @Test("runs nothing where its note cannot be written")
  func unwritable() throws {
    let file = try blank(.readOnly)
    let error = try refused(StartRecord(descriptor: file.rawValue, offset: 0, refusal: 32))
    #expect(error == SystemError(.badDescriptor, call: "pwrite"))
    #expect(error.map(StartRecord.isCause) == true)
    let full = try FileDescriptor.open("/dev/full", .readWrite)
    let none = try refused(StartRecord(descriptor: full.rawValue, offset: 0, refusal: 32))
    #expect(none?.code == .noSpace)
    #expect(!FileSystem.exists(scratch.path("ran")))
  }

  @Test("runs nothing where its refusal cannot be read", arguments: [64, 57, 1000] as [Int64])
  func unreadable(refusal: Int64) throws {
    let file = try blank()
    let cut = try refused(StartRecord(descriptor: file.rawValue, offset: 0, refusal: refusal))
    #expect(cut == SystemError(.inputOutput, call: "pread"))
    let blind = try blank(.writeOnly)
    let error = try refused(StartRecord(descriptor: blind.rawValue, offset: 0, refusal: 32))
    #expect(error == SystemError(.badDescriptor, call: "pread"))
    #expect(!FileSystem.exists(scratch.path("ran")))
  }

  @Test("is told apart from one whose program is at fault")
  func programFault() throws {
    let file = try blank()
    var request = try touch(StartRecord(descriptor: file.rawValue, offset: 0, refusal: 32))
    request.executable = scratch.path("none")
    let error = #expect(throws: SystemError.self) { try ChildProcess.spawn(request) }
    #expect(error?.code == .noSuchFile)
    #expect(error?.subject == scratch.path("none"))
    #expect(error.map(StartRecord.isCause) == false)
  }

  @Test("notes read half or never written are none")
  func brokenNotes() {
    let whole: [UInt8] = [7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0]
    #expect(StartRecord.Note(whole)?.pid == 7)
    #expect(StartRecord.Note(whole)?.boottime == 9)
    #expect(StartRecord.Note(whole.dropLast()) == nil)
    #expect(StartRecord.Note([UInt8](repeating: 0, count: 16)) == nil)
    #expect(StartRecord.Note(whole.prefix(8) + [UInt8](repeating: 0, count: 8)) == nil)
    #expect(StartRecord.Note([UInt8](repeating: 0xFF, count: 16)) == nil)
  }

  @Test("does not keep its parent's locks once the start has returned")
  func leavesLocks() async throws {
    _ = try blank()
    // In a process of its own: a child that another test is just starting has a copy, too.
    await #expect(processExitsWith: .success) { [path = scratch.path("record") as String] in
      let other = try FileLock.open(path)
      for _ in 0..<50 {
        let child = try startUnderLock(path)
        #expect(try other.tryLock())
        try other.unlock()
        stop(child)
      }
    }
  }

  @Test("is started from many threads at once, each with its own note")
  func threads() throws {
    let file = try FileDescriptor.open(scratch.path("many"), .readWrite, .create)
    let (threads, each) = (8, 40)
    try file.truncate(to: Int64((threads * each + 1) * StartRecord.Note.size))
    let number = file.rawValue
    let failures = Mutex<[String]>([])
    let running = Running()
    for thread in 0..<threads {
      try running.start {
        do {
          for index in 0..<each {
            let offset = Int64((thread * each + index + 1) * StartRecord.Note.size)
            try startAndCheck(StartRecord(descriptor: number, offset: offset, refusal: 0))
          }
        } catch { failures.withLock { $0.append("\(error)") } }
      }
    }
    running.join()
    #expect(failures.withLock { $0 } == [])
  }

  @Test("is found after its parent was killed, at whatever instant")
  func survivesNobody() async throws {
    var generator = SeededGenerator()
    for round in 0..<8 {
      let path = scratch.path("round-\(round)")
      let mark = "QCTL_TEST_MARK=\(path)"
      let delay = Int64.random(in: 1_000_000...40_000_000, using: &generator)
      await #expect(processExitsWith: .signal(Signal.kill.rawValue)) {
        [path = path as String, delay = delay as Int64] in
        try startUntilKilled(path: path, after: delay)
      }
      let notes = try rescue(path)
      let marked = try ProcessTable.numbers().filter {
        ProcessTable.environmentContains($0, Array(mark.utf8)) == true
      }
      #expect(Set(marked).isSubset(of: notes), Comment(rawValue: generator.note))
      // Nobody waits for them any more, so while they sleep the numbers are their own.
      for pid in notes.union(marked) { try? Signal.kill.send(toGroup: pid) }
    }
  }

  // As the worker's: refuse first, then look. Its lock is free once no child is before its note.
  private func rescue(_ path: String) throws -> Set<Int32> {
    let lock = try FileLock.open(path)
    try lock.descriptor.writeAll([1] + [UInt8](repeating: 0, count: 7), at: 0)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    let bytes = try lock.descriptor.read(upTo: 1 << 20, at: 0)
    let notes = stride(from: 16, to: bytes.count, by: 16).compactMap {
      StartRecord.Note(bytes[$0...])?.pid
    }
    try lock.lock()
    return Set(notes)
  }
}

private func sleeper() throws -> SpawnRequest {
  SpawnRequest(
    executable: try Executable.resolve("sleep", path: nil),
    arguments: CStringList(["sleep", "1000"]), environment: .current())
}

// The lock is closed at the end, not unlocked: that would end it for a copy in the child as well.
private func startUnderLock(_ path: String) throws -> ChildProcess {
  let lock = try FileLock.open(path)
  #expect(try lock.tryLock())
  var request = try sleeper()
  request.record = StartRecord(descriptor: lock.descriptor.rawValue, offset: 0, refusal: 32)
  return try ChildProcess.spawn(request)
}

private func stop(_ child: ChildProcess) {
  try? Signal.kill.send(to: child.pid)
  _ = try? child.wait()
}

private func startAndCheck(_ record: StartRecord) throws {
  var request = SpawnRequest(
    executable: "/bin/sh", arguments: CStringList(["sh", "-c", "exit 7"]),
    environment: EnvironmentBlock())
  request.record = record
  let child = try ChildProcess.spawn(request)
  let bytes = try BorrowedDescriptor(record.descriptor).read(upTo: 16, at: record.offset)
  let outcome = try child.wait()
  guard outcome == .exited(7), StartRecord.Note(bytes)?.pid == child.pid else {
    throw SystemError(.inputOutput, call: "spawn")
  }
}

/// Starts one process after the other, until another thread kills them all with SIGKILL.
private func startUntilKilled(path: String, after delay: Int64) throws {
  let lock = try FileLock.open(path)
  try lock.lock()
  try lock.descriptor.truncate(to: 1 << 20)
  var request = try sleeper()
  request.environment["QCTL_TEST_MARK"] = path
  request.ownGroup = true
  _ = try Thread.start {
    SystemClock.sleep(nanoseconds: delay)
    try? Signal.kill.send(to: CurrentProcess.id)
  }
  for index in 1..<4000 {
    request.record = StartRecord(
      descriptor: lock.descriptor.rawValue, offset: Int64(index * 16), refusal: 0)
    _ = try ChildProcess.spawn(request)
  }
}
