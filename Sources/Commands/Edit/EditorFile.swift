import Jobs
import PosixIO
import Text

/// A payload as a file for an editor, which nobody else can read.
///
/// In `$XDG_RUNTIME_DIR`, which is memory and one user's own, else in `$TMPDIR`, else in /tmp: a
/// folder of its own (0700), which must be new, so that nobody can have laid anything into it.
struct EditorFile {
  /// What the editor is given at first.
  let text: [UInt8]
  /// The file.
  let path: String
  private let folder: String
  /// Whether a line end was put behind the payload: editors do so unasked, and it is taken off again.
  private let hasLineEnd: Bool

  init(_ detail: JobDetail, isPretty: Bool, _ context: CommandContext) throws(CommandFailure) {
    let isJSON = JSONValidation.isValid(detail.payload)
    var text = detail.payload
    var pretty = ByteBuffer(capacity: text.count * 2)
    if isPretty, isJSON, (try? JSONPrettyPrinter.append(text, to: &pretty)) != nil {
      text = pretty.bytes
    }
    hasLineEnd = text.last != UInt8(ascii: "\n")
    if hasLineEnd { text.append(UInt8(ascii: "\n")) }
    self.text = text
    do {
      folder = try Self.makeFolder(context)
      path = "\(folder)/\(detail.job.id).\(isJSON ? "json" : "txt")"
      let file = try FileDescriptor.open(
        path, .writeOnly, [.create, .exclusive, .noFollow], mode: 0o600)
      try file.writeAll(text)
    } catch {
      throw .failed(
        .cannotCreate,
        "cannot make a file for the editor in \(TerminalText.escape(Self.home(context), .line)): "
          + "\(error.code.reason)")
    }
  }

  /// The path, for people.
  var shownPath: String { TerminalText.escape(path, .line) }

  /// What the file holds now.
  ///
  /// - Throws: `fileTooLarge` where no payload may be so large; `noSuchFile`.
  func read() throws(SystemError) -> [UInt8] {
    try FileSystem.readFile(path, limit: NewJob.largestPayload + 1)
  }

  /// The payload that an edited text is.
  func payload(of text: [UInt8]) -> [UInt8] {
    hasLineEnd && text.last == UInt8(ascii: "\n") ? Array(text.dropLast()) : text
  }

  /// Removes it, and whatever the editor left beside it.
  func remove() {
    for entry in (try? FileSystem.entries(of: folder)) ?? [] {
      try? FileSystem.unlink("\(folder)/\(entry.name)")
    }
    try? FileSystem.removeDirectory(folder)
  }

  private static func home(_ context: CommandContext) -> String {
    for name in ["XDG_RUNTIME_DIR", "TMPDIR"] {
      if let path = context.environment(name), path.hasPrefix("/"), FileSystem.exists(path) {
        return path
      }
    }
    return "/tmp"
  }

  private static func makeFolder(_ context: CommandContext) throws(SystemError) -> String {
    let home = home(context)
    var triesLeft = 16
    while true {
      let path = "\(home)/qctl-edit-\(Hexadecimal.encode(try Random.bytes(8)))"
      triesLeft -= 1
      do {
        try FileSystem.makeDirectory(path, mode: 0o700)
        return path
      } catch {
        guard error.code == .exists, triesLeft > 0 else { throw error }
      }
    }
  }
}
