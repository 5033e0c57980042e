import CommandLineSpec
import Jobs

/// `qctl dlq show`: as `show`, for a job that must be dead.
enum DeadShowCommand {
  static let command = Command<ShowCommand.Options, Action>(
    "dlq show", "Show one dead job with everything known of it",
    defaults: ShowCommand.Options(), flags: ShowCommand.flags, operands: [ShowCommand.operand],
    prose: [
      "As \(command: "show"), but a job that is not dead is refused: what is looked at here is what \(command: "dlq replay") would put back to work."
    ],
    examples: [
      Example("qctl dlq show 0s9xhm7hw090q", "Why a job died"),
      Example("qctl dlq show 0s9xhm7hw090q --json", "The same for a program"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["dlq list", "dlq replay", "show"],
    run: { Action($0, run) })

  private static func run(
    _ options: ShowCommand.Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try ShowCommand.show(options, context) { job in
      guard job.state != .dead else { return nil }
      return DeadLetters.sentence(job.id, job.effectiveState(at: context.now()))
    }
  }
}
