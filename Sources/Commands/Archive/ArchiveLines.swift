import PosixIO
import Text

/// The lines of an archive, which is read twice: checked to its end, and then taken in.
///
/// What is no plain file is first copied to one that has no name.
final class ArchiveLines {
  /// The archive, for messages.
  let name: String
  private let file: FileDescriptor
  private var offset: Int64 = 0
  private var lines = LineBuffer()
  private var isAtEnd = false
  /// The number of the latest line, from 1.
  private(set) var number = 0

  private static let chunkSize = 256 << 10
  /// A job with a payload of 256 KiB and many attempts, each with its output.
  private static let longestLine = 256 << 20

  /// Opens a file; `-` is standard input.
  init(_ source: String, _ context: CommandContext) throws(CommandFailure) {
    let isInput = source == "-"
    let name = isInput ? "standard input" : TerminalText.escape(source, .line)
    self.name = name
    if isInput, context.streams.inputIsTerminal { context.tell("reading from the terminal") }
    do throws(SystemError) {
      let given =
        if isInput {
          try StandardStream.input.duplicate()
        } else {
          try FileDescriptor.open(source, .readOnly, [])
        }
      switch try given.status().kind {
      case .regular: file = given
      case .directory: throw SystemError(.isDirectory, call: "open", subject: source)
      default: file = try Self.spool(given, context)
      }
    } catch {
      throw .failed(.noInput, "cannot read \(name): \(error.code.reason)")
    }
  }

  private static func spool(
    _ given: borrowing FileDescriptor, _ context: CommandContext
  ) throws(SystemError) -> FileDescriptor {
    let folder = context.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let path = "\(folder)/.qctl-import.\(String(Random.wordOrClock(), radix: 36))"
    let spool = try FileDescriptor.open(
      path, .readWrite, [.create, .exclusive, .noFollow], mode: 0o600)
    try FileSystem.unlink(path)
    while true {
      let chunk = try given.read(upTo: chunkSize)
      guard !chunk.isEmpty else { return spool }
      try spool.writeAll(chunk)
    }
  }

  /// Goes back to the beginning.
  func rewind() {
    (offset, number, isAtEnd) = (0, 0, false)
    lines.removeAll()
  }

  /// Hands out the next line without its end; false behind the last.
  ///
  /// - Parameter use: gets the bytes, where the line stands in them, and whether it had an end.
  func next(
    _ use: (_ bytes: [UInt8], _ range: Range<Int>, _ isEnded: Bool) throws(CommandFailure) -> Void
  ) throws(CommandFailure) -> Bool {
    while true {
      if let line = lines.next() {
        number += 1
        try use(lines.bytes, line, true)
        return true
      }
      guard !isAtEnd else {
        guard let line = lines.rest() else { return false }
        number += 1
        try use(lines.bytes, line, false)
        return true
      }
      guard lines.waiting <= Self.longestLine else {
        throw .failed(
          .badData,
          "\(name), line \(number + 1): longer than any line of an export; nothing was imported")
      }
      try fill()
    }
  }

  private func fill() throws(CommandFailure) {
    do {
      let chunk = try file.read(upTo: Self.chunkSize, at: offset)
      isAtEnd = chunk.isEmpty
      offset += Int64(chunk.count)
      lines.append(chunk)
    } catch {
      throw .failed(.inputOutput, "cannot read \(name): \(error.code.reason)")
    }
  }
}
