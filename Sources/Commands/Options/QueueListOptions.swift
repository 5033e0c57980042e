import CommandLineSpec
import Jobs

/// The options of every command that lists queues.
struct QueueListOptions: Sendable {
  var names: [QueueName] = []
  var output = OutputOptions()
  var store = StoreOptions()

  static let flags: [Flag<QueueListOptions>] =
    OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store)

  static let operands: [Operand<QueueListOptions>] = [.queues(\.names, "Only these queues")]
}
