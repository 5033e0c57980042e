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
  private var lines = LineBuffer()
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
      if lines.bytes[range].contains(where: { $0 != 32 && $0 != 9 && $0 != 13 }) {
        return Line(number: number, bytes: lines.bytes, range: range)
      }
    }
    return nil
  }

  private func nextLine() throws(CommandFailure) -> Range<Int>? {
    while true {
      if let line = lines.next() { return line }
      guard !isAtEnd else { return lines.rest() }
      guard lines.waiting <= Self.longestLine else {
        throw .failed(
          .badData,
          "\(name), line \(number + 1): longer than \(Self.longestLine) bytes; "
            + "nothing was enqueued")
      }
      try fill()
    }
  }

  private func fill() throws(CommandFailure) {
    do {
      let chunk = try descriptor.read(upTo: Self.chunkSize)
      isAtEnd = chunk.isEmpty
      lines.append(chunk)
    } catch {
      throw .failed(.inputOutput, "cannot read \(name): \(error.code.reason)")
    }
  }
}
