import CommandLineSpec
import Jobs
import Storage

/// `qctl purge`: removes jobs for ever, never one that runs.
enum PurgeCommand {
  static let command = Command<BulkOptions, Action>(
    "purge", "Remove jobs for ever, but never a running one", defaults: BulkOptions(),
    flags: BulkOptions.flags(FilterOptions.flags, for: .purge), operands: BulkOptions.operands,
    prose: [
      "Removes jobs with their payloads, attempts and output. Nothing brings them back; the log keeps who removed them and why (\(flag: "reason")). Active jobs are never removed: \(command: "cancel") them first.",
      "Which jobs are meant must be said by ids, by \(flag: "state"), or by \(flag: "queue") with the queue's name once more in \(flag: "confirm"). With \(flag: "all") it is \(literal: "--confirm all").",
      "Unless \(flag: "yes") is given, qctl shows how many jobs are meant and asks, for ids too.",
    ],
    examples: [
      Example("qctl purge 0s9xhm7hw090q --yes", "One job"),
      Example("qctl purge --state completed --older-than 7d", "What nobody looks at any more"),
      Example("qctl purge -q tests --confirm tests", "A whole queue, but for what runs"),
      Example("qctl purge --state cancelled --dry-run", "Only show which jobs that would be"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .badData, .interrupted),
    seeAlso: ["cancel", "dlq purge", "list"], validate: validate,
    run: { Action($0, run) })

  private static func validate(_ options: BulkOptions) throws(UsageError) {
    try BulkSafety.check(.purge, options)
  }

  private static func run(
    _ options: BulkOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try BulkAction(.purge, .purge, options, context).run()
  }
}
