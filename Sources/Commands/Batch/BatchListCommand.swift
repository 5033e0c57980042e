import CommandLineSpec
import Jobs
import Storage

/// `qctl batch list`: the batches of a store.
enum BatchListCommand {
  struct Options: Sendable {
    var limit: Int?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "batch list", "List batches, newest first", defaults: Options(),
    flags: [
      .int("limit", short: "n", "COUNT", in: 1...1_000_000_000, \.limit, "At most COUNT batches")
    ] + OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: [
      "A batch is what \(command: "enqueue") made with \(literal: "--bulk") and \(literal: "--batch"). It is running while some of its jobs is unfinished, completed when all are completed, and failed when the others are dead or cancelled. Its counts stay when its jobs are removed; the batch itself is removed 90 days after its end."
    ],
    examples: [
      Example("qctl batch list", "All batches"),
      Example("qctl batch list --format '{id} {unfinished}'", "What is left of each"),
    ],
    exits: ExitStatus.notes(), seeAlso: ["batch show", "enqueue"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let times = TimeDisplay(options.output, context, relative: context.streams.outputIsTerminal)
    var printer = try RecordPrinter(
      RecordShape<BatchSummary>.batches(times), options.output, context)
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      context.pageRecords(options.output)
      var left = options.limit ?? .max
      var request = BatchPageRequest(size: 200)
      while left > 0 {
        let page = try stored { () throws(StorageError) in try store.batches(request) }
        for batch in page.prefix(left) { try printer.print(batch) }
        left -= page.count
        guard page.count == request.size, let last = page.last else { break }
        request.after = last.id
      }
      try printer.finish()
      return .success
    }
  }
}
