/// For how long a job holds its unique key (design.md §7).
package enum UniqueScope: String, Hashable, Sendable, CaseIterable {
  /// Until a worker takes it.
  case queued
  /// Until it is completed, dead or cancelled.
  case active
  /// For as long as it is there: until retention or a purge removes it.
  case kept
}

/// What becomes of a request whose unique key another job holds (design.md §7).
package enum UniqueConflict: String, Hashable, Sendable, CaseIterable {
  /// The job that holds it is the answer; nothing is created.
  case ignore
  /// The new job takes the place of one that no worker has taken.
  case replace
  /// A new job runs once more, after the one that is running.
  case after
  /// The request is refused.
  case fail
}
