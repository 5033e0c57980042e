import CommandLineSpec
import Jobs
import Storage

/// `qctl move`: brings jobs that may still run into another queue.
enum MoveCommand {
  struct Options: Sendable {
    var queue: QueueName?
    var bulk = BulkOptions()
  }

  static let command = Command<Options, Action>(
    "move", "Bring jobs into another queue", defaults: Options(),
    flags: [to] + BulkOptions.flags(FilterOptions.flags, for: .move).lifted(\.bulk),
    operands: BulkOptions.operands.lifted(\.bulk),
    prose: [
      "A job keeps its id, its state and its time; only its queue changes, and with it the workers that take it. Ready, scheduled, retrying, blocked and dead jobs can be moved. An active job belongs to its worker, and a completed or cancelled one stays where it ended: both are left alone, and told where they were named by id.",
      "The queue need not be known: the first job makes it. Where a known one has nearly the same name, qctl says so.",
      "Jobs named by id are moved at once. For a filter, or ids from standard input, qctl first shows how many jobs are meant and asks; where it cannot ask it needs \(flag: "yes").",
      "A job whose unique key a live job of the other queue holds stays, and both are named.",
    ],
    examples: [
      Example("qctl move 0s9xhm7hw090q --to slow", "One job"),
      Example("qctl move -q emails -t newsletter --to bulk", "What blocks the others"),
      Example("qctl move -q emails --priority 9 --to bulk --dry-run", "Only show which jobs"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .keyConflict, .badData, .interrupted),
    seeAlso: ["list", "queues", "dlq replay"], validate: validate,
    run: { Action($0, run) })

  private static let to: Flag<Options> =
    Flag.value("to", "QUEUE", \.queue, "The queue that the jobs go to") {
      (text) throws(ValueError) -> QueueName? in try ValueText.queue(text)
    }.completing(.queue)

  private static func validate(_ options: Options) throws(UsageError) {
    guard options.queue != nil else {
      throw .invalid("--to is missing: the queue that the jobs go to")
    }
    try BulkSafety.check(.move, options.bulk)
  }

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let queue = options.queue else { return .usage }
    return try BulkAction(.move, .move(to: queue), options.bulk, context).run()
  }
}
