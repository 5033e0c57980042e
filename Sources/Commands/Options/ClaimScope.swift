import CommandLineSpec
import Jobs

/// Which jobs a worker takes: `work` and `claim` ask alike.
struct ClaimScope: Sendable {
  var queues: [QueueName] = [.default]
  var types: [JobType] = []

  static let flags: [Flag<ClaimScope>] = [
    Flag.values(
      "queue", short: "q", "QUEUE", splitsCommas: true, \.queues,
      "Take jobs of QUEUE; of several in strict order", parse: ValueText.queue
    ).default("default").completing(.queue),
    Flag.values(
      "type", short: "t", "TYPE", splitsCommas: true, \.types, "Take only jobs of TYPE",
      parse: ValueText.type
    ).completing(.type),
  ]
}
