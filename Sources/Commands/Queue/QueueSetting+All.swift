import Calendar
import CommandLineSpec
import Jobs

extension QueueSetting {
  /// Every setting, in the order in which they are shown.
  static let all: [QueueSetting] = kept + limits + defaults + order + parts + watched

  private static let kept: [QueueSetting] = [
    keep("keep_completed", .completed, "How long completed jobs are kept"),
    keep("keep_cancelled", .cancelled, "How long cancelled jobs are kept"),
    keep("keep_dead", .dead, "How long dead jobs are kept"),
  ]

  private static let parts: [QueueSetting] = [
    keep(
      "keep_attempts", "How long attempts of jobs that stay are kept",
      Retention.standardAttempts, of: { $0.retention.attempts }
    ) { .keepAttempts($0) },
    keep(
      "keep_keys", "How long idempotency keys are known", NewJob.requestLifetime,
      of: { $0.retention.keys }
    ) { .keepKeys($0) },
    keep(
      "keep_log", "How long log records are kept", Retention.standardLog, reach: .all,
      of: { $0.retention.log }
    ) { .keepLog($0) },
    keep(
      "keep_minutes", "How long the minutes of queues are kept", Retention.standardMinutes,
      reach: .all, of: { $0.retention.minutes }
    ) { .keepMinutes($0) },
  ]

  private static let limits: [QueueSetting] = [
    count(
      "concurrency", 1...QueueLimits.most, "How many jobs may run at a time, over all workers",
      of: { $0.limits.concurrency }, isListed: true
    ) { .concurrency($0) },
    count(
      "concurrency_per_key", 1...QueueLimits.most,
      "How many may run at a time of those with one concurrency key",
      of: { $0.limits.concurrencyPerKey }
    ) { .concurrencyPerKey($0) },
    QueueSetting(
      "rate", "COUNT/PERIOD", "How many may start: 100/m; s, m, h or d", none: { _ in "none" },
      of: { $0.limits.rate?.description }, isListed: true
    ) { (text) throws(ValueError) in
      .rate(
        try text.map { (text) throws(ValueError) in
          guard let rate = Rate(text) else {
            throw .malformed(
              "is no rate such as 100/m: a count up to \(Rate.most), and s, m, h or d")
          }
          return rate
        })
    },
    QueueSetting(
      "burst", "COUNT", "How many of them may start at once",
      none: { $0.limits.rate.map { String($0.standardBurst) } ?? "none" },
      of: { $0.limits.burst.map { String($0) } }
    ) { (text) throws(ValueError) in .burst(try whole(text, 1...Rate.most)) },
  ]

  private static let defaults: [QueueSetting] = [
    QueueSetting(
      "max_attempts", "COUNT", "Failures until a job is dead that does not say",
      none: { _ in String(Job.defaultMaxAttempts) },
      of: { $0.defaults.maxAttempts.map { String($0) } }
    ) { (text) throws(ValueError) in .maxAttempts(try whole(text, 1...1000)) },
    QueueSetting(
      "backoff", "POLICY", "How a job waits between failures that does not say",
      none: { _ in Backoff.default.description }, of: { $0.defaults.backoff?.description }
    ) { (text) throws(ValueError) in
      .backoff(try text.map { (text) throws(ValueError) in try ValueText.backoff(text) })
    },
    span(
      "timeout", "How long one attempt of a job may take that does not say",
      of: {
        $0.defaults.timeout
      }
    ) { .timeout($0) },
    QueueSetting(
      "priority", "N", "How urgent a job is that does not say: 0 to 9",
      none: { _ in String(Priority.default.level) },
      of: { $0.defaults.priority.map { String($0.level) } }
    ) { (text) throws(ValueError) in
      .priority(try text.map { (text) throws(ValueError) in try ValueText.priority(text) })
    },
  ]

  private static let order: [QueueSetting] = [
    count(
      "max_depth", 1...QueueSettings.largestDepth, "How many jobs may wait until more are refused",
      of: { $0.maxDepth }, isListed: true
    ) { .maxDepth($0) },
    span(
      "aging", "How much longer a job waits for each level of priority", of: { $0.aging },
      longest: QueueSettings.longestAging
    ) { .aging($0) },
  ]

  private static let watched: [QueueSetting] = [
    count(
      "workers", 1...QueueSettings.mostWorkers, "How many workers 'qctl health' expects",
      of: { $0.workers }
    ) { .workers($0) }
  ]
}

// MARK: - Kinds of settings

extension QueueSetting {
  /// A setting whose value is a text.
  ///
  /// - Parameters:
  ///   - none: what holds where nothing is set.
  ///   - change: reads a value; `nil` for `default`.
  fileprivate init(
    _ name: String, _ valueName: String, _ summary: String,
    none: @escaping @Sendable (QueueSettings) -> String,
    of shown: @escaping @Sendable (QueueSettings) -> String?, isListed: Bool = false,
    _ change: @escaping @Sendable (String?) throws(ValueError) -> QueueSettings.Change
  ) {
    self.init(
      name: name, valueName: valueName, summary: summary,
      parse: { (text) throws(ValueError) in
        // Where nothing is set, nothing holds: then both words mean that.
        let isNone = text == "default" || text == "none" && none(QueueSettings()) == "none"
        return try change(isNone ? nil : text)
      }, shown: shown, standard: none, isListed: isListed)
  }

  fileprivate static func count(
    _ name: String, _ bounds: ClosedRange<Int64>, _ summary: String,
    of value: @escaping @Sendable (QueueSettings) -> Int64?, isListed: Bool = false,
    _ change: @escaping @Sendable (Int64?) -> QueueSettings.Change
  ) -> QueueSetting {
    QueueSetting(
      name, "COUNT", summary + "; or none", none: { _ in "none" },
      of: { value($0).map { String($0) } }, isListed: isListed
    ) { (text) throws(ValueError) in change(try whole(text, bounds)) }
  }

  fileprivate static func span(
    _ name: String, _ summary: String,
    of value: @escaping @Sendable (QueueSettings) -> TimeSpan?,
    longest: TimeSpan = TimeSpan(milliseconds: .max),
    _ change: @escaping @Sendable (TimeSpan?) -> QueueSettings.Change
  ) -> QueueSetting {
    QueueSetting(
      name, "TIME", summary + ", or none", none: { _ in "none" },
      of: { value($0).map { DurationText.text($0.milliseconds) } }
    ) { (text) throws(ValueError) in
      guard let text else { return change(nil) }
      let span = try ValueText.span(text)
      guard span <= longest else {
        throw .malformed("is longer than \(DurationText.text(longest.milliseconds))")
      }
      return change(span)
    }
  }

  fileprivate static func whole(
    _ text: String?, _ bounds: ClosedRange<Int64>
  ) throws(ValueError) -> Int64? {
    guard let text else { return nil }
    return Int64(try WholeNumber.parse(text, in: Int(bounds.lowerBound)...Int(bounds.upperBound)))
  }

  fileprivate static func keep(
    _ name: String, _ state: JobState, _ summary: String
  ) -> QueueSetting {
    var setting = keep(name, summary, Retention.standard(state), of: { $0.retention[state] }) {
      .keep(state, $0)
    }
    setting.isListed = true
    return setting
  }

  fileprivate static func keep(
    _ name: String, _ summary: String, _ standard: TimeSpan, reach: Reach = .both,
    of keep: @escaping @Sendable (QueueSettings) -> Keep?,
    _ change: @escaping @Sendable (Keep?) -> QueueSettings.Change
  ) -> QueueSetting {
    QueueSetting(
      name: name, valueName: "TIME", summary: summary + ": 7d, forever or default",
      parse: { (text) throws(ValueError) in change(try KeepText.parse(text)) },
      shown: { keep($0).map(KeepText.text) }, standard: { _ in KeepText.text(.span(standard)) },
      reach: reach)
  }
}

/// How long something is kept, as people write it: a duration, or `forever`.
private enum KeepText {
  /// - Returns: `nil` for `default`.
  static func parse(_ text: String) throws(ValueError) -> Keep? {
    switch text {
    case "default": return nil
    case "forever": return .forever
    default: break
    }
    let milliseconds: Int64
    do { milliseconds = try DurationText.parse(text) } catch {
      throw .malformed("is no duration such as 7d, nor forever or default: \(error.description)")
    }
    guard milliseconds > 0 else { throw .malformed("is no time at all") }
    return .span(TimeSpan(milliseconds: milliseconds))
  }

  static func text(_ keep: Keep) -> String {
    switch keep {
    case .span(let span): DurationText.text(span.milliseconds)
    case .forever: "forever"
    }
  }
}
