import CommandLineSpec
import Jobs
import Storage

/// `qctl dlq replay`, also `qctl replay`: puts dead jobs back to work.
enum ReplayCommand {
  static let command = Command<BulkOptions, Action>(
    "dlq replay", "Put dead jobs back to work", defaults: BulkOptions(),
    flags: BulkOptions.flags(
      FilterOptions.flagsWithoutState,
      own: BulkOptions.timeFlags + ReplayOptions.flags.lifted(\.replay), for: .replay),
    operands: BulkOptions.operands,
    prose: [
      "Each job comes back under the same id, its failures forgotten, oldest first, in batches of which each is one atomic change: Ctrl-C stops between two, says how many are left, and the same command goes on. Ages count from the job's death.",
      "Jobs named by id are replayed at once. For a filter, or ids from standard input, qctl first shows how many jobs are meant and asks; where it cannot ask it needs \(flag: "yes").",
      "With \(flag: "rate") the jobs come back spread over time: each gets a time of its own in the store, so nothing has to stay running. Of a rate of N a second, the times lie (1000 + 100) / N milliseconds apart: a worker may claim up to 100 ms late, and still no more than N begin in any second; of a minute or an hour the same. The first comes after a second, or when \(flag: "delay") or \(flag: "at") says. Where it is stopped, it says from which \(flag: "delay") on the rest should come.",
      "With \(flag: "to") the jobs go into another queue, which is made where there is none; their ids and all that is known of them go with them.",
      "Jobs that were replayed five times and died each time are left alone, and counted: what fails always would go round for ever. \(flag: "max-replays") says another number. Jobs named by id are always taken, unless it is given.",
      "A job whose unique key another live job holds stays dead, and is named.",
    ],
    examples: [
      Example("qctl dlq replay 0s9xhm7hw090q", "One job"),
      Example("qctl dlq replay -q emails --error 'connection refused'", "What one outage killed"),
      Example("qctl dlq replay -q emails --newer-than 1h --dry-run", "Only show which jobs"),
      Example(
        "qctl dlq replay --error-group 9f2c4e17a0b3 --rate 20/s", "One group of errors, gently"),
      Example("qctl replay --all --yes --delay 5m", "All of them in five minutes, unasked"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .keyConflict, .badData, .interrupted),
    seeAlso: ["dlq groups", "dlq list", "dlq purge", "retry"], validate: validate,
    run: { Action($0, run) })

  private static func validate(_ options: BulkOptions) throws(UsageError) {
    try BulkSafety.check(.replay, options)
  }

  private static func run(
    _ options: BulkOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let verb = OperatorVerb.replay(at: try options.time(context), to: options.replay.target)
    return try BulkAction(.replay, verb, options, context).run()
  }
}
