import Jobs
import Storage

/// The way of every verb that changes many jobs: freeze the jobs that are meant, ask, then change
/// them in bounded batches, each job only if it still is where it was (design.md §3).
struct BulkAction {
  private let task: BulkTask

  private var verb: BulkVerb { task.verb }
  private var options: BulkOptions { task.options }
  private var context: CommandContext { task.context }

  init(
    _ verb: BulkVerb, _ operation: OperatorVerb, _ options: BulkOptions, _ context: CommandContext
  ) {
    task = BulkTask(verb: verb, operation: operation, options: options, context: context)
  }

  func run() throws(CommandFailure) -> ExitStatus {
    var printer = try OutcomePrinter(options.output, context)
    let ids = try options.operands.ids(in: context)
    let filter = verb.filter(options.filter, ids: ids)
    let consent = Consent(task)
    if let path = options.exportFile { try ArchiveFile.requireNothing(at: path) }
    let intent: StoreIntent = options.acting.dryRun ? .read : .write
    return try options.store.withStore(intent, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(filter, store, context) { return status }
      try consent.check()
      try UnknownQueues.tell(newly: task.operation.target, store, context)
      // No ids on standard input are no jobs; a filter without ids would mean every job.
      guard options.operands.isEmpty || !ids.isEmpty else { return finish(BulkTally()) }
      let plan = try plan(filter, store)
      let left = try leftOut(of: plan, filter, store)
      for report in left { complain(report) }
      guard !options.acting.dryRun else { return try show(plan, left, store, &printer) }
      // Without jobs there is nothing to ask about.
      let isAgreed = plan.items.isEmpty ? true : try consent.isGiven(for: plan, in: store)
      guard isAgreed else {
        context.tell("nothing was changed")
        return .negative
      }
      return try change(plan, left, store, &printer)
    }
  }

  private func plan(
    _ filter: JobFilter, _ store: any StorageAdapter
  ) throws(CommandFailure) -> Plan {
    let replays = ReplayGuard(verb, options)
    let request = PlanRequest(
      task.operation, replays?.passing(filter) ?? filter, now: context.now())
    let plan = try stored { () throws(StorageError) in try store.plan(request) }
    if !options.output.quiet { try replays?.report(filter, store, context) }
    return plan
  }

  /// What is said of jobs that were named and are not for this verb, or need it no more.
  private func leftOut(
    of plan: Plan, _ filter: JobFilter, _ store: any StorageAdapter
  ) throws(CommandFailure) -> [ItemReport] {
    let missing = plan.missing.map { ItemReport($0, .missing) }
    let unfit = plan.unfit.map { item in
      let isDone = task.operation.isDone(in: item.state)
      return ItemReport(item.id, isDone ? .alreadyDone : .notApplicable, state: item.state)
    }
    guard verb.isForDeadJobs else { return missing + unfit }
    return try missing + unfit + DeadLetters.others(among: filter, besides: plan, task, store)
  }

  private func complain(_ report: ItemReport) {
    if let complaint = report.complaint(verb) { context.tell(complaint) }
  }

  private func show(
    _ plan: Plan, _ left: [ItemReport], _ store: any StorageAdapter, _ printer: inout OutcomePrinter
  ) throws(CommandFailure) -> ExitStatus {
    var tally = BulkTally()
    for report in left + plan.items.map({ ItemReport($0.id, .planned) }) {
      tally.add(report)
      printer.print(report)
    }
    printer.finish()
    if !printer.isForMachines, !plan.items.isEmpty {
      let view = try PlanView(task, plan, in: store)
      try context.write(view.asData())
      try context.flush()
    }
    if !options.output.quiet {
      context.tell("would \(verb.name) \(verb.jobs(plan.items.count)); nothing was changed")
    }
    return tally.status
  }

  private func finish(_ tally: BulkTally, _ more: String = "") -> ExitStatus {
    if !options.output.quiet {
      context.tell(
        tally == BulkTally() ? "nothing to \(verb.name)" : tally.sentence(verb) + more)
    }
    return tally.status
  }
}

// MARK: - Changing

extension BulkAction {
  private func change(
    _ plan: Plan, _ left: [ItemReport], _ store: any StorageAdapter,
    _ printer: inout OutcomePrinter
  ) throws(CommandFailure) -> ExitStatus {
    var tally = BulkTally()
    for report in left {
      tally.add(report)
      printer.print(report)
    }
    guard !plan.items.isEmpty else {
      printer.finish()
      return finish(tally)
    }
    let isAskedToStop = context.interaction.watchForStop()
    guard let items = try exported(plan, store, &tally, &printer, isAskedToStop) else {
      return .interrupted
    }
    var batches = BulkBatches(task, plan, store, isAskedToStop: isAskedToStop)
    let isComplete: Bool
    do throws(CommandFailure) {
      isComplete = try batches.apply(items, &tally, &printer)
    } catch {
      // The store has said why it can't; that it can't keep this either is no news.
      try? store.record([task.record(tally.changed, of: plan)])
      throw error
    }
    if !isComplete || items.isEmpty { record(tally, plan, store) }
    printer.finish()
    return isComplete ? finish(tally, ending(tally, batches.pace)) : .interrupted
  }

  /// The jobs of the plan, written into a file first where that was asked for.
  ///
  /// - Returns: nil if it was asked to stop meanwhile.
  private func exported(
    _ plan: Plan, _ store: any StorageAdapter, _ tally: inout BulkTally,
    _ printer: inout OutcomePrinter, _ isAskedToStop: () -> Bool
  ) throws(CommandFailure) -> [PlanItem]? {
    guard let path = options.exportFile else { return plan.items }
    let export = PlanExport(path: path, task: task, store: store)
    guard let result = try export.write(plan.items, isAskedToStop) else {
      printer.finish()
      context.tell("stopped: nothing was exported or \(verb.past)")
      return nil
    }
    for report in result.left {
      tally.add(report)
      printer.print(report)
      complain(report)
    }
    return result.items
  }

  /// Tells the log where the command ends before its last batch.
  private func record(_ tally: BulkTally, _ plan: Plan, _ store: any StorageAdapter) {
    do {
      try store.record([task.record(tally.changed, of: plan)])
    } catch {
      guard case .failed(_, let sentence) = CommandFailure(error) else { return }
      context.tell("the log lacks a record of this command: \(sentence)")
    }
  }

  /// When the last of the jobs comes that were spread over time.
  private func ending(_ tally: BulkTally, _ pace: ReplayPace?) -> String {
    guard let pace, tally.changed > 0 else { return "" }
    return "; the last comes in \(pace.delayOfLast(at: context.now()).brief)"
  }
}
