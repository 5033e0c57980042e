import CommandLineSpec
import Jobs
import Storage

/// `qctl resume`: workers take jobs from a paused queue again.
enum ResumeCommand {
  struct Options: Sendable {
    var names: [QueueName] = []
    var reason: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "resume", "Let workers take jobs from paused queues again", defaults: Options(),
    flags: [
      .string("reason", "TEXT", \.reason, "Why, for the log")
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [.queues(minimum: 1, \.names, "The queues")],
    prose: [
      "If one of the queues is not known, none is resumed. A queue that was not paused is said to be so."
    ],
    examples: [Example("qctl resume emails", "One queue")],
    exits: ExitStatus.notes(.negative), seeAlso: ["pause", "queues"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let request = PauseRequest(
      options.names, paused: false, actor: context.actor, reason: options.reason,
      now: context.now())
    return try QueueSwitch(output: options.output, store: options.store).apply(request, context)
  }
}
