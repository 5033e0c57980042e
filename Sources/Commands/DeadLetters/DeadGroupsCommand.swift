import CommandLineSpec
import Jobs
import Storage

/// `qctl dlq groups`: dead jobs by what their errors say, the most frequent first.
enum DeadGroupsCommand {
  static let command = Command<JobListOptions, Action>(
    "dlq groups", "Count dead jobs by their errors, the most frequent first",
    defaults: JobListOptions(),
    flags: JobListOptions.flags(filterFlags),
    operands: [.jobs(\.operands, "Only these jobs")],
    prose: [
      "Errors are of one group when they say the same but for numbers, ids, hexadecimal digits, quoted words and paths. The table has the latest error of each group as it was written; \(literal: "shape") is what all of its errors share. Jobs that died without a word are a group too.",
      "A group's name is made from what its errors share alone, so it stays the same from day to day and from store to store. Everywhere jobs are filtered, \(flag: "error-group") takes it.",
      "Ages count from the job's death. The fields are group, count, queues, types, first_seen, last_seen, example, example_id and shape; queues and types begin with that of the most jobs. On a terminal at most 100 groups are shown.",
    ],
    examples: [
      Example("qctl dlq groups", "What goes wrong most"),
      Example("qctl dlq groups -q emails --newer-than 1h -n 5", "The latest trouble of one queue"),
      Example("qctl dlq replay --error-group 9f2c4e17a0b3 --rate 20/s", "Bring one group back"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .badData),
    seeAlso: ["dlq list", "dlq show", "dlq replay", "dlq purge"],
    run: { Action($0, run) })

  private static let filterFlags: [Flag<FilterOptions>] =
    FilterOptions.flagsWithoutState.filter { $0.entry.name != "limit" } + [
      Flag.int("limit", short: "n", "COUNT", in: 1...1_000_000_000, \.limit, "At most COUNT groups")
        .section("Filter")
    ]

  private static let mostOnTerminal = 100

  private static func run(
    _ options: JobListOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let ids = try options.ids(in: context) else { return .success }
    var filter = BulkVerb.replay.filter(options.filter, ids: ids)
    filter.limit = nil
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(filter, store, context) { return status }
      var groups = ErrorGroups()
      var counted = Set<JobID>()
      var pages = JobPages(of: filter, .latestFinishedFirst, in: store, now: context.now())
      try pages.forEach { (job) throws(CommandFailure) in
        groups.add(job)
        if !ids.isEmpty { counted.insert(job.id) }
      }
      try print(groups, options, context)
      return try DeadLetters.report(ids, counted, store, context)
    }
  }

  private static func print(
    _ groups: ErrorGroups, _ options: JobListOptions, _ context: CommandContext
  ) throws(CommandFailure) {
    let onTerminal = context.streams.outputIsTerminal
    let times = TimeDisplay(options.output, context, relative: onTerminal)
    var printer = try RecordPrinter(.errorGroups(times), options.output, context)
    let all = groups.largestFirst
    let shown = all.prefix(options.filter.limit ?? (onTerminal ? mostOnTerminal : .max))
    for group in shown { try printer.print(group) }
    try printer.finish()
    try context.flush()
    if shown.count < all.count, options.filter.limit == nil, !options.output.quiet {
      context.tell("only the first \(shown.count) of \(all.count) are shown; -n COUNT shows more")
    }
    // Not even --quiet may pass over jobs that are not counted.
    if groups.others > 0 {
      context.tell(
        "there are more than \(all.count) groups: \(BulkVerb.replay.jobs(groups.others)) of others "
          + "\(groups.others == 1 ? "is" : "are") not counted. A narrower filter tells them apart")
    }
  }
}
