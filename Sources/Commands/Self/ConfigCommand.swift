import CommandLineSpec

/// `qctl config`: which settings are in force, and where each came from.
enum ConfigCommand {
  struct Options: Sendable {
    var words: [String] = []
    var output = OutputOptions()
    var store = StoreOptions()
    /// Global flags of this very call, as words for the table.
    var given: [String] = []
  }

  static let command = Command<Options, Action>(
    "config", "Show the settings in force and where each came from", defaults: Options(),
    flags: OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .many("COMMAND", \.words, "The command in question; none: the global flags")
        .completing(.commandName)
    ],
    prose: [
      "The strongest comes first: the command line, the environment, \(literal: "$XDG_CONFIG_HOME/qctl/config") (\(literal: "~/.config/qctl/config")), then \(literal: "qctl/config") in each of \(literal: "$XDG_CONFIG_DIRS") (\(literal: "/etc/xdg")), then the default.",
      "A line of a configuration file is \(literal: "--flag value") for all commands that have the flag, or \(literal: "command --flag value") for one; \(literal: "#") begins a comment, quotes keep blanks together. \(literal: "--yes"), \(literal: "--force") and \(literal: "--confirm") are refused there: consent is given each time anew.",
      "A line with \(literal: "--") in it, such as \(literal: "work -q emails -- ./send-email"), sets nothing: it is a worker of \(literal: "qctl work --all-configured").",
    ],
    examples: [
      Example("qctl config", "The global flags"),
      Example("qctl config dlq list", "All flags of one command"),
      Example("qctl config list --json", "For a program"),
    ],
    exits: [.success, .usage, .inputOutput, .configuration].map { (status: ExitStatus) in
      status.note
    },
    seeAlso: ["capabilities", "completion", "help config"],
    run: { (options, invocation) in
      var options = options
      options.given = given(options, invocation)
      return Action(options, run)
    })

  private static func given(_ options: Options, _ invocation: Invocation) -> [String] {
    var words: [String] = []
    if let store = options.store.store, invocation.origin(of: "store") == .flag {
      words.append("--store=\(store)")
    }
    if invocation.origin(of: "color") == .flag {
      words.append("--color=\(options.output.color.rawValue)")
    }
    if invocation.origin(of: "quiet") == .flag {
      words.append(options.output.quiet ? "--quiet" : "--no-quiet")
    }
    if invocation.origin(of: "pager") == .flag {
      words.append(options.output.pager ? "--pager" : "--no-pager")
    }
    return words
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let settings = try settings(options, context)
    context.pageRecords(options.output)
    var printer = try RecordPrinter(.settings, options.output, context)
    for setting in settings { try printer.print(setting) }
    try printer.finish()
    return .success
  }

  private static func settings(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> [Setting] {
    do {
      return try QctlTree.tree.settings(
        for: options.given + options.words, in: context.surroundings)
    } catch {
      switch error {
      case .usage(let error): throw .failed(.usage, error.message)
      case .configuration(let error): throw .failed(.configuration, error.message)
      }
    }
  }
}
