import Jobs
import Storage

/// Jobs that `dlq` was given by id and that are not dead.
enum DeadLetters {
  /// Finds them: a filter for dead jobs passes over them in silence.
  static func others(
    among filter: JobFilter, besides plan: Plan, _ store: any StorageAdapter,
    _ context: CommandContext
  ) throws(CommandFailure) -> [PlanItem] {
    let known = Set(plan.items.map(\.id) + plan.unfit.map(\.id) + plan.missing)
    return try others(among: filter.ids.filter { !known.contains($0) }, store, context)
  }

  /// Names each id that was not listed and is no dead job.
  static func report(
    _ ids: [JobID], _ listed: Set<JobID>, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let others = try others(among: ids.filter { !listed.contains($0) }, store, context)
    for other in others { context.tell(sentence(other.id, other.state)) }
    let status = try MissingJobs.report(ids, listed, store, context)
    guard status == .success, !others.isEmpty else { return status }
    return listed.isEmpty ? .negative : .partly
  }

  /// Why a job is not for `dlq`.
  static func sentence(_ id: JobID, _ state: JobState) -> String {
    "job \(id) is \(state.rawValue), not dead"
  }

  private static func others(
    among ids: [JobID], _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> [PlanItem] {
    var others: [PlanItem] = []
    for id in ids {
      let found = try stored { () throws(StorageError) in try store.job(id) }
      guard let job = found?.job, job.state != .dead else { continue }
      others.append(PlanItem(id: id, state: job.effectiveState(at: context.now())))
    }
    return others
  }
}
