import PosixIO
import TestSupport
import Testing

@Suite("An open file")
struct FileDescriptorTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test("keeps what was written, and reads it from anywhere")
  func writesAndReads() throws {
    let file = try FileDescriptor.open(scratch.path("f"), .readWrite, [.create, .exclusive])
    try file.writeAll("hello world")
    let written = try Array("wORLD".utf8).withUnsafeBytes { try file.write($0, at: 6) }
    #expect(written == 5)
    try file.writeAll(Array("W".utf8), at: 6)
    try file.seek(to: 0)
    #expect(try file.readAll(limit: 11) == Array("hello WORLD".utf8))
    #expect(try file.read(upTo: 5, at: 6) == Array("WORLD".utf8))
    #expect(try file.read(upTo: 5, at: 100).isEmpty)
    try file.sync()
    try file.syncData()
    try file.truncate(to: 5)
    #expect(try file.status().size == 5)
    try file.close()
  }

  @Test("is closed when its value goes")
  func closesAtTheEnd() throws {
    let number = try useAndDrop()
    // Another test may have got the number meanwhile, but not for this very file.
    let status = try? BorrowedDescriptor(number).status()
    let mine = try FileSystem.status(of: scratch.path("dropped"))
    #expect(status?.isSameFile(as: mine) != true)
  }

  private func useAndDrop() throws -> Int32 {
    let file = try FileDescriptor.open(scratch.path("dropped"), .writeOnly, .create)
    return file.rawValue
  }

  @Test("lives on in its duplicate")
  func duplicates() throws {
    let file = try FileDescriptor.open(scratch.path("d"), .readWrite, .create)
    let copy = try file.duplicate()
    #expect(copy.rawValue > 2)
    try file.close()
    try copy.writeAll("x")
    #expect(try FileSystem.status(of: scratch.path("d")).size == 1)
  }

  @Test("is not closed once its number was given away")
  func releases() throws {
    let number = try FileDescriptor.open(scratch.path("r"), .readWrite, .create).release()
    let again = FileDescriptor(owning: number)
    #expect(try again.status().kind == .regular)
  }

  @Test("is refused past the limit, and accepted just at it", arguments: [0, 1, 70_000, 300_000])
  func limits(size: Int) throws {
    let path = scratch.path("limit")
    try FileSystem.replaceFile(path, with: [UInt8](repeating: 7, count: size))
    #expect(try FileSystem.readFile(path, limit: size).count == size)
    if size > 0 {
      #expect(throws: SystemError(.fileTooLarge, call: "read", subject: path)) {
        try FileSystem.readFile(path, limit: size - 1)
      }
    }
  }

  @Test("is never a symbolic link where that is refused")
  func refusesLinks() throws {
    try FileSystem.symbolicLink(scratch.path("link"), to: "/etc/passwd")
    let error = #expect(throws: SystemError.self) {
      _ = try FileDescriptor.open(scratch.path("link"), .readOnly, .noFollow).close()
    }
    #expect(error?.code == .tooManyLinks)
    #expect(try FileSystem.readLink(scratch.path("link")) == "/etc/passwd")
  }

  @Test("is made only once where that is asked")
  func exclusive() throws {
    let path = scratch.path("once")
    try FileDescriptor.open(path, .writeOnly, [.create, .exclusive]).close()
    let error = #expect(throws: SystemError.self) {
      _ = try FileDescriptor.open(path, .writeOnly, [.create, .exclusive]).close()
    }
    #expect(error?.code == .exists)
  }

  @Test("tells a full disk")
  func fullDisk() throws {
    let full = try FileDescriptor.open("/dev/full", .writeOnly)
    let error = #expect(throws: SystemError.self) { try full.writeAll("x") }
    #expect(error?.code == .noSpace)
    #expect(error?.code.isFull == true)
  }

  @Test("answers at once when it must not wait")
  func nonBlocking() throws {
    let pipe = try Pipe()
    try pipe.reader.setNonBlocking()
    let error = #expect(throws: SystemError.self) { try pipe.reader.read(upTo: 1) }
    #expect(error?.code == .wouldBlock)
    #expect(pipe.reader.isTTY == false)
  }
}
