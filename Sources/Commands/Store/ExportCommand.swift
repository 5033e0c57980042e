import CommandLineSpec
import Jobs
import Storage

/// `qctl export`: the whole store, or some of its jobs, as NDJSON.
enum ExportCommand {
  struct Options: Sendable {
    var operands: [JobOperand] = []
    var filter = FilterOptions()
    var file: String?
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "export", "Write the store, or some of its jobs, as lines of JSON", defaults: Options(),
    flags: flags(FilterOptions.flags), operands: operands,
    prose: [
      "Without a filter everything is written: the queues with their settings, the rules for all queues, those of health, the batches, each job with its payload, attempts, their output and its result, the requests that are remembered by idempotency keys, the schedules, the minutes and the log. With one, only the jobs that match.",
      "Each line is a JSON object; its \(literal: "kind") is \(literal: "header"), \(literal: "queue"), \(literal: "rules"), \(literal: "health"), \(literal: "batch"), \(literal: "job"), \(literal: "request"), \(literal: "schedule"), \(literal: "minute"), \(literal: "log") or \(literal: "end"), in this order. A job has the members of \(command: "show") with \(literal: "--json"), but for what it has not. A payload that is JSON and can stand in a line as it is, is \(literal: "payload"); another text is \(literal: "payload_text"); anything else is \(literal: "payload_b64"). So it comes back byte for byte. The same goes for \(literal: "result"). Tokens of leases are not written.",
      "The last line tells how many lines of each kind there are, and the SHA-256 of all lines before it, so that \(command: "import") notices a file that was cut off or changed. \(flag: "output-file") makes a file that only its owner can read, and that has its name only once it is whole.",
      "The store is read a page at a time, and workers go on meanwhile: what they change shows, or does not. For the state of one moment, pause the queues and wait for what runs.",
    ],
    examples: [
      Example("qctl export --output-file queue.ndjson", "Everything"),
      Example("qctl export -q emails --state dead | gzip > dead.ndjson.gz", "Some jobs"),
    ],
    exits: ExitStatus.notes(.negative, .partly, .badData, .cannotCreate),
    seeAlso: ["import", "migrate", "list"],
    run: { Action($0, run) })

  /// The flags, those of a filter among them.
  static func flags(_ filter: [Flag<FilterOptions>]) -> [Flag<Options>] {
    filter.lifted(\.filter) + [
      Flag.string("output-file", "FILE", \.file, "Write to FILE; - is standard output")
        .default("-").completing(.file).section("Output")
    ] + OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store)
  }

  static let operands: [Operand<Options>] = [.jobs(\.operands, "Jobs to export")]

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let ids = try options.operands.ids(in: context)
    return try export(
      options.filter.filter(ids: ids), options, context
    ) { (written, store) throws(CommandFailure) in
      try MissingJobs.report(ids, written, store, context)
    }
  }

  /// Judges which of the jobs that were named have been written.
  typealias Report = (Set<JobID>, any StorageAdapter) throws(CommandFailure) -> ExitStatus

  /// Writes what a filter selects to where the options say.
  static func export(
    _ filter: JobFilter, _ options: Options, _ context: CommandContext, _ report: Report
  ) throws(CommandFailure) -> ExitStatus {
    try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(filter, store, context) { return status }
      let output: any ArchiveOutput =
        switch options.file {
        case nil, "-": ArchiveStream(context: context)
        case .some(let path): try ArchiveFile(path)
        }
      do throws(CommandFailure) {
        // No ids on standard input are no jobs; a filter without ids would mean every job.
        let isNone = filter.ids.isEmpty && !options.operands.isEmpty
        let written = try write(isNone ? nil : filter, of: store, to: output, options, context)
        return try report(written, store)
      } catch {
        output.abandon()
        throw error
      }
    }
  }

  private static func write(
    _ filter: JobFilter?, of store: any StorageAdapter, to output: any ArchiveOutput,
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> Set<JobID> {
    let now = context.now()
    let walk = ArchiveWalk(store: store, now: now)
    let progress = Progress(context, quiet: options.output.quiet)
    var writer = try ArchiveWriter(to: output, of: store.identity, at: now.rfc3339)
    var written = Set<JobID>()
    let visit = { (part: ArchivePart) throws(CommandFailure) in
      try writer.write(part)
      if writer.counts.sum % Progress.step == 0 {
        progress.show("exporting", writer.counts.sum, of: nil)
      }
    }
    if filter == JobFilter() {
      try walk.all(visit)
    } else if let filter {
      try walk.jobs(filter) { (detail) throws(CommandFailure) in
        if !filter.ids.isEmpty { written.insert(detail.job.id) }
        try visit(.job(detail))
      }
    }
    try writer.finish()
    progress.clear()
    if !options.output.quiet { context.tell("exported \(writer.counts.text)") }
    return written
  }
}
