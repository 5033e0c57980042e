import CommandLineSpec
import Jobs
import Storage

/// `qctl cancel`: withdraws jobs that have not ended; running ones are asked to stop.
enum CancelCommand {
  static let command = Command<BulkOptions, Action>(
    "cancel", "Withdraw jobs; running ones are asked to stop", defaults: BulkOptions(),
    flags: BulkOptions.flags(FilterOptions.flags, for: .cancel), operands: BulkOptions.operands,
    prose: [
      "A job that waits is cancelled at once. For a running one the wish is noted: its worker asks the handler to stop, kills it if it does not, and then ends the job as cancelled.",
      "Jobs named by id are cancelled at once. For a filter, or ids from standard input, qctl first shows how many jobs are meant and asks; where it cannot ask it needs \(flag: "yes").",
      "Nothing is lost: \(command: "retry") brings a cancelled job back.",
    ],
    examples: [
      Example("qctl cancel 0s9xhm7hw090q", "One job"),
      Example("qctl cancel -q reports --older-than 1d", "What is no longer wanted"),
      Example("qctl list -q reports --ids | qctl cancel --yes -", "Ids from another command"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .badData, .interrupted),
    seeAlso: ["retry", "purge", "list"], validate: validate,
    run: { Action($0, run) })

  private static func validate(_ options: BulkOptions) throws(UsageError) {
    try BulkSafety.check(.cancel, options)
  }

  private static func run(
    _ options: BulkOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try BulkAction(.cancel, .cancel, options, context).run()
  }
}
