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
  private static let pageSize = 1000

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
    var left = filter.limit ?? (onTerminal && filter.ids.isEmpty ? Self.mostOnTerminal : .max)
    var cursor: JobCursor?
    var listed = Set<JobID>()
    var hasMore = false
    repeat {
      let size = min(left, Self.pageSize)
      let request = JobPageRequest(filter, order: order, after: cursor, size: size, now: now)
      let page = try stored { () throws(StorageError) in try store.page(request) }
      for job in page.jobs {
        try printer.print(job)
        if !filter.ids.isEmpty { listed.insert(job.id) }
      }
      left -= page.jobs.count
      cursor = page.next
      hasMore = cursor != nil
    } while hasMore && left > 0
    try printer.finish()
    if hasMore, filter.limit == nil, onTerminal, !output.quiet {
      try context.flush()
      context.tell("only the first \(Self.mostOnTerminal) are shown; -n COUNT shows more")
    }
    return listed
  }
}
