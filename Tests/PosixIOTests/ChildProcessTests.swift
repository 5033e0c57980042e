import TestSupport
import Testing

@testable import PosixIO

@Suite("A child process")
struct ChildProcessTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func program(_ name: String, _ text: String, mode: UInt32 = 0o755) throws -> String {
    try FileSystem.replaceFile(scratch.path(name), with: Array(text.utf8), mode: mode)
    return scratch.path(name)
  }

  private func shell(_ script: String, _ arguments: [String] = []) -> SpawnRequest {
    SpawnRequest(
      executable: "/bin/sh", arguments: CStringList(["sh", "-c", script, "sh"] + arguments),
      environment: .current())
  }

  private func spawnError(_ path: String) -> SystemError? {
    do {
      let request = SpawnRequest(
        executable: path, arguments: CStringList([path]), environment: .current())
      _ = try ChildProcess.spawn(request).wait()
      return nil
    } catch { return error }
  }

  @Test("that is missing, forbidden or no program is reported by its own code")
  func execErrors() throws {
    #expect(spawnError(scratch.path("none"))?.code == .noSuchFile)
    let plain = try program("plain", "#!/bin/sh\n", mode: 0o644)
    #expect(spawnError(plain)?.code == .permissionDenied)
    #expect(spawnError(scratch.path)?.code == .permissionDenied)
    let bare = try program("bare", "exit 0\n")
    #expect(spawnError(bare)?.code == .notExecutableFormat)
    #expect(spawnError(bare)?.subject == bare)
    let orphan = try program("orphan", "#!/no/such/interpreter\n")
    #expect(spawnError(orphan)?.code == .noSuchFile)
    #expect(spawnError(try program("good", "#!/bin/sh\nexit 0\n")) == nil)
  }

  @Test("with too many arguments is refused as such")
  func tooLong() throws {
    let huge = String(repeating: "x", count: 4 << 20)
    let error = #expect(throws: SystemError.self) {
      try ChildProcess.spawn(shell("exit 0", [huge]))
    }
    #expect(error?.code == .argumentsTooLong)
  }

  @Test("with a NUL in an argument or the environment is refused")
  func embeddedNUL() throws {
    #expect(throws: SystemError(.invalidArgument, call: "execve", subject: "/bin/sh")) {
      try ChildProcess.spawn(shell("exit 0", ["a\0b"]))
    }
    var request = shell("exit 0")
    request.environment["A"] = "x\0y"
    #expect(throws: SystemError.self) { try ChildProcess.spawn(request) }
  }

  @Test("tells its exit status", arguments: [0, 1, 75, 255] as [Int32])
  func exitStatus(code: Int32) throws {
    let outcome = try ChildProcess.spawn(shell("exit \(code)")).wait()
    #expect(outcome == .exited(code))
    #expect(outcome.isSuccess == (code == 0))
  }

  @Test("gets arguments and environment byte for byte, and nothing else")
  func argumentsAndEnvironment() throws {
    let pipe = try Pipe()
    var arguments = CStringList(["sh", "-c", "printf '%s|' \"$@\" \"$QCTL_X\"; env | wc -l", "sh"])
    arguments.append("")
    arguments.append("a b\n*")
    arguments.append([0xFF, 0xFE] as [UInt8])
    var request = SpawnRequest(
      executable: "/bin/sh", arguments: arguments,
      environment: EnvironmentBlock(["QCTL_X": "=é=", "PATH": "/usr/bin:/bin"]))
    request.output = .descriptor(pipe.writer.rawValue)
    let child = try ChildProcess.spawn(request)
    let reader = pipe.keepReader()
    let expected = Array("|a b\n*|".utf8) + [0xFF, 0xFE] + Array("|=é=|".utf8)
    let output = try reader.readAll(limit: 1000)
    #expect(Array(output.prefix(expected.count)) == expected)
    // PWD (and on some shells one more) is the shell's own doing.
    let count = String(decoding: output.dropFirst(expected.count), as: UTF8.self)
    #expect(Int(count.filter(\.isNumber)).map { (2...5).contains($0) } == true)
    #expect(try child.wait().isSuccess)
  }

  @Test("has only its three streams open, whatever its parent has")
  func closesTheRest() throws {
    let pipe = try Pipe()
    // A number without close-on-exec, as a careless library would leave it.
    let leak = ExecutableLeak.copy(of: try FileDescriptor.open("/dev/null", .readWrite))
    #expect(leak.rawValue > 2)
    var request = SpawnRequest(
      executable: try Executable.resolve("ls", path: nil),
      arguments: CStringList(["ls", "/proc/self/fd"]), environment: .current())
    request.output = .descriptor(pipe.writer.rawValue)
    let child = try ChildProcess.spawn(request)
    let output = try pipe.keepReader().readAll(limit: 1000)
    // 3 is the directory that ls itself reads.
    #expect(String(decoding: output, as: UTF8.self) == "0\n1\n2\n3\n")
    #expect(try child.wait().isSuccess)
    try leak.close()
  }

  @Test("has them closed one by one where the kernel cannot close them all", arguments: [1, 200])
  func closesListed(count: Int) throws {
    let null = try FileDescriptor.open("/dev/null")
    // Numbers far above those of the tests beside this one.
    let numbers = (0..<count).map { _ in ExecutableLeak.copy(of: null, from: 700) }
    #expect(numbers.allSatisfy { $0 >= 700 })
    try ChildProcess.closeListed(from: 700)
    for number in numbers {
      #expect(throws: SystemError.self) { try BorrowedDescriptor(number).status() }
    }
    _ = try null.status()
  }

  @Test("starts with no signal blocked or ignored")
  func cleanSignals() throws {
    try Signal.pipe.setDisposition(.ignore)
    try Signal.block([.user2])
    defer { try? Signal.unblock([.user2]) }
    let pipe = try Pipe()
    var request = SpawnRequest(
      executable: try Executable.resolve("grep", path: nil),
      arguments: CStringList(["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]),
      environment: .current())
    request.output = .descriptor(pipe.writer.rawValue)
    let child = try ChildProcess.spawn(request)
    let output = try pipe.keepReader().readAll(limit: 1000)
    let zeros = "0000000000000000"
    #expect(String(decoding: output, as: UTF8.self) == "SigBlk:\t\(zeros)\nSigIgn:\t\(zeros)\n")
    #expect(try child.wait().isSuccess)
  }

  @Test("that leads a group takes its own children along when the group is killed")
  func killsGroup() throws {
    let pipe = try Pipe()
    // The grandchild holds the pipe too: the end of input comes only when both are dead.
    var request = shell("sleep 1000 & echo up; wait")
    request.output = .descriptor(pipe.writer.rawValue)
    request.ownGroup = true
    let child = try ChildProcess.spawn(request)
    let reader = pipe.keepReader()
    #expect(try reader.read(upTo: 3) == Array("up\n".utf8))
    #expect(try ProcessTable.members(ofGroup: child.pid).count == 2)
    try Signal.terminate.send(toGroup: child.pid)
    #expect(try reader.readAll(limit: 10).isEmpty)
    #expect(try child.wait() == .signaled(.terminate, coreDumped: false))
  }

  @Test("can be waited for with a poll")
  func exitDescriptor() throws {
    let pipe = try Pipe()
    var request = shell("read line; exit 3")
    request.input = .descriptor(pipe.reader.rawValue)
    let child = try ChildProcess.spawn(request)
    let exit = try child.exitDescriptor()
    #expect(try child.tryWait() == nil)
    #expect(try Poll.wait(for: .read, on: exit.rawValue, milliseconds: 0).isEmpty)
    try pipe.writer.writeAll("go\n")
    #expect(try Poll.wait(for: .read, on: exit.rawValue, milliseconds: 60_000) == .read)
    #expect(try child.tryWait() == .exited(3))
    let gone = #expect(throws: SystemError.self) { try child.tryWait() }
    #expect(gone?.code == .noChild)
  }

  @Test("reads nothing from a null input")
  func nullInput() throws {
    var request = shell("if read line; then exit 1; else exit 0; fi")
    request.input = .null
    #expect(try ChildProcess.spawn(request).wait() == .exited(0))
  }
}
