import PosixIO
import TestSupport
import Testing

@Suite("Finding a program")
struct ExecutableTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func put(_ name: String, mode: UInt32) throws {
    try FileSystem.makeDirectories(try #require(FileSystem.parent(of: scratch.path(name))))
    try FileSystem.replaceFile(scratch.path(name), with: Array("#!/bin/sh\n".utf8), mode: mode)
  }

  @Test("goes along the path and takes the first that may be run")
  func searches() throws {
    try put("a/tool", mode: 0o644)
    try put("b/tool", mode: 0o755)
    try put("c/tool", mode: 0o755)
    let path = ["a", "none", "b", "c"].map(scratch.path).joined(separator: ":")
    #expect(try Executable.resolve("tool", path: path) == scratch.path("b/tool"))
  }

  @Test("tells a file that may not be run from none at all")
  func reasons() throws {
    try put("a/tool", mode: 0o644)
    try FileSystem.makeDirectories(scratch.path("a/folder"))
    let forbidden = #expect(throws: SystemError.self) {
      try Executable.resolve("tool", path: scratch.path("a"))
    }
    #expect(forbidden?.code == .permissionDenied)
    let missing = #expect(throws: SystemError.self) {
      try Executable.resolve("nothing", path: scratch.path("a"))
    }
    #expect(missing == SystemError(.noSuchFile, call: "exec", subject: "nothing"))
    let folder = #expect(throws: SystemError.self) {
      try Executable.resolve("folder", path: scratch.path("a"))
    }
    #expect(folder?.code == .permissionDenied)
    #expect(throws: SystemError.self) { try Executable.resolve("", path: nil) }
  }

  @Test("does not search for a name with a slash")
  func slash() throws {
    try put("a/tool", mode: 0o755)
    #expect(
      try Executable.resolve(scratch.path("a/tool"), path: nil) == scratch.path("a/tool"))
    #expect(throws: SystemError.self) {
      try Executable.resolve("a/none", path: scratch.path)
    }
  }

  @Test("knows where the running program lies")
  func current() throws {
    #expect(FileSystem.exists(try Executable.current()))
  }
}

@Suite("An environment")
struct EnvironmentBlockTests {
  @Test("answers, replaces and removes by the whole name")
  func variables() {
    var block = EnvironmentBlock(["AB": "1", "A": "2=3"])
    #expect(block["A"] == "2=3")
    #expect(block["AB"] == "1")
    #expect(block["B"] == nil)
    block["A"] = ""
    #expect(block["A"] == "")
    block["AB"] = nil
    #expect(block["AB"] == nil)
    #expect(block.strings.count == 1)
  }

  @Test("of this process is the same by either way")
  func current() {
    let path = EnvironmentBlock.current()["PATH"]
    #expect(path != nil)
    #expect(EnvironmentBlock.value("PATH") == path)
    #expect(EnvironmentBlock.value("PAT") == nil)
    #expect(EnvironmentBlock.value("QCTL_NO_SUCH_VARIABLE") == nil)
  }

  @Test("list of strings keeps bytes and notices a NUL")
  func strings() {
    var list = CStringList(["a", ""])
    list.append([0xC3] as [UInt8])
    #expect(list.count == 3)
    #expect(list.bytes(at: 0).map(Array.init) == [0x61])
    #expect(list.bytes(at: 1)?.isEmpty == true)
    #expect(list.bytes(at: 2).map(Array.init) == [0xC3])
    #expect(list.bytes(at: 3) == nil)
    #expect(list.withPointers { CStringList(UnsafeMutablePointer(mutating: $0)) } == list)
    #expect(!list.hasEmbeddedNUL)
    list.append("x\0y")
    #expect(list.hasEmbeddedNUL)
  }
}
