import CommandLineSpec
import Jobs
import Storage

/// `qctl queues`: every queue with its counts, from numbers that the store keeps.
enum QueuesCommand {
  static let command = Command<QueueListOptions, Action>(
    "queues", "Show each queue with its counts and its oldest waiting job",
    defaults: QueueListOptions(),
    flags: QueueListOptions.flags, operands: QueueListOptions.operands,
    prose: [
      "A job whose time has come counts as ready. OLDEST is how long the longest-waiting ready job has been due: look at it first, since a queue can be short and stand still.",
      "Counts are kept with every change, so this costs the same however many jobs there are. A narrow terminal shows the columns that matter most; a pipe gets all.",
    ],
    examples: [
      Example("qctl queues", "All queues"),
      Example("qctl queues emails --json", "One queue, for a program"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["list", "pause", "dlq list"],
    run: { Action($0, run) })

  private static func run(
    _ options: QueueListOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(options.names, store, context) { return status }
      let now = context.now()
      let all = try stored { () throws(StorageError) in try store.queues(at: now) }
      let times = TimeDisplay(
        options.output, context, relative: context.streams.outputIsTerminal)
      context.pageRecords(options.output)
      var printer = try RecordPrinter(.queues(times, at: now), options.output, context)
      for queue in all where options.names.isEmpty || options.names.contains(queue.queue) {
        try printer.print(queue)
      }
      try printer.finish()
      return .success
    }
  }
}
