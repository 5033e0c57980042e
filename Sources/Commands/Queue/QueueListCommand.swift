import CommandLineSpec
import Jobs
import Storage

/// `qctl queue list`: every queue with what is set for it.
enum QueueListCommand {
  static let command = Command<QueueListOptions, Action>(
    "queue list", "List queues with their settings", defaults: QueueListOptions(),
    flags: QueueListOptions.flags, operands: QueueListOptions.operands,
    prose: [
      "Shows what is in force; in colour, a queue's own settings stand out from the rule for all queues. JSON, CSV and templates also have the counts of \(command: "queues"), and for each setting where it comes from: \(literal: "queue") or \(literal: "default")."
    ],
    examples: [
      Example("qctl queue list", "All queues"),
      Example("qctl queue list --format '{queue}\\t{keep_dead}'", "One setting of each"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["queue show", "queue set", "queues"],
    run: { Action($0, run) })

  private static func run(
    _ options: QueueListOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(options.names, store, context) { return status }
      let times = TimeDisplay(
        options.output, context, relative: context.streams.outputIsTerminal)
      let shape = RecordShape<QueueSheet>.queueSheets(times, at: context.now())
      var printer = try RecordPrinter(shape, options.output, context)
      context.pageRecords(options.output)
      for sheet in try QueueSheet.read(options.names, store, context) { try printer.print(sheet) }
      try printer.finish()
      return .success
    }
  }
}
