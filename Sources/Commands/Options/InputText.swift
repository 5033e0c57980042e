import PosixIO
import Text

/// A text that comes from the command line, a file, or standard input.
enum InputText {
  /// - Parameter name: what it is, for messages: `result`.
  /// - Returns: nil where neither was given.
  static func read(
    _ text: String?, file: String?, _ name: String, _ context: CommandContext
  ) throws(CommandFailure) -> [UInt8]? {
    if let text { return Array(text.utf8) }
    guard let file else { return nil }
    do {
      guard file == "-" else { return try FileSystem.readFile(file, limit: most) }
      if context.streams.inputIsTerminal { context.tell("reading the \(name) from the terminal") }
      return try StandardStream.input.readAll(limit: most)
    } catch {
      let source = file == "-" ? "standard input" : TerminalText.escape(file, .line)
      guard error.code == .fileTooLarge else {
        throw .failed(.noInput, "cannot read \(source): \(error.code.reason)")
      }
      throw .failed(.badData, "\(source) holds more than 16 MiB, too much for a \(name)")
    }
  }

  private static let most = 16 << 20
}
