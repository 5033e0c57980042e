import PosixIO
import TestSupport
import Testing

@Suite("A scratch directory")
struct ScratchDirectoryTests {
  @Test("is private, and goes with all it holds, but not with what its links point to")
  func removes() throws {
    let outside = try ScratchDirectory()
    try FileSystem.replaceFile(outside.path("kept"), with: [1])
    let path = try ScratchDirectory.with { scratch in
      #expect(try FileSystem.status(of: scratch.path).mode == 0o700)
      try FileSystem.makeDirectories(scratch.path("a/b"))
      try FileSystem.replaceFile(scratch.path("a/b/f"), with: [1])
      try FileSystem.symbolicLink(scratch.path("a/link"), to: outside.path)
      return scratch.path
    }
    #expect(!FileSystem.exists(path))
    #expect(FileSystem.exists(outside.path("kept")))
  }

  @Test("does not remove what has taken its place")
  func refusesAnother() throws {
    let root = try ScratchDirectory()
    let scratch = try ScratchDirectory(under: root.path)
    try FileSystem.rename(scratch.path, to: root.path("moved"))
    try FileSystem.makeDirectory(scratch.path)
    #expect(throws: SystemError.self) { try scratch.remove() }
    #expect(FileSystem.exists(scratch.path))
    try FileSystem.removeDirectory(scratch.path)
    try scratch.remove()
    #expect(FileSystem.exists(root.path("moved")))
  }
}

@Suite("A seeded generator")
struct SeededGeneratorTests {
  @Test("gives the published numbers of SplitMix64")
  func published() {
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    #expect(generator.note.contains("1234567"))
  }
}

@Suite("Running a program")
struct ProcessRunnerTests {
  @Test("collects both outputs and the status")
  func collects() throws {
    let result = try ProcessRunner.run("sh", ["-c", "cat; echo oops >&2; exit 3"], input: [0x68])
    #expect(result.output == "h")
    #expect(result.errors == "oops\n")
    #expect(result.outcome == .exited(3))
    #expect(result.status == 3)
    #expect(!result.timedOut)
  }

  @Test("does not stall on large input and output at once")
  func large() throws {
    let input = [UInt8](repeating: 0x61, count: 1_000_000)
    let result = try ProcessRunner.run("sh", ["-c", "tee /dev/stderr"], input: input)
    #expect(result.outputBytes == input)
    #expect(result.errorBytes == input)
  }

  @Test("does not mind a program that ignores its input")
  func ignoresInput() throws {
    let input = [UInt8](repeating: 0x61, count: 1_000_000)
    #expect(try ProcessRunner.run("true", input: input).status == 0)
  }

  @Test("kills what runs too long, grandchildren too")
  func kills() throws {
    let result = try ProcessRunner.run("sh", ["-c", "sleep 1000 & wait"], timeoutSeconds: 1)
    #expect(result.timedOut)
    #expect(result.outcome == .signaled(.kill, coreDumped: false))
  }

  @Test("in a scratch environment shows none of the developer's settings")
  func environment() throws {
    let scratch = try ScratchDirectory()
    let environment = TestEnvironment.scratch(scratch, adding: ["QCTL_X": "1"])
    let result = try ProcessRunner.run(
      "sh", ["-c", "echo $HOME $XDG_DATA_HOME $QCTL_X $QCTL_STORE"], environment: environment)
    let home = scratch.path("home")
    #expect(result.output == "\(home) \(home)/.local/share 1\n")
  }
}
