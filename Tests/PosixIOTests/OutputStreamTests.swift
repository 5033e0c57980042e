import PosixIO
import TestSupport
import Testing

@Suite("Buffered output")
struct OutputStreamTests {
  init() throws { try Signal.pipe.setDisposition(.ignore) }

  @Test("is written when flushed, in order, and only then")
  func flushes() throws {
    let pipe = try Pipe()
    try pipe.reader.setNonBlocking()
    let stream = OutputStream(rawDescriptor: pipe.writer.rawValue)
    try stream.write("a")
    try stream.write(Array("b".utf8))
    try stream.write([1, 99, 2][1...1])
    try stream.write(byte: 0x64)
    #expect(throws: SystemError.self) { try pipe.reader.read(upTo: 1) }
    try stream.flush()
    #expect(try pipe.reader.read(upTo: 10) == Array("abcd".utf8))
    try stream.flush()
    #expect(throws: SystemError.self) { try pipe.reader.read(upTo: 1) }
  }

  @Test("is written by itself when the buffer is full")
  func fills() throws {
    let pipe = try Pipe()
    let stream = OutputStream(rawDescriptor: pipe.writer.rawValue, capacity: 4)
    try stream.write("abcd")
    #expect(try pipe.reader.read(upTo: 10) == Array("abcd".utf8))
  }

  @Test(
    "goes elsewhere from its first bytes on, if there is an elsewhere", arguments: [true, false])
  func diverts(isOpen: Bool) throws {
    let pipe = try Pipe()
    let other = try Pipe()
    let stream = OutputStream(rawDescriptor: pipe.writer.rawValue)
    let number = other.writer.rawValue
    var asked = 0
    stream.divert {
      asked += 1
      return isOpen ? number : nil
    }
    try stream.flush()
    #expect(asked == 0, "nothing has left yet")
    for text in ["a", "b"] {
      try stream.write(text)
      try stream.flush()
    }
    #expect(asked == 1)
    let reader = isOpen ? other.reader.rawValue : pipe.reader.rawValue
    #expect(try BorrowedDescriptor(reader).read(upTo: 10) == Array("ab".utf8))
  }

  @Test("tells a full disk from a reader that left")
  func errors() throws {
    let full = try FileDescriptor.open("/dev/full", .writeOnly)
    let stream = OutputStream(rawDescriptor: full.rawValue)
    try stream.write("x")
    #expect(throws: OutputError.failed(SystemError(.noSpace, call: "write"))) {
      try stream.flush()
    }
    #expect(throws: OutputError.failed(SystemError(.noSpace, call: "write"))) {
      try stream.flush()
    }
    let writer = try Pipe().keepWriter()
    let closed = OutputStream(rawDescriptor: writer.rawValue)
    try closed.write("x")
    #expect(throws: OutputError.closed) { try closed.flush() }
  }

  @Test("waits for a slow reader where the descriptor does not")
  func nonBlockingDescriptor() throws {
    let pipe = try Pipe()
    try pipe.writer.setNonBlocking()
    let number = pipe.reader.rawValue
    let size = 1_000_000
    let counter = try Pipe()
    let result = counter.writer.rawValue
    let reader = try Thread.start {
      var count = 0
      while count < size, let piece = try? BorrowedDescriptor(number).read(upTo: 50_000),
        !piece.isEmpty
      { count += piece.count }
      try? BorrowedDescriptor(result).writeAll("\(count)")
    }
    let stream = OutputStream(rawDescriptor: pipe.writer.rawValue)
    try stream.write([UInt8](repeating: 1, count: size))
    try stream.flush()
    reader.join()
    #expect(try counter.reader.read(upTo: 20) == Array("\(size)".utf8))
  }
}

@Suite struct StoppedOutputTests {
  @Test func `who is asked to stop writes no more, and says that nobody reads`() throws {
    let pipe = try Pipe()
    let stream = OutputStream(rawDescriptor: pipe.writer.rawValue)
    var isAsked = false
    stream.stop { isAsked }
    try stream.write("before\n")
    try stream.flush()
    isAsked = true
    #expect(throws: OutputError.closed) {
      for _ in 0..<64 { try stream.write("after\n") }
    }
    isAsked = false
    #expect(throws: OutputError.closed) { try stream.flush() }
    #expect(try pipe.reader.read(upTo: 100) == Array("before\n".utf8))
  }
}
