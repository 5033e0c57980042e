/// A number beside a verdict, as performance data.
package struct HealthMetric: Equatable, Sendable {
  /// What it is counted in, as plugins write it.
  package enum Unit: String, Equatable, Sendable {
    case none = ""
    case seconds = "s"
    case percent = "%"
    case bytes = "B"
  }

  /// What it is: `ready`, `age`.
  package var name: String
  /// The number.
  package var value: Measure
  /// What it is counted in.
  package var unit: Unit
  /// When it is a reason to warn.
  package var warning: AlertRange?
  /// When it is critical.
  package var critical: AlertRange?
  /// The highest that it can be, if there is one; the lowest is always 0.
  package var most: Measure?

  /// A number with its parts.
  package init(
    _ name: String, _ value: Measure, _ unit: Unit = .none, warning: AlertRange? = nil,
    critical: AlertRange? = nil, most: Measure? = nil
  ) {
    self.name = name
    self.value = value
    self.unit = unit
    self.warning = warning
    self.critical = critical
    self.most = most
  }
}

/// What a rule says of one thing.
package struct HealthVerdict: Equatable, Sendable {
  /// What was looked at.
  package var check: HealthCheck
  /// Of what: a queue, a schedule, a worker; `nil` for the store or all of them.
  package var subject: String?
  /// How well it is.
  package var state: HealthState
  /// What was found, in a few words.
  package var text: String
  /// What to do about it.
  package var remedy: String?
  /// The numbers behind it.
  package var metrics: [HealthMetric] = []
  /// By which rule.
  package var origin: HealthRule.Origin

  /// A verdict of a rule.
  package init(
    _ rule: HealthRule, of subject: String?, _ state: HealthState, _ text: String,
    remedy: String? = nil, metrics: [HealthMetric] = []
  ) {
    check = rule.check
    self.subject = subject
    self.state = state
    self.text = text
    self.remedy = remedy
    self.metrics = metrics
    origin = rule.origin
  }

  /// The worst first; of those that are as bad, in the order of checks and names.
  package static func isBefore(_ left: HealthVerdict, _ right: HealthVerdict) -> Bool {
    if left.state != right.state { return left.state.severity > right.state.severity }
    if left.check != right.check { return left.place < right.place }
    return (left.subject ?? "") < (right.subject ?? "")
  }

  private var place: Int { HealthCheck.allCases.firstIndex(of: check) ?? 0 }
}
