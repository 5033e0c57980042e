import CommandLineSpec
import Jobs
import Storage

/// `qctl schedule run`: the job of a schedule at once, outside of its ticks.
enum ScheduleRunCommand {
  static let command = Command<ScheduleActingOptions, Action>(
    "schedule run", "Make a schedule's job now, outside of its ticks",
    defaults: ScheduleActingOptions(), flags: ScheduleActingOptions.flags,
    operands: ScheduleActingOptions.operands,
    prose: [
      "Prints the id of each job that was made. The schedule's ticks come as before, paused or not; \(literal: "--overlap") does not count here. The log keeps who did so."
    ],
    examples: [Example("id=$(qctl schedule run report)", "Once more, now")],
    exits: ExitStatus.notes(.negative, .keyConflict), seeAlso: ["schedule show", "enqueue"],
    run: { Action($0, run) })

  private static func run(
    _ options: ScheduleActingOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.write, in: context) { store throws(CommandFailure) in
      guard let found = try Schedules.find(options.names, store, context) else {
        return .negative
      }
      for schedule in found {
        let now = context.now()
        let result = try stored { () throws(StorageError) in
          try store.enqueue(schedule.job(at: nil), at: now)
        }
        var record = LogRecord(
          .operation, at: now, schedule: schedule, actor: context.actor, reason: options.reason)
        record.jobID = result.id
        record.verb = "schedule run"
        (record.planned, record.changed) = (1, result.created ? 1 : 0)
        try stored { () throws(StorageError) in try store.record([record]) }
        try context.writeLine(result.id.description)
      }
      return .success
    }
  }
}
