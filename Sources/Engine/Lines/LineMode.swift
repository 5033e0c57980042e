package import Jobs

/// How handlers hear of their jobs in lines, instead of one process for each job (design.md §7).
package struct LineMode: Hashable, Sendable {
  /// Whether a handler lives on and has one job, or batch, after the other; else it is started for
  /// each batch and ends with it.
  package var isPersistent: Bool
  /// The most jobs that a handler has at a time, from 1.
  package var batch: Int
  /// How long a batch that is not full waits for more jobs.
  package var wait: TimeSpan

  /// A mode with its parts.
  package init(isPersistent: Bool, batch: Int = 1, wait: TimeSpan = .zero) {
    self.isPersistent = isPersistent
    self.batch = batch
    self.wait = wait
  }
}
