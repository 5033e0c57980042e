import Jobs
import PosixIO
import Text

/// Where a payload comes from: the command line, a file, or standard input.
enum PayloadSource {
  static func read(
    _ text: String?, file: String?, _ context: CommandContext
  ) throws(CommandFailure) -> [UInt8] {
    if let text { return Array(text.utf8) }
    guard let file else { return [] }
    // One byte more than allowed, so that the refusal can name the limit.
    let limit = NewJob.largestPayload
    do {
      guard file == "-" else { return try FileSystem.readFile(file, limit: limit) }
      if context.streams.inputIsTerminal { context.tell("reading the payload from the terminal") }
      return try StandardStream.input.readAll(limit: limit)
    } catch {
      throw failure(error, file)
    }
  }

  private static func failure(_ error: SystemError, _ file: String) -> CommandFailure {
    let name = file == "-" ? "standard input" : TerminalText.escape(file, .line)
    guard error.code == .fileTooLarge else {
      return .failed(.noInput, "cannot read \(name): \(error.code.reason)")
    }
    return .failed(
      .badData,
      "the payload in \(name) is over the limit of \(NewJob.largestPayload) bytes (256 KiB). "
        + "Store the data elsewhere and enqueue its id")
  }
}
