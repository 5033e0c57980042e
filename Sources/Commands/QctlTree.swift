package import CommandLineSpec

/// The whole table of qctl: every command under its name, each built only when it is asked for.
package enum QctlTree {
  /// The version of this build.
  package static let version = "0.1.0"
  /// The day of this version, which its manual pages carry.
  package static let releaseDate = "2026-11-21"

  /// The tree.
  package static let tree = CommandTree<Action>(
    program: "qctl", version: version,
    summary: "Job queue, worker and operator's tool in one binary",
    sections: [
      "Produce", "Inspect", "Act", "Dead letters", "Work", "Time", "Watch", "Store", "Self",
    ],
    topics: HelpTopics.all,
    examples: [
      Example("id=$(qctl enqueue -q emails -t welcome --payload-file -)", "Enqueue from a script"),
      Example(
        "qctl work -q emails -c 4 -- ./send-email", "Run each job with a program, four at once"),
      Example("qctl queues", "What waits, runs and has died"),
      Example("qctl dlq replay -q emails", "Put dead jobs back to work"),
    ],
    globals: (StoreOptions.flags.map(\.entry) + OutputOptions.common.map(\.entry)),
    entries: entries)

  private static let entries: [CommandEntry<Action>] = [
    .command("enqueue", "Accept a job and print its id; or many with --bulk", in: "Produce") {
      EnqueueCommand.command.erased
    },
    .command("list", "List jobs, newest first", in: "Inspect") { ListCommand.command.erased },
    .command("queues", "Show each queue with its counts and its oldest waiting job", in: "Inspect")
    {
      QueuesCommand.command.erased
    },
    .command(
      "stats", "Show rates, waiting and run times, and when each queue will be empty", in: "Inspect"
    ) {
      StatsCommand.command.erased
    },
    .command("show", "Show one job with everything known of it", in: "Inspect") {
      ShowCommand.command.erased
    },
    .group("batch", "Look at jobs that were accepted together", in: "Inspect", batches),
    .command("tail", "Show the log, and follow it", in: "Inspect") { TailCommand.command.erased },
    .command("capabilities", "Show what the store can do", in: "Inspect") {
      CapabilitiesCommand.command.erased
    },
    .command("work", "Run each job with a program", in: "Work") { WorkCommand.command.erased },
    .command("claim", "Take a job and print its id and token", in: "Work") {
      ClaimCommand.command.erased
    },
    .command("renew", "Extend the lease on a claimed job", in: "Work") {
      RenewCommand.command.erased
    },
    .command("complete", "End a claimed job as done", in: "Work") {
      CompleteCommand.command.erased
    },
    .command("fail", "End this attempt of a claimed job as failed", in: "Work") {
      FailCommand.command.erased
    },
    .command("retry", "Run jobs again, now or at a given time", in: "Act") {
      RetryCommand.command.erased
    },
    .command("cancel", "Withdraw jobs; running ones are asked to stop", in: "Act") {
      CancelCommand.command.erased
    },
    .command("purge", "Remove jobs for ever, but never a running one", in: "Act") {
      PurgeCommand.command.erased
    },
    .command("edit", "Change the payload of jobs", in: "Act") { EditCommand.command.erased },
    .command("move", "Bring jobs into another queue", in: "Act") { MoveCommand.command.erased },
    .command("pause", "Let workers take nothing more from queues", in: "Act") {
      PauseCommand.command.erased
    },
    .command("resume", "Let workers take jobs from paused queues again", in: "Act") {
      ResumeCommand.command.erased
    },
    .group("queue", "Look at the settings of queues, and change them", in: "Act", queues),
    .group("dlq", "Look at dead jobs, replay or remove them", in: "Dead letters", deadLetters),
    .command("replay", "Put dead jobs back to work", in: "Dead letters") {
      ReplayCommand.command.erased
    },
    .group("schedule", "Make jobs by the clock", in: "Time", schedules),
    .command(
      "health", "Look the queues over, for monitoring and cron", in: "Watch", further: healthRules
    ) {
      HealthCommand.command.erased
    },
    .command("top", "Watch queues on the screen, and look after them", in: "Watch") {
      TopCommand.command.erased
    },
    .command("metrics", "Write the store's numbers for Prometheus", in: "Watch") {
      MetricsCommand.command.erased
    },
    .command("init", "Make a store, or put a queue into an existing SQLite database", in: "Store") {
      InitCommand.command.erased
    },
    .command("doctor", "Look the store over for trouble, and mend it", in: "Store") {
      DoctorCommand.command.erased
    },
    .command("backup", "Copy the store while workers run", in: "Store") {
      BackupCommand.command.erased
    },
    .command("export", "Write the store, or some of its jobs, as lines of JSON", in: "Store") {
      ExportCommand.command.erased
    },
    .command("import", "Take in what export wrote", in: "Store") { ImportCommand.command.erased },
    .command("migrate", "Move everything from one store into another", in: "Store") {
      MigrateCommand.command.erased
    },
    .command("shell", "Type commands at a prompt, or run a script of them", in: "Self") {
      ShellCommand.command.erased
    },
    .command("config", "Show the settings in force and where each came from", in: "Self") {
      ConfigCommand.command.erased
    },
    .command("completion", "Print the completion script for a shell", in: "Self") {
      CompletionCommand.command.erased
    },
    .help("Explain a command or a topic", in: "Self"),
    .command("__complete", "Candidates for the word at the cursor", hidden: true) {
      CandidatesCommand.command.erased
    },
    .command("generate", "Write man/ and completions/ from the command table", hidden: true) {
      GenerateCommand.command.erased
    },
  ]

  private static let batches: [CommandEntry<Action>] = [
    .command("list", "List batches, newest first") { BatchListCommand.command.erased },
    .command("show", "Show how far a batch is") { BatchShowCommand.command.erased },
  ]

  private static let queues: [CommandEntry<Action>] = [
    .command("list", "List queues with their settings") { QueueListCommand.command.erased },
    .command("show", "Show one queue: what waits, whether it is paused, what is set") {
      QueueShowCommand.command.erased
    },
    .command("set", "Change settings of a queue, and make it known") {
      QueueSetCommand.command.erased
    },
  ]

  private static let schedules: [CommandEntry<Action>] = [
    .command("add", "Make jobs by the clock") { ScheduleAddCommand.command.erased },
    .command("list", "List schedules with their next ticks") { ScheduleListCommand.command.erased },
    .command("show", "Show one schedule, and the job that it makes") {
      ScheduleShowCommand.command.erased
    },
    .command("next", "Show when schedules come next") { ScheduleNextCommand.command.erased },
    .command("pause", "Let schedules make no jobs") { SchedulePauseCommand.command.erased },
    .command("resume", "Let paused schedules make jobs again") {
      ScheduleResumeCommand.command.erased
    },
    .command("remove", "Remove schedules; their jobs stay") {
      ScheduleRemoveCommand.command.erased
    },
    .command("run", "Make a schedule's job now, outside of its ticks") {
      ScheduleRunCommand.command.erased
    },
    .command("tick", "Fire the schedules that are due, once") {
      ScheduleTickCommand.command.erased
    },
  ]

  private static let healthRules: [CommandEntry<Action>] = [
    .command("set", "Keep a rule of health in the store") { HealthSetCommand.command.erased },
    .command("list", "List the rules of health that the store keeps") {
      HealthListCommand.command.erased
    },
    .command("remove", "Remove kept rules of health") { HealthRemoveCommand.command.erased },
  ]

  private static let deadLetters: [CommandEntry<Action>] = [
    .command("list", "List dead jobs, the latest death first") { DeadListCommand.command.erased },
    .command("groups", "Count dead jobs by their errors, the most frequent first") {
      DeadGroupsCommand.command.erased
    },
    .command("show", "Show one dead job with everything known of it") {
      DeadShowCommand.command.erased
    },
    .command("replay", "Put dead jobs back to work") { ReplayCommand.command.erased },
    .command("export", "Write dead jobs as lines of JSON") { DeadExportCommand.command.erased },
    .command("purge", "Remove dead jobs for ever") { DeadPurgeCommand.command.erased },
  ]
}
