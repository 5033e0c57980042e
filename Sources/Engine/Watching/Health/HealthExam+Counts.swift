import Jobs
import Storage

// What kept counts tell: the same on every store, at any size.

extension HealthExam {
  /// For how long the oldest job has waited that a worker could take: one that is due counts whether or
  /// not anybody has promoted it (trap 11), and a paused queue ages too.
  func age(_ rule: HealthRule, _ queue: QueueSummary) -> HealthVerdict {
    let waited = queue.oldestReady.map { max(now.since($0), .zero) } ?? .zero
    let value = Measure.seconds(waited)
    let state = rule.state(of: value)
    var text = "oldest waits \(Words.span(waited))\(rule.bound(value, Words.seconds))"
    if queue.oldestReady == nil { text = "nothing waits" }
    if state != .ok, queue.paused { text += ", paused" }
    if state != .ok, let census = census(), census.count(of: queue.queue) == 0 {
      text += ", no worker"
    }
    return verdict(
      rule, queue, state, text, remedy: "see that workers run: qctl work -q \(queue.queue)",
      HealthMetric("age", value, .seconds))
  }

  /// How many jobs wait to be taken, and whether it has been too many for long.
  mutating func depth(
    _ rule: HealthRule, _ queue: QueueSummary
  ) throws(StorageError) -> HealthVerdict {
    let ready = Measure.count(queue.count(.ready))
    var state = rule.state(of: ready)
    var text = "\(queue.count(.ready)) ready\(rule.bound(ready))"
    if let span = rule.span {
      // Asked at once, so that a store that can't tell says so before there is trouble.
      let past = try standing(rule, queue.queue, over: span)
      if state != .ok {
        let sustained = HealthState.mildest([state, past])
        text += sustained == .ok ? ", not yet for \(Words.span(span))" : " for \(Words.span(span))"
        state = sustained
      }
    }
    return verdict(
      rule, queue, state, text,
      remedy: "add workers, or see what takes so long: qctl list -q \(queue.queue)",
      HealthMetric("ready", ready))
  }

  /// The best that a queue's depth has been at the end of each minute of a stretch; well where the
  /// stretch began before anything was counted.
  private mutating func standing(
    _ rule: HealthRule, _ queue: QueueName, over span: TimeSpan
  ) throws(StorageError) -> HealthState {
    let depths = try minutes(of: queue, over: span).depths(over: span)
    guard depths.count > now.minute - (now - span).minute else { return .ok }
    return .mildest(depths.map { rule.state(of: .count($0.ready)) })
  }

  /// How many jobs are dead.
  func dead(_ rule: HealthRule, _ queue: QueueSummary) -> HealthVerdict {
    let dead = Measure.count(queue.count(.dead))
    return verdict(
      rule, queue, rule.state(of: dead), "\(queue.count(.dead)) dead\(rule.bound(dead))",
      remedy: "see why: qctl dlq groups -q \(queue.queue)", HealthMetric("dead", dead))
  }

  /// A verdict about a queue with one number.
  func verdict(
    _ rule: HealthRule, _ queue: QueueSummary, _ state: HealthState, _ text: String,
    remedy: String, _ metric: HealthMetric
  ) -> HealthVerdict {
    var metric = metric
    metric.warning = metric.warning ?? rule.warning
    metric.critical = metric.critical ?? rule.critical
    return HealthVerdict(
      rule, of: queue.queue.description, state, text, remedy: state == .ok ? nil : remedy,
      metrics: [metric])
  }
}

extension HealthRule {
  /// What a number breaks: ` (>100)`, ` (<1)`, ` (in 10:20)`; nothing where it breaks nothing.
  func bound(_ value: Measure, _ shown: (Measure) -> String = { $0.description }) -> String {
    guard let range = broken(by: value) else { return "" }
    if range.isInside {
      return " (in \(range.start.map(shown) ?? "~"):\(range.end.map(shown) ?? ""))"
    }
    if let end = range.end, value > end { return " (>\(shown(end)))" }
    return " (<\(shown(range.start ?? .zero)))"
  }
}

extension HealthState {
  /// The best of some; well where there are none.
  static func mildest(_ states: [HealthState]) -> HealthState {
    states.min { $0.severity < $1.severity } ?? .ok
  }
}
