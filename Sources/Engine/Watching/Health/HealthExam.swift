package import Jobs
package import Storage

/// Looks a store over by rules.
///
/// Reads kept counts, minutes and names; changes nothing, and never reads
/// the jobs themselves.
///
/// What the store can't tell is a verdict of its own, so that one rule in trouble hides no other.
package struct HealthExam {
  let store: any StorageAdapter
  let now: Instant
  /// The workers of this host; `nil` where they can't be seen.
  let census: () -> WorkerCensus?
  /// Says what a store's refusal means.
  let explain: (StorageError) -> String
  /// Every queue, by name.
  package let queues: [QueueSummary]
  /// Built-in rules that the store can't answer, with the reason.
  package private(set) var leftOut: [String] = []

  /// What was read of the minutes: up to how long ago, and each queue's.
  private var history: (span: TimeSpan, of: [QueueName: [QueueMinute]])?

  /// Reads the queues.
  package init(
    _ store: any StorageAdapter, at now: Instant, census: @escaping () -> WorkerCensus?,
    explain: @escaping (StorageError) -> String
  ) throws(StorageError) {
    self.store = store
    self.now = now
    self.census = census
    self.explain = explain
    queues = try store.queues(at: now)
  }

  /// What some rules say, the worst first.
  ///
  /// A rule that is kept in the store takes the place of the built-in one of its check, for its queues.
  package mutating func judge(_ rules: [HealthRule]) -> [HealthVerdict] {
    var verdicts: [HealthVerdict] = []
    for rule in rules {
      guard rule.origin == .builtIn else {
        verdicts += judge(rule)
        continue
      }
      verdicts += judge(rule).filter { verdict in
        !rules.contains { $0.replaces(rule, for: verdict.subject) }
      }
    }
    return verdicts.sorted(by: HealthVerdict.isBefore)
  }

  private mutating func judge(_ rule: HealthRule) -> [HealthVerdict] {
    if let missing = unknownQueue(rule) { return [missing] }
    do throws(StorageError) {
      switch rule.check {
      case .oldestAge: return wanted(rule).map { age(rule, $0) }
      case .depth:
        return try wanted(rule).map { (queue) throws(StorageError) in
          try depth(rule, queue)
        }
      case .deadLetters: return wanted(rule).map { dead(rule, $0) }
      case .dlqGrowth:
        return try wanted(rule).map { (queue) throws(StorageError) in
          try growth(rule, queue)
        }
      case .failureRate:
        return try wanted(rule).map { (queue) throws(StorageError) in
          try failures(rule, queue)
        }
      case .durationP99:
        return try wanted(rule).map { (queue) throws(StorageError) in
          try durations(rule, queue)
        }
      case .workers: return try workers(rule)
      case .schedules: return try schedules(rule)
      case .store: return [try vitals(rule)]
      }
    } catch {
      return refused(rule, error)
    }
  }

  /// The queues of a rule.
  func wanted(_ rule: HealthRule) -> [QueueSummary] {
    queues.filter { rule.queues.isEmpty || rule.queues.contains($0.queue) }
  }

  /// A misspelt queue must not look like an empty one (trap 20).
  private func unknownQueue(_ rule: HealthRule) -> HealthVerdict? {
    let unknown = rule.queues.first { name in !queues.contains { $0.queue == name } }
    guard let unknown else { return nil }
    return HealthVerdict(
      rule, of: unknown.description, .unknown, "no such queue",
      remedy: "'qctl queues' lists them")
  }

  /// What the store can't do is left out of what holds anyway, and told to whoever asked for it.
  private mutating func refused(_ rule: HealthRule, _ error: StorageError) -> [HealthVerdict] {
    if rule.origin == .builtIn, case .unsupported(_, let reason, _) = error {
      leftOut.append("\(rule.check.rawValue): \(reason)")
      return []
    }
    return [HealthVerdict(rule, of: nil, .unknown, "\(rule.check.rawValue): \(explain(error))")]
  }

  /// The minutes of a queue from so long ago on, and the one before.
  mutating func minutes(
    of queue: QueueName, over span: TimeSpan
  ) throws(StorageError) -> MinuteSeries {
    if let history, history.span >= span {
      return MinuteSeries(history.of[queue] ?? [], at: now)
    }
    // The rules that hold anyway ask for an hour of all queues, one after the other.
    let length = max(span, .hours(1))
    let all = try store.minutes(MinutesRequest(from: now - length, to: now))
    history = (length, Dictionary(grouping: all) { $0.queue })
    return MinuteSeries(history?.of[queue] ?? [], at: now)
  }
}

extension HealthRule {
  /// Whether this rule of the store takes the place of a built-in one for what it was about to say.
  fileprivate func replaces(_ other: HealthRule, for subject: String?) -> Bool {
    guard case .stored = origin, check == other.check else { return false }
    return queues.isEmpty || queues.contains { $0.description == subject }
  }
}
