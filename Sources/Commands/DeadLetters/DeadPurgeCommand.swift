import CommandLineSpec
import Jobs
import Storage

/// `qctl dlq purge`: removes dead jobs for ever.
enum DeadPurgeCommand {
  static let command = Command<BulkOptions, Action>(
    "dlq purge", "Remove dead jobs for ever", defaults: BulkOptions(),
    flags: BulkOptions.flags(FilterOptions.flagsWithoutState, own: exportFlag, for: .purgeDead),
    operands: BulkOptions.operands,
    prose: [
      "Removes dead jobs with their payloads, attempts and output. Nothing brings them back; the log keeps who removed them and why (\(flag: "reason")). Ages count from the job's death.",
      "All dead jobs of a queue need the queue's name once more in \(flag: "confirm"); with \(flag: "all") it is \(literal: "--confirm all"). Unless \(flag: "yes") is given, qctl shows how many jobs are meant and asks, for ids too.",
      "With \(flag: "export") the jobs are first written to a file, as \(command: "dlq export") does, which only its owner can read; \(command: "import") brings them back. Nothing is removed before the file is whole and synced, and then just the jobs in it, each only if it did not change meanwhile. If the file can't be written, nothing is removed. A file that is there already is never replaced.",
    ],
    examples: [
      Example("qctl dlq purge 0s9xhm7hw090q --yes", "One job"),
      Example("qctl dlq purge -q emails --older-than 30d", "What died long ago"),
      Example(
        "qctl dlq purge -q emails --error-group 9f2c4e17a0b3 --export dead.ndjson",
        "One group of errors, kept in a file"),
      Example("qctl dlq purge -q tests --confirm tests", "All that died in one queue"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .badData, .cannotCreate, .interrupted),
    seeAlso: ["dlq export", "dlq list", "dlq replay", "purge"], validate: validate,
    run: { Action($0, run) })

  private static let exportFlag: [Flag<BulkOptions>] = [
    .value("export", "FILE", \.exportFile, "Write the jobs to FILE before they are removed") {
      (text) throws(ValueError) in
      guard !text.isEmpty, text != "-" else { throw .malformed("is no name of a file") }
      return text
    }.completing(.file)
  ]

  private static func validate(_ options: BulkOptions) throws(UsageError) {
    try BulkSafety.check(.purgeDead, options)
  }

  private static func run(
    _ options: BulkOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try BulkAction(.purgeDead, .purge, options, context).run()
  }
}
