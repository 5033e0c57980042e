import PosixIO
import TestSupport
import Testing

@Suite("Replacing a file")
struct ReplaceFileTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test("puts the new content in place with exactly that mode, and leaves nothing beside it")
  func replaces() throws {
    let path = scratch.path("f")
    try FileSystem.replaceFile(path, with: Array("old".utf8))
    let old = try FileSystem.status(of: path)
    try FileSystem.replaceFile(path, with: Array("new".utf8), mode: 0o666)
    let new = try FileSystem.status(of: path)
    #expect(try FileSystem.readFile(path, limit: 10) == Array("new".utf8))
    #expect(new.mode == 0o666)
    #expect(!new.isSameFile(as: old))
    #expect(try FileSystem.entries(of: scratch.path).map(\.name) == ["f"])
  }

  @Test("leaves readers of the old file with the old content")
  func oldReaders() throws {
    let path = scratch.path("f")
    try FileSystem.replaceFile(path, with: Array("old".utf8))
    let reader = try FileDescriptor.open(path)
    try FileSystem.replaceFile(path, with: Array("newer".utf8))
    #expect(try reader.readAll(limit: 10) == Array("old".utf8))
  }

  @Test("that cannot be done changes nothing and leaves nothing")
  func failure() throws {
    let path = scratch.path("d")
    try FileSystem.makeDirectory(path)
    let error = #expect(throws: SystemError.self) {
      try FileSystem.replaceFile(path, with: [1])
    }
    #expect(error?.code == .isDirectory)
    #expect(error?.subject == path)
    #expect(try FileSystem.entries(of: scratch.path).map(\.name) == ["d"])
  }

  @Test("in a missing directory says so")
  func missingDirectory() throws {
    let error = #expect(throws: SystemError.self) {
      try FileSystem.replaceFile(scratch.path("no/f"), with: [1])
    }
    #expect(error?.code == .noSuchFile)
  }
}

@Suite("A volume")
struct VolumeTests {
  @Test("is known by its magic number, and only local ones are trusted")
  func kinds() {
    let trusted: [UInt32] = [0xEF53, 0x5846_5342, 0x9123_683E, 0x2FC1_2FC1, 0x0102_1994]
    for magic in trusted { #expect(FileSystemKind(magic: magic).isTrusted) }
    #expect(FileSystemKind(magic: 0x6969) == .network("nfs"))
    #expect(FileSystemKind(magic: 0x6573_5546) == .userSpace("fuse"))
    #expect(!FileSystemKind(magic: 0x6969).isTrusted)
    #expect(!FileSystemKind(magic: 0x6573_5546).isTrusted)
    #expect(FileSystemKind(magic: 0x9FA0).name == "0x9fa0")
  }

  @Test("of /proc is none that a store may live on")
  func proc() throws {
    #expect(try Volume(of: "/proc").kind == .other(0x9FA0))
  }

  @Test("of a scratch folder has room")
  func scratch() throws {
    let scratch = try ScratchDirectory()
    let volume = try Volume(of: scratch.path)
    #expect(volume.availableBytes > 0)
    #expect(volume.totalBytes >= volume.availableBytes)
  }

  @Test("of /dev/shm is a tmpfs", .enabled(if: FileSystem.exists("/dev/shm/.")))
  func tmpfs() throws {
    #expect(try Volume(of: "/dev/shm").kind == .tmpfs)
  }
}
