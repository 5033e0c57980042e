import Jobs
import Storage

/// Jobs that `dlq` was given by id and that are not dead.
enum DeadLetters {
  /// Finds them: a filter for dead jobs passes over them in silence.
  ///
  /// What was replayed before and lives, or has ended well, is what a replay would have made of it.
  static func others(
    among filter: JobFilter, besides plan: Plan, _ task: BulkTask, _ store: any StorageAdapter
  ) throws(CommandFailure) -> [ItemReport] {
    let known = Set(plan.items.map(\.id) + plan.unfit.map(\.id) + plan.missing)
    let jobs = try others(among: filter.ids.filter { !known.contains($0) }, store)
    return jobs.map { job in
      let isReplayed =
        task.verb.bringsBackTheDead && job.replays > 0 && job.state != .cancelled
      return ItemReport(
        job.id, isReplayed ? .alreadyDone : .notApplicable,
        state: job.effectiveState(at: task.context.now()))
    }
  }

  /// Names each id that was not listed and is no dead job.
  static func report(
    _ ids: [JobID], _ listed: Set<JobID>, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let others = try others(among: ids.filter { !listed.contains($0) }, store)
    for other in others {
      context.tell(sentence(other.id, other.effectiveState(at: context.now())))
    }
    let status = try MissingJobs.report(ids, listed, store, context)
    guard status == .success, !others.isEmpty else { return status }
    return listed.isEmpty ? .negative : .partly
  }

  /// Why a job is not for `dlq`.
  static func sentence(_ id: JobID, _ state: JobState) -> String {
    "job \(id) is \(state.rawValue), not dead"
  }

  private static func others(
    among ids: [JobID], _ store: any StorageAdapter
  ) throws(CommandFailure) -> [Job] {
    var others: [Job] = []
    for id in ids {
      let found = try stored { () throws(StorageError) in try store.job(id) }
      guard let job = found?.job, job.state != .dead else { continue }
      others.append(job)
    }
    return others
  }
}
