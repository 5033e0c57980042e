import PosixIO
import TestSupport
import Testing

@Suite("The file tree")
struct FileSystemTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func write(_ name: String, _ text: String) throws {
    try FileSystem.replaceFile(scratch.path(name), with: Array(text.utf8))
  }

  private func read(_ name: String) throws -> String {
    String(decoding: try FileSystem.readFile(scratch.path(name), limit: 1000), as: UTF8.self)
  }

  @Test("gets missing directories on the way, and does not mind those that exist")
  func makesDirectories() throws {
    let deep = scratch.path("a/b/c")
    try FileSystem.makeDirectories(deep)
    try FileSystem.makeDirectories(deep)
    let status = try FileSystem.status(of: deep)
    #expect(status.kind == .directory)
    #expect(status.mode == 0o700)
    try write("file", "")
    let error = #expect(throws: SystemError.self) {
      try FileSystem.makeDirectories(scratch.path("file"))
    }
    #expect(error?.code == .notDirectory)
  }

  @Test("replaces by rename, or refuses to where that is asked")
  func renames() throws {
    try write("a", "one")
    try write("b", "two")
    let error = #expect(throws: SystemError.self) {
      try FileSystem.renameNoReplace(scratch.path("a"), to: scratch.path("b"))
    }
    #expect(error?.code == .exists)
    #expect(try read("b") == "two")
    try FileSystem.rename(scratch.path("a"), to: scratch.path("b"))
    #expect(try read("b") == "one")
    try FileSystem.renameNoReplace(scratch.path("b"), to: scratch.path("c"))
    #expect(try read("c") == "one")
  }

  @Test("gives a file a second name")
  func links() throws {
    try write("a", "one")
    try FileSystem.link(scratch.path("a"), as: scratch.path("b"))
    let first = try FileSystem.status(of: scratch.path("a"))
    #expect(first.links == 2)
    #expect(first.isSameFile(as: try FileSystem.status(of: scratch.path("b"))))
    try FileSystem.unlink(scratch.path("a"))
    #expect(try read("b") == "one")
  }

  @Test("tells a link from what it points to")
  func statuses() throws {
    try write("a", "12345")
    try FileSystem.setPermissions(scratch.path("a"), 0o642)
    try FileSystem.symbolicLink(scratch.path("l"), to: "a")
    let status = try FileSystem.status(of: scratch.path("l"))
    #expect(status.kind == .regular)
    #expect(status.size == 5)
    #expect(status.mode == 0o642)
    #expect(status.isWorldWritable)
    #expect(status.uid == CurrentProcess.effectiveUserID)
    #expect(abs(status.modifiedNanoseconds / 1_000_000 - SystemClock.wallMilliseconds()) < 600_000)
    #expect(try FileSystem.linkStatus(of: scratch.path("l")).kind == .symbolicLink)
    #expect(try FileSystem.realPath(scratch.path("./l")) == scratch.path("a"))
    #expect(FileSystem.isAccessible(scratch.path("a"), .read))
    #expect(!FileSystem.isAccessible(scratch.path("a"), .execute))
  }

  @Test("lists names sorted, with their kinds, without the dots")
  func lists() throws {
    try write("b", "")
    try FileSystem.makeDirectory(scratch.path("a"))
    try FileSystem.symbolicLink(scratch.path("c"), to: "nowhere")
    let entries = try FileSystem.entries(of: scratch.path)
    #expect(entries.map(\.name) == ["a", "b", "c"])
    #expect(entries.map(\.kind) == [.directory, .regular, .symbolicLink])
    #expect(throws: SystemError.self) { try FileSystem.entries(of: scratch.path("b")) }
  }

  @Test("works relative to an open directory")
  func relative() throws {
    let top = try FileDescriptor.openDirectory(scratch.path)
    try top.makeDirectory(at: "sub")
    let sub = try top.openDirectory(at: "sub")
    try top.open(at: "f", .writeOnly, [.create, .exclusive]).close()
    try top.rename("f", to: "g", in: sub)
    #expect(try sub.status(at: "g").kind == .regular)
    try sub.link("g", as: "f", in: top)
    let taken = #expect(throws: SystemError.self) {
      try sub.renameNoReplace("g", to: "f", in: top)
    }
    #expect(taken?.code == .exists)
    let full = #expect(throws: SystemError.self) { try top.removeDirectory(at: "sub") }
    #expect(full?.code == .notEmpty)
    try sub.unlink(at: "g")
    try top.removeDirectory(at: "sub")
    #expect(try FileSystem.entries(of: scratch.path).map(\.name) == ["f"])
  }

  @Test("does not enter a directory through a symbolic link")
  func refusesLinkedDirectory() throws {
    try FileSystem.makeDirectory(scratch.path("real"))
    try FileSystem.symbolicLink(scratch.path("link"), to: "real")
    let top = try FileDescriptor.openDirectory(scratch.path)
    #expect(throws: SystemError.self) { _ = try top.openDirectory(at: "link").close() }
    #expect(throws: SystemError.self) {
      _ = try FileDescriptor.openDirectory(scratch.path("link")).close()
    }
  }

  @Test(
    "splits paths as dirname and basename do",
    arguments: [
      ("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b/", "a", "b"),
      ("a//b", "a", "b"), ("//a", "/", "a"),
    ] as [(String, String, String)])
  func splits(path: String, parent: String, name: String) {
    #expect(FileSystem.parent(of: path) == parent)
    #expect(FileSystem.name(of: path) == name)
  }

  @Test("has nothing above its root", arguments: ["/", "//", ""])
  func root(path: String) {
    #expect(FileSystem.parent(of: path) == nil)
  }
}
