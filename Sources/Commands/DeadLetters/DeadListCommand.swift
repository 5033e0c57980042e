import CommandLineSpec
import Jobs
import Storage

/// `qctl dlq list`: dead jobs that a filter selects, the latest death first.
enum DeadListCommand {
  static let command = Command<JobListOptions, Action>(
    "dlq list", "List dead jobs, the latest death first", defaults: JobListOptions(),
    flags: JobListOptions.flags(FilterOptions.flagsWithoutState),
    operands: [.jobs(\.operands, "Jobs to list")],
    prose: [
      "Ages count from the job's death: \(literal: "--newer-than 1h") is what died within the hour. On a terminal at most 100 jobs are shown; into a pipe or a file, all that match."
    ],
    examples: [
      Example("qctl dlq list -q emails", "What died in one queue"),
      Example("qctl dlq list --newer-than 1h --error timeout", "What a recent trouble killed"),
      Example("qctl dlq list --ids | qctl dlq replay --yes -", "Ids for another command"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .badData),
    seeAlso: ["dlq groups", "dlq show", "dlq replay", "dlq purge", "list"],
    run: { Action($0, run) })

  private static func run(
    _ options: JobListOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let ids = try options.ids(in: context) else { return .success }
    let filter = BulkVerb.replay.filter(options.filter, ids: ids)
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(filter, store, context) { return status }
      let listing = JobListing(
        filter: filter, order: .latestFinishedFirst, output: options.output,
        shape: RecordShape.deadJobs)
      let listed = try listing.print(from: store, context)
      return try DeadLetters.report(ids, listed, store, context)
    }
  }
}
