import CommandLineSpec
import Storage

/// `qctl capabilities`: what a store can do, and why not where it can't.
enum CapabilitiesCommand {
  struct Options: Sendable {
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "capabilities", "Show what the store can do", defaults: Options(),
    flags: OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: [
      "A line for each ability: \(literal: "full"), or \(literal: "none") with the reason and what to do instead. A command that needs an ability which the store lacks fails with that reason and status 69.",
      "The line \(literal: "read_effect") says what looking does to the store: nothing at all (\(literal: "pure")), or it raises a delivery count.",
    ],
    examples: [
      Example("qctl capabilities", "A table"),
      Example("qctl capabilities --format '{capability} {support}'", "Two fields of each"),
    ],
    exits: ExitStatus.notes(), seeAlso: ["doctor", "config"], run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      let capabilities = store.capabilities
      context.pageRecords(options.output)
      var printer = try RecordPrinter(.capabilities, options.output, context)
      for capability in Capability.allCases {
        try printer.print(CapabilityLine(capability, capabilities[capability]))
      }
      try printer.print(CapabilityLine(capabilities.readEffect))
      try printer.finish()
      return .success
    }
  }
}
