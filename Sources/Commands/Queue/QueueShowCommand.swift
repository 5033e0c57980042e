import CommandLineSpec
import Jobs
import Storage

/// `qctl queue show`: one queue with all its settings.
enum QueueShowCommand {
  struct Options: Sendable {
    var name: QueueName?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "queue show", "Show one queue: what waits, whether it is paused, what is set",
    defaults: Options(),
    flags: OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .one("QUEUE", \.name, "The queue") { (text) throws(ValueError) -> QueueName? in
        try ValueText.queue(text)
      }.completing(.queue)
    ],
    prose: [
      "Prints how many jobs are in each state, for how long the oldest ready one has waited, whether the queue is paused, until when and why, and each setting with where it comes from: this queue, or the rule for all queues. \(command: "queue set") changes them."
    ],
    examples: [
      Example("qctl queue show emails", "A page about one queue"),
      Example("qctl queue show emails --format '{keep_dead}'", "One setting, for a script"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["queue list", "queue set", "queues", "pause"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let name = options.name else { return .usage }
    let isTerminal = context.streams.outputIsTerminal
    let times = TimeDisplay(options.output, context, relative: isTerminal)
    let shape = RecordShape<QueueSheet>.queueSheets(times, at: context.now())
    var printer = try RecordPrinter(shape, options.output, context)
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report([name], store, context) { return status }
      context.pageRecords(options.output)
      for sheet in try QueueSheet.read([name], store, context) {
        guard options.output.format == .table, options.output.template == nil else {
          try printer.print(sheet)
          continue
        }
        let isColoured = options.output.usesColor(isTerminal: isTerminal, context.environment)
        let page = QueuePage(times: times, now: context.now(), isColoured: isColoured)
        try context.write(page.bytes(sheet))
      }
      try printer.finish()
      return .success
    }
  }
}
