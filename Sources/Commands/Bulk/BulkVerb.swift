import Jobs

/// What the shared flow must know of a verb that changes many jobs.
struct BulkVerb: Sendable {
  /// As it is called: `retry`.
  let name: String
  /// As told afterwards: `retried`.
  let past: String
  /// Only dead jobs are meant, and ages count from their death.
  let isForDeadJobs: Bool
  /// Nothing brings the jobs back.
  let isFinal: Bool

  /// As the log has it: `dlq replay`.
  var command: String { isForDeadJobs ? "dlq \(name)" : name }
  /// Whether it puts dead jobs back to work.
  var bringsBackTheDead: Bool { isForDeadJobs && !isFinal }

  static let retry = BulkVerb("retry", "retried")
  static let cancel = BulkVerb("cancel", "cancelled")
  static let purge = BulkVerb("purge", "purged", isFinal: true)
  static let move = BulkVerb("move", "moved")
  static let edit = BulkVerb("edit", "edited")
  static let replay = BulkVerb("replay", "replayed", isForDeadJobs: true)
  static let purgeDead = BulkVerb("purge", "purged", isForDeadJobs: true, isFinal: true)

  private init(
    _ name: String, _ past: String, isForDeadJobs: Bool = false, isFinal: Bool = false
  ) {
    self.name = name
    self.past = past
    self.isForDeadJobs = isForDeadJobs
    self.isFinal = isFinal
  }

  /// The jobs that these flags mean, for these ids.
  func filter(_ options: FilterOptions, ids: [JobID] = []) -> JobFilter {
    var filter = options.filter(ids: ids)
    guard isForDeadJobs else { return filter }
    filter.states.anyOf = [.dead]
    filter.ageOrigin = .death
    return filter
  }

  /// `1 job`, `42 dead jobs`.
  func jobs(_ count: Int) -> String {
    "\(count) \(isForDeadJobs ? "dead " : "")job\(count == 1 ? "" : "s")"
  }
}
