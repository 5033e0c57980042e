import CommandLineSpec
import Jobs
import Storage

/// `qctl dlq replay`, also `qctl replay`: puts dead jobs back to work.
enum ReplayCommand {
  static let command = Command<BulkOptions, Action>(
    "dlq replay", "Put dead jobs back to work", defaults: BulkOptions(),
    flags: BulkOptions.flags(
      FilterOptions.flagsWithoutState, own: BulkOptions.timeFlags, for: .replay),
    operands: BulkOptions.operands,
    prose: [
      "Each job comes back under the same id, its failures forgotten, oldest first, in batches of which each is one atomic change: Ctrl-C stops between two, says how many are left, and the same command goes on. Ages count from the job's death.",
      "Jobs named by id are replayed at once. For a filter, or ids from standard input, qctl first shows how many jobs are meant and asks; where it cannot ask it needs \(flag: "yes").",
      "A job whose unique key another live job holds stays dead, and is named.",
    ],
    examples: [
      Example("qctl dlq replay 0s9xhm7hw090q", "One job"),
      Example("qctl dlq replay -q emails --error 'connection refused'", "What one outage killed"),
      Example("qctl dlq replay -q emails --newer-than 1h --dry-run", "Only show which jobs"),
      Example("qctl replay --all --yes --delay 5m", "All of them in five minutes, unasked"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .keyConflict, .badData, .interrupted),
    seeAlso: ["dlq list", "dlq purge", "retry"], validate: validate,
    run: { Action($0, run) })

  private static func validate(_ options: BulkOptions) throws(UsageError) {
    try BulkSafety.check(.replay, options)
  }

  private static func run(
    _ options: BulkOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try BulkAction(.replay, .replay(at: options.time(context)), options, context).run()
  }
}
