import CommandLineSpec
import Jobs
import Storage

/// `qctl dlq purge`: removes dead jobs for ever.
enum DeadPurgeCommand {
  static let command = Command<BulkOptions, Action>(
    "dlq purge", "Remove dead jobs for ever", defaults: BulkOptions(),
    flags: BulkOptions.flags(FilterOptions.flagsWithoutState, for: .purgeDead),
    operands: BulkOptions.operands,
    prose: [
      "Removes dead jobs with their payloads, attempts and output. Nothing brings them back; the log keeps who removed them and why (\(flag: "reason")). Ages count from the job's death.",
      "All dead jobs of a queue need the queue's name once more in \(flag: "confirm"); with \(flag: "all") it is \(literal: "--confirm all"). Unless \(flag: "yes") is given, qctl shows how many jobs are meant and asks, for ids too.",
    ],
    examples: [
      Example("qctl dlq purge 0s9xhm7hw090q --yes", "One job"),
      Example("qctl dlq purge -q emails --older-than 30d", "What died long ago"),
      Example("qctl dlq purge -q tests --confirm tests", "All that died in one queue"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .badData, .interrupted),
    seeAlso: ["dlq list", "dlq replay", "purge"], validate: validate,
    run: { Action($0, run) })

  private static func validate(_ options: BulkOptions) throws(UsageError) {
    try BulkSafety.check(.purgeDead, options)
  }

  private static func run(
    _ options: BulkOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try BulkAction(.purgeDead, .purge, options, context).run()
  }
}
