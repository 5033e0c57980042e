import CommandLineSpec
import Jobs
import Storage

/// `qctl dlq export`: dead jobs as NDJSON, whole.
enum DeadExportCommand {
  static let command = Command<ExportCommand.Options, Action>(
    "dlq export", "Write dead jobs as lines of JSON", defaults: ExportCommand.Options(),
    flags: ExportCommand.flags(FilterOptions.flagsWithoutState), operands: ExportCommand.operands,
    prose: [
      "As \(command: "export"), but only for dead jobs, each with its payload, its attempts and their output, and what operators did to it. Ages count from the job's death. \(command: "import") takes the file in.",
      "To keep what is then removed, \(command: "dlq purge") has \(flag: "export", of: "dlq purge"): it removes exactly the jobs that it has written.",
    ],
    examples: [
      Example("qctl dlq export --output-file dead.ndjson", "All of them"),
      Example("qctl dlq export --error-group 9f2c4e17a0b3 | jq .payload", "What one error killed"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .badData, .cannotCreate),
    seeAlso: ["dlq list", "dlq purge", "export", "import"],
    run: { Action($0, run) })

  private static func run(
    _ options: ExportCommand.Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let ids = try options.operands.ids(in: context)
    let filter = BulkVerb.replay.filter(options.filter, ids: ids)
    return try ExportCommand.export(
      filter, options, context
    ) { (written, store) throws(CommandFailure) in
      try DeadLetters.report(ids, written, store, context)
    }
  }
}
