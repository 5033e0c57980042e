import Calendar
import CommandLineSpec
import PosixIO
import Text

/// `qctl generate`: writes the manual and the completion scripts from the table.
enum GenerateCommand {
  struct Options: Sendable {
    var directory = "."
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "generate", "Write man/ and completions/ from the command table", defaults: Options(),
    flags: [
      .string("output-directory", "DIR", \.directory, "Where man/ and completions/ are put")
        .default(".").completing(.directory)
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    examples: [Example("qctl generate --output-directory .", "For a release")],
    exits: [.success, .usage, .cannotCreate, .configuration].map { (status: ExitStatus) in
      status.note
    },
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let date = try releaseDate(context.environment)
    for page in Manual.pages(date: date) {
      try write(page.text, "\(options.directory)/man", page.fileName)
    }
    for shell in CompletionCommand.Shell.allCases {
      try write(shell.script, "\(options.directory)/completions", shell.fileName)
    }
    return .success
  }

  /// The day of the release, or of `SOURCE_DATE_EPOCH` (reproducible-builds.org), never today.
  private static func releaseDate(
    _ environment: (String) -> String?
  ) throws(CommandFailure) -> String {
    guard let text = environment("SOURCE_DATE_EPOCH"), !text.isEmpty else {
      return QctlTree.releaseDate
    }
    guard let seconds = Int64(text), (0...253_402_300_799).contains(seconds) else {
      throw .failed(
        .configuration,
        "SOURCE_DATE_EPOCH: '\(TerminalText.escape(text, .line))' is no number of seconds since 1970"
      )
    }
    return String(RFC3339.text(seconds * 1000).prefix(10))
  }

  private static func write(
    _ text: String, _ folder: String, _ name: String
  ) throws(CommandFailure) {
    let path = "\(folder)/\(name)"
    do throws(SystemError) {
      try FileSystem.makeDirectories(folder, mode: 0o755)
      try FileSystem.replaceFile(path, with: Array(text.utf8), mode: 0o644)
    } catch {
      let shown = TerminalText.escape(error.description, .line)
      throw .failed(.cannotCreate, "cannot write \(shown)")
    }
  }
}
