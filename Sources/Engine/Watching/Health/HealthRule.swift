package import Jobs

/// What is looked at, and when it is a reason to alert.
package struct HealthRule: Equatable, Sendable {
  /// Who made it.
  package enum Origin: Equatable, Sendable {
    /// It is one of those that hold where nobody says anything.
    case builtIn
    /// Whoever typed it.
    case asked
    /// It is kept in the store, under a name.
    case stored(QueueName)
  }

  /// What is looked at.
  package var check: HealthCheck
  /// Of which queues; empty for all.
  package var queues: [QueueName] = []
  /// When to warn.
  package var warning: AlertRange?
  /// When it is critical; looked at first.
  package var critical: AlertRange?
  /// For how long it must be so, or the stretch of time that is looked at.
  package var span: TimeSpan?
  /// Who made it.
  package var origin: Origin

  /// A rule with its parts.
  package init(
    _ check: HealthCheck, queues: [QueueName] = [], warning: AlertRange? = nil,
    critical: AlertRange? = nil, span: TimeSpan? = nil, origin: Origin = .asked
  ) {
    self.check = check
    self.queues = queues
    self.warning = warning
    self.critical = critical
    self.span = span
    self.origin = origin
  }

  /// How bad a number is: critical is tested first.
  package func state(of value: Measure) -> HealthState {
    if critical?.alerts(value) == true { return .critical }
    return warning?.alerts(value) == true ? .warning : .ok
  }

  /// The stretch of time where nobody says another: five minutes for rates of failure, and an hour.
  package var stretch: TimeSpan { span ?? (check == .failureRate ? .minutes(5) : .hours(1)) }

  /// The threshold that a number breaks.
  package func broken(by value: Measure) -> AlertRange? {
    [critical, warning].compactMap(\.self).first { $0.alerts(value) }
  }
}

extension HealthRule {
  /// What holds where nobody says anything (design.md §9).
  ///
  /// The ages are of the same mind as the depth: what waits for five minutes is worth a look, and what
  /// is due for an hour stands still. A schedule that nobody fires makes no job whose age would tell.
  package static let builtIn: [HealthRule] = HealthCheck.allCases.compactMap(builtIn)

  /// The built-in rule of a check; `nil` where there is none.
  package static func builtIn(_ check: HealthCheck) -> HealthRule? {
    var rule = HealthRule(check, origin: .builtIn)
    switch check {
    case .oldestAge, .schedules:
      rule.warning = .above(.count(300))
      rule.critical = .above(.count(3600))
    case .depth:
      rule.warning = .above(.count(1000))
      rule.span = .minutes(5)
    case .deadLetters: rule.warning = .above(.zero)
    case .dlqGrowth:
      rule.critical = .above(.count(50))
      rule.span = .hours(1)
    case .durationP99:
      rule.warning = .above(.count(2))
      rule.warning?.isRelative = true
    case .workers: break
    case .failureRate, .store: return nil
    }
    return rule
  }
}
