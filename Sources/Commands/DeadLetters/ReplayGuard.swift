import Jobs
import Storage

/// Leaves jobs alone that were brought back again and again and died each time.
///
/// Without it a replay on a timer would go on for ever with what can't succeed. Whoever names jobs
/// by id means just those.
struct ReplayGuard {
  /// After how many replays a job is left alone, unless something else is said.
  static let usual = 5

  /// From how many replays on.
  private let most: Int64

  /// - Returns: nil where every job may come back.
  init?(_ verb: BulkVerb, _ options: BulkOptions) {
    guard verb.bringsBackTheDead else { return nil }
    if let said = options.replay.maxReplays {
      most = Int64(said)
    } else if !options.namesJobsOnly {
      most = Int64(Self.usual)
    } else {
      return nil
    }
  }

  /// The filter without the jobs to be left alone.
  func passing(_ filter: JobFilter) -> JobFilter {
    narrowed(filter, to: 0...(most - 1))
  }

  /// Says how many jobs are left alone, and how to take them too.
  func report(
    _ filter: JobFilter, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) {
    var count = 0
    var highest: Int64 = 0
    var pages = JobPages(
      of: narrowed(filter, to: most...(.max)), .latestFinishedFirst, in: store, now: context.now())
    try pages.forEach { (job) throws(CommandFailure) in
      count += 1
      highest = max(highest, job.replays)
    }
    guard count > 0 else { return }
    let times = most == 1 ? "before" : "\(most) times or more"
    let (verb, them) = count == 1 ? ("was", "it") : ("were", "them")
    context.tell(
      "\(BulkVerb.replay.jobs(count)) \(verb) replayed \(times) and left alone: "
        + "--max-replays \(highest &+ 1) takes \(them) too")
  }

  private func narrowed(_ filter: JobFilter, to range: ClosedRange<Int64>) -> JobFilter {
    var filter = filter
    let wanted = filter.replays ?? 0...(.max)
    // No job was brought back so often: an empty range.
    filter.replays = wanted.overlaps(range) ? wanted.clamped(to: range) : .max ... .max
    return filter
  }
}
