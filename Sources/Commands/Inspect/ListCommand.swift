import CommandLineSpec
import Jobs
import Storage

/// `qctl list`: jobs that a filter selects, newest first, streamed page by page.
enum ListCommand {
  struct Options: Sendable {
    var operands: [JobOperand] = []
    var filter = FilterOptions()
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "list", "List jobs, newest first", defaults: Options(),
    flags: FilterOptions.flags.lifted(\.filter) + OutputOptions.flags.lifted(\.output)
      + StoreOptions.flags.lifted(\.store),
    operands: [
      .many("ID", \.operands, "Jobs to list; - reads ids from standard input") {
        (text) throws(ValueError) in try JobOperand.parse(text)
      }.completing(.jobID)
    ],
    prose: [
      "Lists every state unless \(flag: "state") says otherwise. On a terminal at most 100 jobs are shown; into a pipe or a file, all that match.",
      "A scheduled or retrying job whose time has come is shown as ready, whether or not a worker has taken notice.",
    ],
    examples: [
      Example("qctl list -q emails --state dead,retrying", "What is in trouble in one queue"),
      Example("qctl list --older-than 1d --ids", "Ids only, for another command"),
      Example("qctl list --format '{id} {error}'", "Two fields of each job"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .badData), seeAlso: ["show", "queues", "dlq list"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let ids = try options.operands.ids(in: context)
    // No ids on standard input are no jobs; a filter without ids would mean every job.
    if ids.isEmpty, !options.operands.isEmpty { return .success }
    let filter = options.filter.filter(ids: ids)
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(filter, store, context) { return status }
      let listing = JobListing(filter: filter, order: .newestFirst, output: options.output)
      let listed = try listing.print(from: store, context)
      return try MissingJobs.report(ids, listed, store, context)
    }
  }
}
