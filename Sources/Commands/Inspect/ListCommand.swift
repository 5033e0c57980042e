import CommandLineSpec
import Jobs
import Storage

/// `qctl list`: jobs that a filter selects, newest first, streamed page by page.
enum ListCommand {
  static let command = Command<JobListOptions, Action>(
    "list", "List jobs, newest first", defaults: JobListOptions(),
    flags: JobListOptions.flags(FilterOptions.flags),
    operands: [.jobs(\.operands, "Jobs to list")],
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
    _ options: JobListOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let ids = try options.ids(in: context) else { return .success }
    let filter = options.filter.filter(ids: ids)
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(filter, store, context) { return status }
      let listing = JobListing(filter: filter, order: .newestFirst, output: options.output)
      let listed = try listing.print(from: store, context)
      return try MissingJobs.report(ids, listed, store, context)
    }
  }
}
