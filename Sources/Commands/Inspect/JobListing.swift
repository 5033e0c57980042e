import Jobs
import PosixIO
import Storage

/// A listing in any format: pages are asked for as they are printed, so any size costs one page.
struct JobListing {
  let filter: JobFilter
  let order: JobOrder
  let output: OutputOptions
  /// What a job looks like.
  var shape = RecordShape<Job>.jobs

  /// How many jobs a terminal gets when nobody says a number.
  private static let mostOnTerminal = 100

  /// Prints the jobs.
  ///
  /// - Returns: the ids printed, where the filter names ids; else nothing.
  func print(
    from store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> Set<JobID> {
    let now = context.now()
    let onTerminal = context.streams.outputIsTerminal
    let times = TimeDisplay(output, context, relative: onTerminal)
    context.pageRecords(output)
    var printer = try RecordPrinter(shape(times, now), output, context)
    let limit = filter.limit ?? (onTerminal && filter.ids.isEmpty ? Self.mostOnTerminal : .max)
    var pages = JobPages(of: filter, order, in: store, limit: limit, now: now)
    var listed = Set<JobID>()
    try pages.forEach { (job) throws(CommandFailure) in
      try printer.print(job)
      if !filter.ids.isEmpty { listed.insert(job.id) }
    }
    try printer.finish()
    if pages.hasMore, filter.limit == nil, onTerminal, !output.quiet {
      try context.flush()
      context.tell("only the first \(Self.mostOnTerminal) are shown; -n COUNT shows more")
    }
    return listed
  }
}
