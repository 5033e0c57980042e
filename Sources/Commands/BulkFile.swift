import Glibc
import PosixIO
import Text

/// The lines of an NDJSON file or pipe, read once from its beginning to its end.
final class BulkFile {
  /// One line that is not blank; it stands in the buffer, so let go of it before the next is read.
  struct Line {
    /// From 1, blank lines counted too.
    let number: Int
    let bytes: [UInt8]
    let range: Range<Int>
  }

  /// The file, for messages.
  let name: String
  private let descriptor: FileDescriptor
  private var buffer: [UInt8] = []
  private var start = 0
  private var number = 0
  private var isAtEnd = false

  private static let chunkSize = 256 << 10

  /// A payload may be 256 KiB, which base64 and escapes make longer.
  private static let longestLine = 2 << 20

  /// Opens a file; `-` is standard input.
  init(_ source: String, _ context: CommandContext) throws(CommandFailure) {
    name = source == "-" ? "standard input" : TerminalText.escape(source, .line)
    let isInput = source == "-"
    if isInput, context.streams.inputIsTerminal { context.tell("reading jobs from the terminal") }
    do throws(SystemError) {
      descriptor =
        if isInput {
          try StandardStream.input.duplicate()
        } else {
          try FileDescriptor.open(source, .readOnly, [])
        }
      let kind = try descriptor.status().kind
      guard isInput || kind == .regular || kind == .pipe else {
        throw SystemError(.invalidArgument, call: "open", subject: source)
      }
    } catch {
      let reason =
        error.code == .invalidArgument ? "it is neither a file nor a pipe" : error.code.reason
      throw .failed(.noInput, "cannot read \(name): \(reason)")
    }
  }

  /// The next line that is not blank; `nil` at the end.
  func next() throws(CommandFailure) -> Line? {
    while let range = try nextLine() {
      number += 1
      if buffer[range].contains(where: { $0 != 32 && $0 != 9 && $0 != 13 }) {
        return Line(number: number, bytes: buffer, range: range)
      }
    }
    return nil
  }

  private func nextLine() throws(CommandFailure) -> Range<Int>? {
    var searched = start
    while true {
      if let end = lineEnd(from: searched) {
        defer { start = end + 1 }
        return start..<end
      }
      guard !isAtEnd else {
        defer { start = buffer.count }
        return start < buffer.count ? start..<buffer.count : nil
      }
      guard buffer.count - start <= Self.longestLine else {
        throw .failed(
          .badData,
          "\(name), line \(number + 1): longer than \(Self.longestLine) bytes; "
            + "nothing was enqueued")
      }
      searched = buffer.count - start
      try fill()
    }
  }

  private func lineEnd(from index: Int) -> Int? {
    buffer.withUnsafeBufferPointer { bytes in
      guard index < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + index, Int32(UInt8(ascii: "\n")), bytes.count - index)
      else { return nil }
      return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    }
  }

  private func fill() throws(CommandFailure) {
    buffer.removeFirst(start)
    start = 0
    do {
      let chunk = try descriptor.read(upTo: Self.chunkSize)
      isAtEnd = chunk.isEmpty
      buffer += chunk
    } catch {
      throw .failed(.inputOutput, "cannot read \(name): \(error.code.reason)")
    }
  }
}
