import PosixIO
import Text

/// An NDJSON file that can be read from its beginning more than once.
final class BulkFile {
  /// One line that is not blank.
  struct Line {
    /// From 1, blank lines counted too.
    let number: Int
    let bytes: [UInt8]
  }

  /// The file, for messages.
  let name: String
  private let descriptor: FileDescriptor

  /// Opens a file; `-` spools standard input.
  init(_ source: String, _ context: CommandContext) throws(CommandFailure) {
    name = source == "-" ? "standard input" : TerminalText.escape(source, .line)
    do throws(SystemError) {
      if source == "-" {
        if context.streams.inputIsTerminal { context.tell("reading jobs from the terminal") }
        descriptor = try Self.spool(context)
      } else {
        descriptor = try FileDescriptor.open(source, .readOnly, [])
        guard try descriptor.status().kind == .regular else {
          throw SystemError(.invalidArgument, call: "open", subject: source)
        }
      }
    } catch {
      let reason =
        error.code == .invalidArgument
        ? "it is not a regular file; use '-' for a pipe" : error.code.reason
      throw .failed(error.code.isFull ? .inputOutput : .noInput, "cannot read \(name): \(reason)")
    }
  }

  /// The lines from the beginning.
  func lines() throws(CommandFailure) -> Lines { Lines(self) }

  private static func spool(_ context: CommandContext) throws(SystemError) -> FileDescriptor {
    let given = context.environment("TMPDIR") ?? ""
    let folder = given.utf8.first == UInt8(ascii: "/") ? given : "/tmp"
    let path = folder + "/qctl-bulk-" + String(try Random.word(), radix: 36)
    let spool = try FileDescriptor.open(
      path, .readWrite, [.create, .exclusive, .noFollow], mode: 0o600)
    try FileSystem.unlink(path)
    while true {
      let chunk = try StandardStream.input.read(upTo: chunkSize)
      guard !chunk.isEmpty else { return spool }
      try spool.writeAll(chunk)
    }
  }

  fileprivate func read(at offset: Int64) throws(CommandFailure) -> [UInt8] {
    do {
      return try descriptor.read(upTo: Self.chunkSize, at: offset)
    } catch {
      throw .failed(.inputOutput, "cannot read \(name): \(error.code.reason)")
    }
  }

  private static let chunkSize = 256 << 10

  /// A pass over the lines.
  struct Lines {
    private let file: BulkFile
    private var buffer: [UInt8] = []
    private var start = 0
    private var offset: Int64 = 0
    private var number = 0
    private var isAtEnd = false

    fileprivate init(_ file: BulkFile) { self.file = file }

    /// A payload may be 256 KiB, which base64 and escapes make longer.
    private static let longestLine = 2 << 20

    /// The next line that is not blank; `nil` at the end.
    mutating func next() throws(CommandFailure) -> Line? {
      while let bytes = try nextLine() {
        number += 1
        if bytes.contains(where: { $0 != 32 && $0 != 9 && $0 != 13 }) {
          return Line(number: number, bytes: Array(bytes))
        }
      }
      return nil
    }

    private mutating func nextLine() throws(CommandFailure) -> ArraySlice<UInt8>? {
      var searched = start
      while true {
        if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
          defer { start = end + 1 }
          return buffer[start..<end]
        }
        guard !isAtEnd else {
          defer { start = buffer.count }
          return start < buffer.count ? buffer[start...] : nil
        }
        guard buffer.count - start <= Self.longestLine else {
          throw .failed(
            .badData,
            "\(file.name), line \(number + 1): longer than \(Self.longestLine) bytes; nothing was enqueued"
          )
        }
        searched = buffer.count - start
        try fill()
      }
    }

    private mutating func fill() throws(CommandFailure) {
      buffer.removeFirst(start)
      start = 0
      let chunk = try file.read(at: offset)
      offset += Int64(chunk.count)
      isAtEnd = chunk.isEmpty
      buffer += chunk
    }
  }
}
