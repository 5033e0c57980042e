import Jobs
import Storage

/// The way of every verb that changes many jobs: freeze the jobs that are meant, ask, then change
/// them in bounded batches, each job only if it still is where it was (design.md §3).
struct BulkAction {
  private let verb: BulkVerb
  private let operation: OperatorVerb
  private let options: BulkOptions
  private let context: CommandContext

  init(
    _ verb: BulkVerb, _ operation: OperatorVerb, _ options: BulkOptions, _ context: CommandContext
  ) {
    self.verb = verb
    self.operation = operation
    self.options = options
    self.context = context
  }

  func run() throws(CommandFailure) -> ExitStatus {
    var printer = try OutcomePrinter(options.output, context)
    let ids = try options.operands.ids(in: context)
    let filter = verb.filter(options.filter, ids: ids)
    let consent = Consent(verb: verb, options: options, context: context)
    let intent: StoreIntent = options.acting.dryRun ? .read : .write
    return try options.store.withStore(intent, in: context) { store throws(CommandFailure) in
      if let status = try UnknownQueues.report(filter, store, context) { return status }
      try UnknownQueues.tell(newly: operation.target, store, context)
      try consent.check()
      // No ids on standard input are no jobs; a filter without ids would mean every job.
      guard options.operands.isEmpty || !ids.isEmpty else { return finish(BulkTally()) }
      let plan = try plan(filter, store)
      let left = leftOut(of: plan)
      for report in left { complain(report) }
      guard !options.acting.dryRun else { return try show(plan, left, &printer) }
      guard plan.items.isEmpty || consent.isGiven(for: plan) else {
        context.tell("nothing was changed")
        return .negative
      }
      return try change(plan, left, store, &printer)
    }
  }

  private func plan(
    _ filter: JobFilter, _ store: any StorageAdapter
  ) throws(CommandFailure) -> Plan {
    let request = PlanRequest(operation, filter, now: context.now())
    var plan = try stored { () throws(StorageError) in try store.plan(request) }
    if verb.isForDeadJobs {
      plan.unfit += try DeadLetters.others(among: filter, besides: plan, store, context)
    }
    return plan
  }

  private func leftOut(of plan: Plan) -> [ItemReport] {
    plan.missing.map { ItemReport($0, .missing) }
      + plan.unfit.map { ItemReport($0.id, .notApplicable, state: $0.state) }
  }

  private func complain(_ report: ItemReport) {
    if let complaint = report.complaint(verb) { context.tell(complaint) }
  }

  private func show(
    _ plan: Plan, _ left: [ItemReport], _ printer: inout OutcomePrinter
  ) throws(CommandFailure) -> ExitStatus {
    var tally = BulkTally()
    for report in left + plan.items.map({ ItemReport($0.id, .planned) }) {
      tally.add(report)
      printer.print(report)
    }
    printer.finish()
    if !printer.isForMachines, !plan.items.isEmpty {
      let view = PlanView(verb: verb, plan: plan, output: options.output, context: context)
      try context.write(view.asData())
      try context.flush()
    }
    if !options.output.quiet {
      context.tell("would \(verb.name) \(verb.jobs(plan.items.count)); nothing was changed")
    }
    return tally.status
  }

  private func change(
    _ plan: Plan, _ left: [ItemReport], _ store: any StorageAdapter,
    _ printer: inout OutcomePrinter
  ) throws(CommandFailure) -> ExitStatus {
    var tally = BulkTally()
    for report in left {
      tally.add(report)
      printer.print(report)
    }
    let batches = BulkBatches(
      verb: verb, operation: operation, options: options, context: context)
    let isComplete = try batches.apply(plan.items, to: store, &tally, &printer)
    printer.finish()
    return isComplete ? finish(tally) : .interrupted
  }

  private func finish(_ tally: BulkTally) -> ExitStatus {
    if !options.output.quiet {
      context.tell(
        tally == BulkTally() ? "nothing to \(verb.name)" : tally.sentence(verb))
    }
    return tally.status
  }
}
