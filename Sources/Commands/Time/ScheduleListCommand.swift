import CommandLineSpec
import Jobs
import Storage

/// `qctl schedule list`: every schedule.
enum ScheduleListCommand {
  struct Options: Sendable {
    var names: [ScheduleName] = []
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "schedule list", "List schedules with their next ticks", defaults: Options(),
    flags: OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [.schedules(\.names, "Only these schedules")],
    prose: [
      "\(flag: "ids") prints their names. \(literal: "LAST") is the latest tick that was dealt with, with a job or without."
    ],
    examples: [
      Example("qctl schedule list", "All of them"),
      Example("qctl schedule list --format '{name}\\t{next_tick}'", "For a script"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["schedule show", "schedule add"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      var schedules = try stored { () throws(StorageError) in try store.schedules() }
      if !options.names.isEmpty {
        guard let found = try Schedules.find(options.names, store, context) else {
          return .negative
        }
        schedules = found
      }
      let times = TimeDisplay(
        options.output, context, relative: context.streams.outputIsTerminal)
      var printer = try RecordPrinter(.schedules(times), options.output, context)
      context.pageRecords(options.output)
      for schedule in schedules { try printer.print(schedule) }
      try printer.finish()
      return .success
    }
  }
}

extension Operand {
  /// The names of schedules.
  static func schedules(
    minimum: Int = 0,
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [ScheduleName]>,
    _ summary: String
  ) -> Self {
    many("NAME", minimum: minimum, path(), summary, parse: ValueText.queue)
      .completing(LiveNames.schedule)
  }

  /// The name of one schedule.
  static func schedule(
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, ScheduleName?>
  ) -> Self {
    one("NAME", path(), "The schedule") { (text) throws(ValueError) -> ScheduleName? in
      try ValueText.queue(text)
    }.completing(LiveNames.schedule)
  }
}
