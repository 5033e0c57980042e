import Jobs
import PosixIO
import Storage
import Text

/// Accepts all jobs of an NDJSON file, or none.
///
/// The file is read twice: first every line is checked, so that a bad line costs nothing and holds
/// nothing; then the jobs go into the store in one atomic step. Standard input is spooled to a file
/// without a name, since it can't be read twice. Memory stays at one read buffer and one line.
struct BulkEnqueue {
  let source: String
  let template: NewJob
  let options: EnqueueCommand.Options

  func run(in context: CommandContext) throws(CommandFailure) -> ExitStatus {
    let file = try BulkFile(source, context)
    let progress = Progress(context, quiet: options.output.quiet)
    let now = context.now()
    let total = try check(file, now, progress)
    guard total > 0 else {
      if !options.output.quiet { context.tell("no jobs in \(file.name)") }
      return .success
    }
    let result = try options.store.withStore(.create, in: context) { store throws(CommandFailure) in
      try accept(file, into: store, of: total, now, progress)
    }
    try report(result, context)
    return .success
  }

  private func check(
    _ file: BulkFile, _ now: Instant, _ progress: Progress
  ) throws(CommandFailure) -> Int {
    var lines = try file.lines()
    var count = 0
    while let line = try lines.next() {
      _ = try job(line, file, now)
      count += 1
      if count % Progress.step == 0 { progress.show("checking", count, of: nil) }
    }
    return count
  }

  private func accept(
    _ file: BulkFile, into store: any StorageAdapter, of total: Int, _ now: Instant,
    _ progress: Progress
  ) throws(CommandFailure) -> BulkResult {
    var lines = try file.lines()
    var failure: CommandFailure?
    var number = 0
    do {
      let result = try store.enqueueAll(at: now) { () throws(BulkSourceError) in
        do throws(CommandFailure) {
          guard let line = try lines.next() else { return nil }
          number = line.number
          return try job(line, file, now)
        } catch {
          failure = error
          throw BulkSourceError()
        }
      } progress: { count in
        progress.show("enqueueing", count, of: total)
      }
      progress.clear()
      return result
    } catch {
      progress.clear()
      switch error {
      case .source: throw failure ?? .failed(.inputOutput, "cannot read \(file.name)")
      case .job(_, let reason): throw located(CommandFailure(reason), file, number)
      case .storage(let reason): throw CommandFailure(reason)
      }
    }
  }

  private func job(
    _ line: BulkFile.Line, _ file: BulkFile, _ now: Instant
  ) throws(CommandFailure) -> NewJob {
    do {
      return try JobLine.parse(line.bytes, template: template, now: now)
    } catch {
      throw .failed(
        .badData, "\(file.name), line \(line.number): \(error.reason); nothing was enqueued")
    }
  }

  private func located(
    _ failure: CommandFailure, _ file: BulkFile, _ number: Int
  ) -> CommandFailure {
    guard case .failed(let status, let sentence) = failure else { return failure }
    return .failed(status, "\(file.name), line \(number): \(sentence); nothing was enqueued")
  }

  private func report(_ result: BulkResult, _ context: CommandContext) throws(CommandFailure) {
    if options.json {
      var writer = JSONWriter(capacity: 64)
      writer.beginObject()
      writer.member("created", result.created)
      writer.member("existing", result.existing)
      writer.endObject()
      return try context.writeLine(writer.buffer.text)
    }
    guard !options.output.quiet else { return }
    let known = result.existing > 0 ? "; \(result.existing) were there already" : ""
    context.tell("enqueued \(result.created) \(result.created == 1 ? "job" : "jobs")\(known)")
  }
}
