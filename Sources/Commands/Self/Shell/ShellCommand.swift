import CommandLineSpec
import PosixIO

/// `qctl shell`: a prompt for the other commands.
///
/// What it does lies in the room of the shell; here is how it is called.
enum ShellCommand {
  struct Options: Sendable {
    var commands: String?
    var keepsGoing = false
    var forbidsEscape = false
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "shell", "Type commands at a prompt, or run a script of them", defaults: Options(),
    flags: [
      .string("command", short: "c", "COMMANDS", \.commands, "Run these, separated by ;, and end"),
      .switch("keep-going", \.keepsGoing, "In a script, go on behind a command that failed"),
      .switch("no-shell-escape", \.forbidsEscape, "Do not let !COMMAND run other programs"),
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: prose,
    examples: [
      Example("qctl shell", "A prompt for the default store"),
      Example(
        "qctl shell -c 'pause emails; cancel -q emails --yes; resume emails'", "Three in one"),
      Example("qctl shell --keep-going -c 'source nightly.qctl'", "A script, all of it"),
    ],
    exits: [.success, .usage, .partly, .noInput, .inputOutput, .configuration, .interrupted].map {
      (status: ExitStatus) in status.note
    },
    seeAlso: ["config", "top"], run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let startShell = context.startShell else {
      throw .failed(.usage, "there is a shell around you already")
    }
    let status = startShell(try start(options, context))
    guard let known = ExitStatus(rawValue: status) else { CurrentProcess.exitAtOnce(status) }
    return known
  }

  private static func start(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ShellStart {
    let isInteractive = options.commands == nil && context.streams.inputIsTerminal
    let signals: SessionSignals
    do {
      signals = try SessionSignals(forTerminal: isInteractive)
    } catch {
      throw .failed(.internalError, "no signals: \(error.code.reason)")
    }
    let promptIsSeen = context.streams.outputIsTerminal || context.streams.errorIsTerminal
    return ShellStart(
      commands: options.commands, keepsGoing: options.keepsGoing,
      allowsEscape: !options.forbidsEscape, isInteractive: isInteractive,
      isColoured: options.output.usesColor(isTerminal: promptIsSeen, context.environment),
      isQuiet: options.output.quiet,
      historyFile: historyFile(context.environment), environment: environment(options, context),
      signals: signals)
  }

  /// What the shell was told, for its commands too.
  private static func environment(
    _ options: Options, _ context: CommandContext
  ) -> EnvironmentBlock {
    var block = context.process.environment()
    if let store = options.store.store { block["QCTL_STORE"] = store }
    if options.output.color != .auto { block["QCTL_COLOR"] = options.output.color.rawValue }
    if !options.output.pager { block["QCTL_PAGER"] = "" }
    return block
  }

  /// `$QCTL_HISTFILE`, where empty means none; else in the folder for what programs remember.
  static func historyFile(_ environment: (String) -> String?) -> String? {
    if let named = environment("QCTL_HISTFILE") { return named.isEmpty ? nil : named }
    return Folders.state(environment).map { $0 + "/qctl/history" }
  }
}
