/// What can be looked at, in the order in which it is looked at: age first, since a queue can be short
/// and stand still (trap 23).
package enum HealthCheck: String, Hashable, Sendable, CaseIterable {
  /// For how long the oldest ready job has waited.
  case oldestAge = "oldest-age"
  /// How many jobs are ready; with a span, for how long.
  case depth
  /// How many jobs are dead.
  case deadLetters = "dlq"
  /// How many jobs have died in a stretch of time.
  case dlqGrowth = "dlq-growth"
  /// How many executions of a stretch of time have failed, in per cent of those that ended.
  case failureRate = "failure-rate"
  /// How long executions take, but for the slowest in a hundred, beside a baseline.
  case durationP99 = "duration-p99"
  /// How many workers live, and whether one has gone silent.
  case workers
  /// Whether schedules have fired.
  case schedules
  /// The store itself.
  case store

  /// What ends of its thresholds are.
  package var unit: RangeUnit {
    switch self {
    case .oldestAge, .schedules: .time
    case .durationP99: .timeOrMultiple
    case .failureRate: .percent
    case .depth, .deadLetters, .dlqGrowth, .workers, .store: .number
    }
  }

  /// Whether it is about queues, one by one.
  package var isOfQueues: Bool { self != .schedules && self != .store }

  /// Whether it may be told for how long something must be so.
  package var takesFor: Bool { self == .depth }

  /// Whether it is about a stretch of time.
  package var takesIn: Bool { [.dlqGrowth, .failureRate, .durationP99].contains(self) }
}
