import Jobs
import Storage

// What the minutes of queues tell.

extension HealthExam {
  /// How many jobs have died in a stretch of time.
  mutating func growth(
    _ rule: HealthRule, _ queue: QueueSummary
  ) throws(StorageError) -> HealthVerdict {
    let count = try newlyDead(in: queue, over: rule.stretch)
    let value = Measure.count(count)
    return verdict(
      rule, queue, rule.state(of: value),
      "\(count) died in \(Words.span(rule.stretch))\(rule.bound(value))",
      remedy: "see why: qctl dlq groups -q \(queue.queue)", HealthMetric("new_dead", value))
  }

  private mutating func newlyDead(
    in queue: QueueSummary, over span: TimeSpan
  ) throws(StorageError) -> Int64 {
    guard case .none = store.capabilities[.minutes] else {
      return try minutes(of: queue.queue, over: span).counts(over: span).dead
    }
    return queue.count(.dead) == 0 ? 0 : try listedDead(in: queue.queue, over: span)
  }

  /// Of a store without minutes, those that are dead now and died then; what was replayed or purged
  /// meanwhile is not among them.
  private func listedDead(
    in queue: QueueName, over span: TimeSpan
  ) throws(StorageError) -> Int64 {
    var filter = JobFilter()
    filter.queues.anyOf = [queue]
    filter.states.anyOf = [.dead]
    filter.newerThan = span
    filter.ageOrigin = .death
    var request = JobPageRequest(filter, order: .latestFinishedFirst, size: 1000, now: now)
    var count: Int64 = 0
    while true {
      let page = try store.page(request)
      count += Int64(page.jobs.count)
      guard let next = page.next else { return count }
      request.after = next
    }
  }

  /// How many executions have failed, in per cent of those that ended.
  mutating func failures(
    _ rule: HealthRule, _ queue: QueueSummary
  ) throws(StorageError) -> HealthVerdict {
    let counts = try minutes(of: queue.queue, over: rule.stretch).counts(over: rule.stretch)
    let value = Measure.percent(counts.failed, of: counts.processed)
    let text =
      counts.processed == 0
      ? "nothing ended in \(Words.span(rule.stretch))"
      : "\(value)% of \(counts.processed) failed in \(Words.span(rule.stretch))"
        + rule.bound(value) { "\($0)%" }
    return verdict(
      rule, queue, counts.processed == 0 ? .ok : rule.state(of: value), text,
      remedy: "see what fails: qctl tail -q \(queue.queue) -p warning",
      HealthMetric("failures", value, .percent, most: .count(100)))
  }

  /// So many executions make a baseline (design.md §9).
  private static let baselineCount: UInt64 = 100
  /// A baseline is of so long before the stretch that is looked at.
  private static let baselineSpan = TimeSpan.hours(7 * 24)

  /// How long all but one in a hundred executions took, beside the same of the days before.
  mutating func durations(
    _ rule: HealthRule, _ queue: QueueSummary
  ) throws(StorageError) -> HealthVerdict {
    let runs = try minutes(of: queue.queue, over: rule.stretch).counts(over: rule.stretch)
      .timings.runs
    guard let slow = runs.quantile(0.99) else {
      return HealthVerdict(
        rule, of: queue.queue.description, .ok, "nothing ended in \(Words.span(rule.stretch))")
    }
    let value = Measure.seconds(slow)
    let text = "p99 \(Words.span(slow))"
    guard let judged = try withBaseline(rule, queue.queue) else {
      return verdict(
        rule, queue, .ok, text + ", no baseline yet", remedy: "",
        HealthMetric("p99", value, .seconds, warning: .none, critical: .none)
      ).withoutThresholds
    }
    return verdict(
      judged, queue, judged.state(of: value), text + judged.bound(value, Words.seconds),
      remedy: "see what takes so long: qctl list -q \(queue.queue) --state active",
      HealthMetric("p99", value, .seconds))
  }

  /// The rule with multiples made numbers; `nil` where there is nothing to multiply.
  private func withBaseline(
    _ rule: HealthRule, _ queue: QueueName
  ) throws(StorageError) -> HealthRule? {
    guard rule.warning?.isRelative == true || rule.critical?.isRelative == true else { return rule }
    // The minute in which the stretch begins is the stretch's.
    let end = now - rule.stretch - .minutes(1)
    let minutes = try store.minutes(
      MinutesRequest(of: queue, from: end - Self.baselineSpan, to: end))
    let runs = MinuteSeries(minutes, at: end).counts(over: Self.baselineSpan).timings.runs
    guard runs.count >= Self.baselineCount, let usual = runs.quantile(0.99) else { return nil }
    var rule = rule
    rule.warning = rule.warning?.applied(to: .seconds(usual))
    rule.critical = rule.critical?.applied(to: .seconds(usual))
    return rule
  }
}

extension HealthVerdict {
  /// Where there is no baseline, multiples of it are no numbers to show.
  fileprivate var withoutThresholds: HealthVerdict {
    var verdict = self
    for index in verdict.metrics.indices {
      verdict.metrics[index].warning = nil
      verdict.metrics[index].critical = nil
    }
    return verdict
  }
}
