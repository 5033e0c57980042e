/// Where a job is in its life (design.md §2).
///
/// The raw values are words of stores, JSON and help.
package enum JobState: String, Hashable, Sendable, CaseIterable {
  /// Not due yet.
  case scheduled
  /// Waits for a worker.
  case ready
  /// A worker has it.
  case active
  /// Failed, and waits out its backoff.
  case retrying
  /// Waits for other jobs.
  case blocked
  /// Done.
  case completed
  /// Gave up: in the dead-letter queue.
  case dead
  /// Withdrawn by an operator.
  case cancelled

  /// Whether the job is over: nothing happens to it until an operator replays it.
  package var isTerminal: Bool {
    switch self {
    case .completed, .dead, .cancelled: true
    case .scheduled, .ready, .active, .retrying, .blocked: false
    }
  }

  /// Whether the job waits for a time, and counts as ready once that has come.
  package var waitsForTime: Bool {
    self == .scheduled || self == .retrying
  }
}
