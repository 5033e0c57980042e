import Jobs
import Storage

// Workers, schedules, and the store itself.

extension HealthExam {
  /// Fewer workers than are expected, and workers that have gone silent.
  func workers(_ rule: HealthRule) throws(StorageError) -> [HealthVerdict] {
    guard let census = census() else {
      throw .unsupported(
        .work, reason: "workers of this store can't be seen from here",
        remedy: "look where they run")
    }
    var verdicts: [HealthVerdict] = []
    for queue in wanted(rule) {
      if let verdict = try workers(rule, queue, census) { verdicts.append(verdict) }
    }
    return verdicts + census.lost.filter { $0.works(onAnyOf: rule.queues) }.map { lost(rule, $0) }
  }

  private func workers(
    _ rule: HealthRule, _ queue: QueueSummary, _ census: WorkerCensus
  ) throws(StorageError) -> HealthVerdict? {
    var rule = rule
    if rule.warning == nil, rule.critical == nil {
      if let expected = try store.settings(of: queue.queue).workers {
        rule.critical = AlertRange(from: .count(expected), to: nil)
      } else if rule.origin == .builtIn {
        // Nobody said how many there should be.
        return nil
      }
    }
    let count = census.count(of: queue.queue)
    let value = Measure.count(Int64(count))
    let noun = count == 1 ? "worker" : "workers"
    return verdict(
      rule, queue, rule.state(of: value), "\(count) \(noun)\(rule.bound(value))",
      remedy: "start workers: qctl work -q \(queue.queue)", HealthMetric("workers", value))
  }

  private func lost(_ rule: HealthRule, _ worker: WorkerCensus.Member) -> HealthVerdict {
    HealthVerdict(
      rule, of: worker.name.isEmpty ? nil : worker.name, .critical,
      worker.standing == .dead ? "worker died" : "worker gone silent",
      remedy: "see what became of it; the next worker of this store frees its jobs")
  }

  /// Schedules whose tick has come and that nobody has fired.
  func schedules(_ rule: HealthRule) throws(StorageError) -> [HealthVerdict] {
    try store.schedules().filter { schedule in
      rule.queues.isEmpty || rule.queues.contains(schedule.rule.job.queue)
    }.map { lateness(withDefaults(rule), $0) }
  }

  private func withDefaults(_ rule: HealthRule) -> HealthRule {
    guard rule.warning == nil, rule.critical == nil else { return rule }
    var rule = rule
    rule.warning = HealthRule.builtIn(.schedules)?.warning
    rule.critical = HealthRule.builtIn(.schedules)?.critical
    return rule
  }

  private func lateness(_ rule: HealthRule, _ schedule: Schedule) -> HealthVerdict {
    let late = schedule.isPaused ? nil : schedule.next.map { max(now.since($0), .zero) }
    let value = Measure.seconds(late ?? .zero)
    let state = rule.state(of: value)
    let text =
      if schedule.isPaused { "paused" } else if late == nil {
        "never comes again"
      } else if value
        == .zero
      { "on time" } else {
        "overdue for \(Words.seconds(value))\(rule.bound(value, Words.seconds))"
      }
    return HealthVerdict(
      rule, of: schedule.name.description, state, text,
      remedy: state == .ok ? nil : "see that workers run, or fire it: qctl schedule tick",
      metrics: [
        HealthMetric(
          "late", value, .seconds, warning: rule.warning, critical: rule.critical)
      ])
  }

  /// What the store says of itself without reading its jobs; a log that is not folded in shows here.
  func vitals(_ rule: HealthRule) throws(StorageError) -> HealthVerdict {
    let vitals = try store.vitals()
    var metrics: [HealthMetric] = []
    var state = HealthState.ok
    var text = "store is well"
    var remedy: String?
    if let size = vitals.logBytes {
      let value = Measure.count(size)
      metrics.append(
        HealthMetric(
          "log", value, .bytes, warning: rule.warning, critical: rule.critical))
      state = rule.state(of: value)
      if state != .ok { text = "log has \(size >> 10) KiB\(rule.bound(value))" }
    }
    for finding in vitals.findings {
      let grade = finding.grade.healthState
      guard grade.severity > state.severity else { continue }
      (state, text, remedy) = (grade, "\(finding.check): \(finding.message)", finding.remedy)
    }
    return HealthVerdict(rule, of: nil, state, text, remedy: remedy, metrics: metrics)
  }
}

extension Finding.Grade {
  /// How bad what `doctor` found is.
  fileprivate var healthState: HealthState {
    switch self {
    case .ok, .note: .ok
    case .warning: .warning
    case .error: .critical
    }
  }
}
