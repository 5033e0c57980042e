/// What is set for one queue; what is `nil` goes by the rule for all queues.
package struct QueueSettings: Equatable, Sendable {
  /// For how long jobs that are over are kept.
  package var retention: Retention

  /// The settings of a queue.
  package init(retention: Retention = Retention()) {
    self.retention = retention
  }

  /// One thing that is set, or given back to the rule for all queues by `nil`.
  package enum Change: Equatable, Sendable {
    /// For how long jobs of a terminal state are kept.
    case keep(JobState, Keep?)
  }

  /// Changes one setting; nothing for a state that has none.
  package mutating func apply(_ change: Change) {
    switch change {
    case .keep(let state, let keep): retention[state] = keep
    }
  }
}
