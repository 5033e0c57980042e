import Calendar
import Jobs
import Storage

/// Changes the jobs of a plan batch by batch, and tells the truth wherever that ends.
///
/// Each batch is one atomic change, so a stop between two of them leaves both halves true: what is
/// done stays done, and the same command finds what is left (trap 16).
struct BulkBatches {
  let task: BulkTask
  let plan: Plan
  let store: any StorageAdapter
  let isAskedToStop: () -> Bool
  private(set) var pace: ReplayPace?

  /// Small enough that Ctrl-C is heard at once, and that large payloads hold nobody up for long.
  private var size: Int {
    if case .edit = task.operation { 20 } else { min(200, ApplyRequest.largestBatch) }
  }

  init(
    _ task: BulkTask, _ plan: Plan, _ store: any StorageAdapter, isAskedToStop: @escaping () -> Bool
  ) {
    self.task = task
    self.plan = plan
    self.store = store
    self.isAskedToStop = isAskedToStop
    pace = task.pace()
  }

  /// Changes some jobs of the plan.
  ///
  /// The last batch ends the command, and keeps its record in the log.
  ///
  /// - Returns: `false` if it was asked to stop before all were through.
  /// - Throws: what a store refused, after telling how many were done before.
  mutating func apply(
    _ items: [PlanItem], _ tally: inout BulkTally, _ printer: inout OutcomePrinter
  ) throws(CommandFailure) -> Bool {
    let progress = Progress(task.context, quiet: task.options.output.quiet)
    var start = 0
    while start < items.count {
      guard !isAskedToStop() else {
        progress.clear()
        tellStop(tally, items.count - start)
        return false
      }
      let batch = placed(items[start..<min(start + size, items.count)])
      let outcomes: [ItemOutcome]
      do {
        var request = task.request(batch, of: plan)
        if start + batch.count == items.count {
          request.ending = task.record(tally.changed, of: plan)
        }
        outcomes = try store.apply(request)
      } catch {
        progress.clear()
        printer.finish()
        tellFailure(tally, items.count - start)
        throw CommandFailure(error)
      }
      progress.clear()
      for (item, outcome) in zip(batch, outcomes) {
        tell(ItemReport(item, from: outcome), &tally, &printer)
      }
      printer.flush()
      start += batch.count
      if start < items.count { progress.show(task.verb.past, start, of: items.count) }
    }
    progress.clear()
    return true
  }

  private mutating func placed(_ items: ArraySlice<PlanItem>) -> [PlanItem] {
    pace?.place(Array(items), at: task.context.now()) ?? Array(items)
  }

  private func tell(
    _ report: ItemReport, _ tally: inout BulkTally, _ printer: inout OutcomePrinter
  ) {
    tally.add(report)
    printer.print(report)
    if let complaint = report.complaint(task.verb) { task.context.tell(complaint) }
  }

  private func tellStop(_ tally: BulkTally, _ remaining: Int) {
    let jobs = task.verb.jobs(remaining)
    task.context.tell(
      "stopped: \(tally.sentence(task.verb)); \(jobs) remain\(remaining == 1 ? "s" : ""). "
        + "Run the same command again\(change) for the rest")
  }

  /// The batch that failed counts as not confirmed: its commit may have been made and not synced.
  private func tellFailure(_ tally: BulkTally, _ remaining: Int) {
    let jobs = task.verb.jobs(remaining)
    let next = change.isEmpty ? "" : ". Go on\(change)"
    task.context.tell(
      "\(tally.sentence(task.verb)) before this failed; \(jobs) not confirmed\(next)")
  }

  /// What the same command needs so that it goes on where this one stopped.
  private var change: String {
    if let pace {
      let delay = DurationText.text(pace.delayOfNext(at: task.context.now()).milliseconds)
      return " with --delay \(delay)" + (task.options.at == nil ? "" : " in place of --at")
    }
    return task.options.exportFile == nil ? "" : " with another file for --export"
  }
}
