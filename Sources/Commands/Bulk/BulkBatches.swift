import Jobs
import Storage

/// Changes the jobs of a plan batch by batch, and tells the truth wherever that ends.
///
/// Each batch is one atomic change, so a stop between two of them leaves both halves true: what is
/// done stays done, and the same command finds what is left (trap 16).
struct BulkBatches {
  let verb: BulkVerb
  let operation: OperatorVerb
  let options: BulkOptions
  let context: CommandContext

  /// Small enough that Ctrl-C is heard at once.
  static let size = min(200, ApplyRequest.largestBatch)

  /// Changes the jobs.
  ///
  /// - Returns: `false` if it was asked to stop before all were through.
  /// - Throws: what a store refused, after telling how many were done before.
  func apply(
    _ items: [PlanItem], to store: any StorageAdapter, _ tally: inout BulkTally,
    _ printer: inout OutcomePrinter
  ) throws(CommandFailure) -> Bool {
    guard !items.isEmpty else { return true }
    let isAskedToStop = context.interaction.watchForStop()
    let progress = Progress(context, quiet: options.output.quiet)
    let actor = context.actor
    var start = 0
    while start < items.count {
      guard !isAskedToStop() else {
        progress.clear()
        tellStop(tally, items.count - start)
        return false
      }
      let batch = Array(items[start..<min(start + Self.size, items.count)])
      let request = ApplyRequest(
        operation, batch, actor: actor, reason: options.acting.reason, now: context.now())
      let reports: [ItemReport]
      do {
        reports = zip(batch, try store.apply(request)).map { ItemReport($0.id, from: $1) }
      } catch {
        progress.clear()
        printer.finish()
        tellFailure(tally, items.count - start)
        throw CommandFailure(error)
      }
      progress.clear()
      for report in reports { tell(report, &tally, &printer) }
      printer.flush()
      start += batch.count
      if start < items.count { progress.show(verb.past, start, of: items.count) }
    }
    progress.clear()
    return true
  }

  private func tell(
    _ report: ItemReport, _ tally: inout BulkTally, _ printer: inout OutcomePrinter
  ) {
    tally.add(report)
    printer.print(report)
    if let complaint = report.complaint(verb) { context.tell(complaint) }
  }

  private func tellStop(_ tally: BulkTally, _ remaining: Int) {
    context.tell(
      "stopped: \(tally.sentence(verb)); \(verb.jobs(remaining)) remain\(remaining == 1 ? "s" : ""). "
        + "Run the same command again for the rest")
  }

  /// The batch that failed counts as not confirmed: its commit may have been made and not synced.
  private func tellFailure(_ tally: BulkTally, _ remaining: Int) {
    context.tell(
      "\(tally.sentence(verb)) before this failed; \(verb.jobs(remaining)) not confirmed")
  }
}
