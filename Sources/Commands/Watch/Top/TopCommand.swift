import CommandLineSpec
import Engine
import Jobs
import Storage

/// `qctl top`: the queues as they are, on the screen for as long as somebody looks.
enum TopCommand {
  struct Options: Sendable {
    var names: [QueueName] = []
    var interval = TimeSpan.seconds(2)
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "top", "Watch queues on the screen, and look after them", defaults: Options(),
    flags: [
      .value("interval", short: "i", "SPAN", \.interval, "Read the store every SPAN") {
        (text) throws(ValueError) -> TimeSpan in
        let span = try ValueText.duration(text)
        guard span >= TimeSpan(milliseconds: 200), span <= .hours(1) else {
          throw .malformed("is not from 200ms to 1h")
        }
        return span
      }.default("2s")
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [.queues(\.names, "Only these queues")],
    prose: [
      "Shows the queues with their depths, what came and went per minute over the last five minutes, when each will be empty as in \(command: "stats"), and the ready jobs of the last twenty minutes as a line; anew every \(flag: "interval"), and as wide and high as the window is. Only kept numbers are read, so it costs the same however many jobs there are.",
      .terms([
        Term("Arrows, page up and down, \(literal: "j"), \(literal: "k")", "Move."),
        Term("\(literal: "Enter")", "The newest jobs of the queue; on a job, its page."),
        Term("\(literal: "Esc")", "Back."),
        Term("\(literal: "s"), \(literal: "S")", "Sort by the next column; the other way round."),
        Term("\(literal: "/")", "Only queues with a text in their names."),
        Term("\(literal: "p")", "Pause the queue, or resume it."),
        Term("\(literal: "r")", "Replay the dead jobs of the queue."),
        Term("\(literal: "q")", "Quit."),
      ]),
      "A key that changes something runs the command that does so, on the screen as it was before: \(command: "pause"), \(command: "resume") or \(command: "dlq replay"), with the same questions. Where standard input or output is no terminal, the queues are printed once, as by \(command: "stats").",
    ],
    examples: [
      Example("qctl top", "All queues"),
      Example("qctl top -i 500ms emails reports", "Two queues, twice a second"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["stats", "queues", "tail"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(options.names, store, context) { return status }
      let terminal = context.environment("TERM") ?? ""
      guard context.streams.inputIsTerminal, context.streams.outputIsTerminal,
        !terminal.isEmpty, terminal != "dumb"
      else { return try printOnce(store, options, context) }
      return try TopSession(store, options, context).run()
    }
  }

  private static func printOnce(
    _ store: any StorageAdapter, _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let now = context.now()
    var printer = try RecordPrinter(
      .standings(at: now, byType: false), options.output, context)
    for row in try TopReading(store: store, names: options.names, now: now).rows() {
      try printer.print(row.standing)
    }
    try printer.finish()
    return .success
  }
}
