import Jobs
import PosixIO
import Storage
import Text

/// Accepts all jobs of an NDJSON file, or none.
///
/// The source is read once: each line is checked as it is read, and the store takes the jobs in steps
/// that nobody sees before the last. A file that is short enough is checked to its end before the
/// store is even opened. Memory stays at one read buffer and the jobs of one step.
struct BulkEnqueue {
  let source: String
  let template: NewJob
  let options: EnqueueCommand.Options

  func run(in context: CommandContext) throws(CommandFailure) -> ExitStatus {
    let lines = JobLines(
      try BulkFile(source, context), template: template, isChained: options.isChained,
      now: context.now())
    try lines.readAhead()
    guard !lines.isEmpty else {
      if options.json { try report(BulkResult(created: 0, existing: 0), context) }
      if !options.output.quiet { context.tell("no jobs in \(lines.name)") }
      return .success
    }
    let progress = Progress(context, quiet: options.output.quiet)
    let result = try options.store.withStore(.create, in: context) { store throws(CommandFailure) in
      try accept(lines, into: store, progress)
    }
    try report(result, context)
    return .success
  }

  /// The batch that was asked for.
  private var batch: NewBatch? {
    guard let name = options.batch else { return nil }
    var batch = NewBatch(name: name)
    if let type = options.then {
      var follower = template
      follower.queue = options.thenQueue ?? template.queue
      follower.type = type
      follower.runAt = nil
      follower.after = []
      follower.onParentFailure = .run
      batch.follower = follower
    }
    return batch
  }

  private func accept(
    _ lines: JobLines, into store: any StorageAdapter, _ progress: Progress
  ) throws(CommandFailure) -> BulkResult {
    var failure: CommandFailure?
    do {
      let result = try store.enqueueAll(at: lines.now, as: batch) { () throws(BulkSourceError) in
        do throws(CommandFailure) {
          return try lines.next()
        } catch {
          failure = error
          throw BulkSourceError()
        }
      } progress: { count in
        progress.show("enqueueing", count, of: lines.count)
      }
      progress.clear()
      return result
    } catch {
      progress.clear()
      switch error {
      case .source: throw failure ?? .failed(.inputOutput, "cannot read \(lines.name)")
      case .job(let index, let reason): throw lines.located(CommandFailure(reason), index)
      case .storage(let reason): throw CommandFailure(reason)
      }
    }
  }

  private func report(_ result: BulkResult, _ context: CommandContext) throws(CommandFailure) {
    if options.json {
      var writer = JSONWriter(capacity: 64)
      writer.beginObject()
      writer.member("created", result.created)
      writer.member("existing", result.existing)
      if options.batch != nil {
        writer.optional("batch", result.batch?.id.description)
        writer.optional("follower", result.batch?.follower?.description)
      }
      writer.endObject()
      return try context.writeLine(writer.buffer.text)
    }
    if let batch = result.batch { try context.writeLine(batch.id.description) }
    guard !options.output.quiet else { return }
    let known =
      result.existing > 0
      ? "; \(result.existing) \(result.existing == 1 ? "was" : "were") there already" : ""
    context.tell("enqueued \(result.created) \(result.created == 1 ? "job" : "jobs")\(known)")
  }
}
