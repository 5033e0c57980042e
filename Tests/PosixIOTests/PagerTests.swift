import PosixIO
import TestSupport
import Testing

@Suite struct PagerTests {
  // Other suites want it ignored too, and what is ignored stays so.
  init() throws { try Signal.pipe.setDisposition(.ignore) }

  private static func shell(_ script: String) -> SpawnRequest {
    SpawnRequest(
      executable: "/bin/sh", arguments: CStringList(["sh", "-c", script]),
      environment: EnvironmentBlock(["PATH": "/usr/bin:/bin"]))
  }

  @Test func `it gets what is written, and is waited for`() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path("seen")
    // The file is there only once all was read: whoever does not wait, does not find it.
    let pager = try Pager(Self.shell("cat >'\(path).part'; mv '\(path).part' '\(path)'; exit 3"))
    let output = OutputStream(rawDescriptor: pager.rawDescriptor)
    try output.write("a page\n")
    try output.flush()
    #expect(pager.end() == .exited(3))
    #expect(try FileSystem.readFile(path, limit: 100) == Array("a page\n".utf8))
  }

  @Test func `one that leaves early closes the output`() throws {
    let pager = try Pager(Self.shell("exec <&-; kill -INT $$"))
    let output = OutputStream(rawDescriptor: pager.rawDescriptor)
    let line = [UInt8](repeating: 0x78, count: 1 << 16)
    #expect(throws: OutputError.closed) {
      // More than any pipe holds.
      for _ in 0..<64 { try output.write(line) }
    }
    #expect(pager.end() == .signaled(.interrupt, coreDumped: false))
  }

  @Test func `one that cannot be started is an error, and nothing has changed`() async {
    await #expect(processExitsWith: .success) {
      let request = SpawnRequest(
        executable: "/no/pager", arguments: CStringList(["pager"]), environment: .current())
      #expect(throws: SystemError.self) { try Pager(request).end() }
      #expect(!Signal.interrupt.isIgnored)
      #expect(!Signal.quit.isIgnored)
    }
  }

  @Test func `Ctrl-C is the pager's while it runs, and ours again afterwards`() async {
    await #expect(processExitsWith: .success) {
      try Signal.quit.setDisposition(.ignore)
      let pager = try Pager(Self.shell("cat >/dev/null"))
      for signal in [Signal.interrupt, .quit, .pipe] { #expect(signal.isIgnored) }
      #expect(pager.end() == .exited(0))
      #expect(!Signal.interrupt.isIgnored)
      #expect(!Signal.pipe.isIgnored)
      #expect(Signal.quit.isIgnored, "what was ignored before stays so")
    }
  }
}
