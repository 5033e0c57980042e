import CommandLineSpec
import Jobs
import Storage

/// `qctl retry`: waiting and ended jobs run again, now or at a given time.
enum RetryCommand {
  static let command = Command<BulkOptions, Action>(
    "retry", "Run jobs again, now or at a given time", defaults: BulkOptions(),
    flags: BulkOptions.flags(FilterOptions.flags, own: BulkOptions.timeFlags, for: .retry),
    operands: BulkOptions.operands,
    prose: [
      "A job that waits out a backoff, or for its time, waits no longer. A job that ended (completed, dead or cancelled) comes back under the same id, its failures forgotten. Ready, active and blocked jobs are left alone.",
      "Jobs named by id are changed at once. For a filter, or ids from standard input, qctl first shows how many jobs are meant and asks; where it cannot ask it needs \(flag: "yes").",
      "A job whose unique key another live job holds is left as it was.",
    ],
    examples: [
      Example("qctl retry 0s9xhm7hw090q", "One job"),
      Example("qctl retry -q emails --state retrying", "No more waiting in one queue"),
      Example("qctl retry -q emails --state retrying --delay 10m --yes", "In ten minutes, unasked"),
      Example("qctl retry --error timeout --dry-run", "Only show which jobs that would be"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .keyConflict, .badData, .interrupted),
    seeAlso: ["cancel", "dlq replay", "list"], validate: validate,
    run: { Action($0, run) })

  private static func validate(_ options: BulkOptions) throws(UsageError) {
    try BulkSafety.check(.retry, options)
  }

  private static func run(
    _ options: BulkOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try BulkAction(.retry, .retry(at: options.time(context)), options, context).run()
  }
}
