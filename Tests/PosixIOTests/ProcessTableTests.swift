import PosixIO
import TestSupport
import Testing

@Suite("The table of processes")
struct ProcessTableTests {
  @Test("knows a process by its number and the time of its start, and no other by the same number")
  func identity() throws {
    let pipe = try Pipe()
    let first = SystemClock.boottimeNanoseconds()
    let child = try reader(pipe)
    let last = SystemClock.boottimeNanoseconds()
    #expect(try ProcessTable.isProcess(child.pid, startedBetween: first, and: last))
    // Started before or after: another that has the number.
    let second: Int64 = 1_000_000_000
    #expect(try !ProcessTable.isProcess(child.pid, startedBetween: 0, and: first - second))
    #expect(
      try !ProcessTable.isProcess(
        child.pid, startedBetween: last + second, and: last + 2 * second))
    #expect(try !ProcessTable.isProcess(child.pid, startedBetween: last, and: first - second))
    #expect(try !ProcessTable.isProcess(child.pid, startedBetween: -1, and: last))
    #expect(try !ProcessTable.isProcess(child.pid, startedBetween: .min, and: .min))
    let exit = try child.exitDescriptor()
    try Signal.kill.send(to: child.pid)
    #expect(try Poll.wait(for: .read, on: exit.rawValue, milliseconds: 60_000) == .read)
    // A zombie is found, but no longer a process.
    #expect(try ProcessTable.entry(child.pid, startedBetween: first, and: last)?.isZombie == true)
    #expect(try !ProcessTable.isProcess(child.pid, startedBetween: first, and: last))
    _ = try child.wait()
    #expect(try ProcessTable.entry(child.pid, startedBetween: first, and: last) == nil)
  }

  @Test("finds whole entries of an environment, byte for byte")
  func environment() throws {
    let pipe = try Pipe()
    let said = try Pipe()
    var request = SpawnRequest(
      executable: "/bin/sh", arguments: CStringList(["sh", "-c", "echo up; read line"]),
      environment: EnvironmentBlock(["QCTL_A": "one=1", "QCTL_B": "é"]))
    request.input = .descriptor(pipe.reader.rawValue)
    request.output = .descriptor(said.writer.rawValue)
    let child = try ChildProcess.spawn(request)
    defer {
      try? Signal.kill.send(to: child.pid)
      _ = try? child.wait()
    }
    #expect(try said.reader.read(upTo: 3) == Array("up\n".utf8))
    func has(_ text: String) -> Bool? {
      ProcessTable.environmentContains(child.pid, Array(text.utf8))
    }
    #expect(has("QCTL_A=one=1") == true)
    #expect(has("QCTL_B=é") == true)
    #expect(has("QCTL_A=one") == false)
    #expect(has("A=one=1") == false)
    #expect(has("QCTL_A=one=1\0QCTL_B=é") == false)
    #expect(has("") == false)
    #expect(ProcessTable.environmentContains(0, Array("A=b".utf8)) == false)
  }

  @Test("has no environment of a process that has ended")
  func noEnvironment() throws {
    let pipe = try Pipe()
    let child = try reader(pipe, ["QCTL_A": "1"])
    let exit = try child.exitDescriptor()
    try Signal.kill.send(to: child.pid)
    #expect(try Poll.wait(for: .read, on: exit.rawValue, milliseconds: 60_000) == .read)
    #expect(ProcessTable.environmentContains(child.pid, Array("QCTL_A=1".utf8)) != true)
    _ = try child.wait()
    #expect(ProcessTable.environmentContains(child.pid, Array("QCTL_A=1".utf8)) == false)
  }

  @Test("lists all, and names the namespace of their numbers")
  func places() throws {
    #expect(try ProcessTable.numbers().contains(CurrentProcess.id))
    let namespace = try #require(ProcessTable.namespace())
    #expect(try FileSystem.readLink("/proc/self/ns/pid") == "pid:[\(namespace)]")
  }

  @Test("that has nobody under a number says so, and not that it is forbidden")
  func gone() throws {
    let child = try reader(try Pipe())
    try Signal.kill.send(to: child.pid)
    _ = try child.wait()
    let error = #expect(throws: SystemError.self) {
      try Signal(rawValue: 0).send(toGroup: child.pid)
    }
    #expect(error?.code == .noSuchProcess)
  }

  @Test("that may not be touched says so", .enabled(if: CurrentProcess.effectiveUserID != 0))
  func forbidden() throws {
    let error = #expect(throws: SystemError.self) { try Signal(rawValue: 0).send(to: 1) }
    #expect(error?.code == .notPermitted)
    #expect(ProcessTable.environmentContains(1, Array("A=b".utf8)) == nil)
  }

  /// A process that waits for its input, which never comes.
  private func reader(
    _ pipe: borrowing Pipe, _ variables: [String: String] = [:]
  ) throws -> ChildProcess {
    var request = SpawnRequest(
      executable: try Executable.resolve("cat", path: nil), arguments: CStringList(["cat"]),
      environment: EnvironmentBlock(variables))
    request.input = .descriptor(pipe.reader.rawValue)
    request.ownGroup = true
    return try ChildProcess.spawn(request)
  }
}
