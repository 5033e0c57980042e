import CommandLineSpec
import Jobs
import Storage
import Text

/// `qctl pause`: workers take nothing more from a queue; what runs goes on.
enum PauseCommand {
  struct Options: Sendable {
    var names: [QueueName] = []
    var until: String?
    var reason: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "pause", "Let workers take nothing more from queues", defaults: Options(),
    flags: [
      .string("until", "INSTANT", \.until, "Resume then: RFC 3339, '2026-01-31 08:00' or '+2h'"),
      .string("reason", "TEXT", \.reason, "Why; shown by queues"),
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [.queues(minimum: 1, \.names, "The queues")],
    prose: [
      "Jobs that run go on, and new ones are accepted. A paused queue still ages: \(command: "queues") shows for how long its oldest job has waited.",
      "If one of the queues is not known, none is paused. To pause a paused queue again with another \(flag: "until") or \(flag: "reason") replaces them.",
    ],
    examples: [
      Example("qctl pause emails --reason 'mail server is down'", "Until further notice"),
      Example("qctl pause emails reports --until +2h", "Two queues, for two hours"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["resume", "queues"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let now = context.now()
    let until = try options.until.map { (text) throws(CommandFailure) in
      try InstantArgument.parse(text, flag: "--until", context)
    }
    if let until, until <= now { throw .failed(.usage, "--until: that time has passed") }
    let request = PauseRequest(
      options.names, paused: true, until: until, actor: context.actor, reason: options.reason,
      now: now)
    return try QueueSwitch(output: options.output, store: options.store).apply(request, context)
  }
}
