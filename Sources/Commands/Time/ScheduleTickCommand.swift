import Calendar
import CommandLineSpec
import Engine
import Jobs
import Storage

/// `qctl schedule tick`: fires what is due, once; for cron, where no worker runs all the time.
enum ScheduleTickCommand {
  struct Options: Sendable {
    var ids = false
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "schedule tick", "Fire the schedules that are due, once", defaults: Options(),
    flags: [.switch("ids", \.ids, "Print the ids of the jobs that were made")]
      + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    prose: [
      "Workers do so by themselves, whatever queues they work for; this is for stores on which none runs all the time. As many as like may do so at once: each tick makes exactly one job. Nothing is printed but with \(flag: "ids"), and on a terminal, so that cron mails nothing.",
      "A schedule whose zone this host does not know is named and left for others; then the status is 3.",
    ],
    examples: [
      Example("qctl schedule tick", "In a crontab: * * * * * qctl schedule tick"),
      Example("qctl schedule tick --ids", "And see what was made"),
    ],
    exits: ExitStatus.notes(.partly), seeAlso: ["schedule add", "work"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.write, in: context) { store throws(CommandFailure) in
      var ticker = ScheduleTicker(store) { (name) throws(TimeZoneError) in
        try context.zones.zone(named: name)
      }
      let result = try stored { () throws(StorageError) in try ticker.tick(at: context.now()) }
      if options.ids {
        for id in result.jobs { try context.writeLine(id.description) }
      } else if context.streams.errorIsTerminal, !options.output.quiet {
        context.tell(sentence(result))
      }
      for failure in result.failures { context.tell(failure.trouble.sentence(about: failure.name)) }
      return result.failures.isEmpty ? .success : .partly
    }
  }

  private static func sentence(_ result: ScheduleTicker.Result) -> String {
    guard result.fired > 0 else { return "nothing was due" }
    let jobs = result.jobs.count == 1 ? "1 job was made" : "\(result.jobs.count) jobs were made"
    let missed =
      result.missed >= DueTicks.mostCounted ? "\(result.missed) or more" : "\(result.missed)"
    return jobs
      + (result.skipped > 0 ? ", \(result.skipped) skipped" : "")
      + (result.missed > 0 ? ", \(missed) missed" : "")
  }
}
