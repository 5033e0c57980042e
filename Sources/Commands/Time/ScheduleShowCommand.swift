import CommandLineSpec
import Jobs
import Storage
import Text

/// `qctl schedule show`: one schedule, and the job that it makes.
enum ScheduleShowCommand {
  struct Options: Sendable {
    var name: ScheduleName?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "schedule show", "Show one schedule, and the job that it makes", defaults: Options(),
    flags: OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [.schedule(\.name)],
    prose: [
      "\(flag: "json") prints the fields of \(command: "schedule list"), and the job as the member \(literal: "job")."
    ],
    examples: [
      Example("qctl schedule show report", "A page about one schedule"),
      Example("qctl schedule show report --format '{next_tick}'", "One field, for a script"),
    ],
    exits: ExitStatus.notes(.negative), seeAlso: ["schedule list", "schedule next"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let name = options.name else { return .usage }
    let isTerminal = context.streams.outputIsTerminal
    let times = TimeDisplay(options.output, context, relative: isTerminal)
    var printer = try RecordPrinter(.schedules(times, hasJob: true), options.output, context)
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      guard let schedule = try Schedules.find([name], store, context)?.first else {
        return .negative
      }
      context.pageRecords(options.output)
      if options.output.format == .table, options.output.template == nil {
        let isColoured = options.output.usesColor(isTerminal: isTerminal, context.environment)
        try context.write(page(schedule, times, isColoured: isColoured))
      } else {
        try printer.print(schedule)
      }
      try printer.finish()
      return .success
    }
  }

  private static func page(
    _ schedule: Schedule, _ times: TimeDisplay, isColoured: Bool
  ) -> [UInt8] {
    var page = FactPage(isColoured: isColoured, capacity: 1024)
    let (rule, job) = (schedule.rule, schedule.rule.job)
    page.fact("Schedule", schedule.name.description)
    page.fact("When", rule.timing.text)
    page.fact("Zone", rule.zone)
    page.fact("Next", schedule.isPaused ? "paused" : times.text(schedule.next))
    page.fact("Last", times.text(schedule.last))
    page.fact("Last job", schedule.lastJob?.description)
    page.fact("Catchup", rule.catchup.rawValue)
    page.fact("Overlap", rule.overlap.rawValue)
    page.fact("Added", times.text(schedule.createdAt))
    page.title("Job")
    page.fact("  Queue", job.queue.description)
    page.fact("  Type", job.type.description)
    page.fact("  Priority", job.priority.map { String($0.level) })
    page.fact("  Max attempts", job.maxAttempts.map { String($0) })
    page.fact("  Backoff", job.backoff?.description)
    page.fact("  Timeout", job.timeout?.brief)
    page.fact("  Unique key", job.uniqueKey)
    for tag in job.tags { page.fact("  Tag", "\(tag.name)=\(tag.value)") }
    guard !job.payload.isEmpty else { return page.bytes }
    page.title("Payload")
    page.json(job.payload)
    return page.bytes
  }
}
