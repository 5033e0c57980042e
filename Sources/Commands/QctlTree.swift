package import CommandLineSpec

/// The whole table of qctl: every command under its name, each built only when it is asked for.
package enum QctlTree {
  /// The version of this build.
  package static let version = "0.1.0"

  /// The tree.
  package static let tree = CommandTree<Action>(
    program: "qctl", version: version,
    summary: "Job queue, worker and operator's tool in one binary",
    sections: ["Produce", "Inspect", "Act", "Dead letters", "Work", "Store", "Self"],
    topics: HelpTopics.all,
    examples: [
      Example("id=$(qctl enqueue -q emails -t welcome --payload-file -)", "Enqueue from a script"),
      Example("qctl work -q emails -c 4 -- ./send-email", "Run each job with a program, four at once"),
      Example("qctl queues", "What waits, runs and has died"),
      Example("qctl dlq replay -q emails", "Put dead jobs back to work"),
    ],
    globals: (StoreOptions.flags.map(\.entry) + OutputOptions.common.map(\.entry)),
    entries: entries)

  private static let entries: [CommandEntry<Action>] = [
    .command("enqueue", "Accept a job and print its id", in: "Produce") {
      EnqueueCommand.command.erased
    },
    .command("list", "List jobs, newest first", in: "Inspect") { ListCommand.command.erased },
    .command("queues", "Show each queue with its counts", in: "Inspect") {
      QueuesCommand.command.erased
    },
    .command("show", "Show one job with everything known of it", in: "Inspect") {
      ShowCommand.command.erased
    },
    .command("init", "Make a store", in: "Store") { InitCommand.command.erased },
    .help("Explain a command or a topic", in: "Self"),
  ]
}
