import Calendar

/// How long something that is over is kept.
package enum Keep: Hashable, Sendable {
  /// For so long after its end.
  case span(TimeSpan)
  /// Never removed but by an operator.
  case forever
}

/// For how long what is over is kept: in one queue, where `nil` is the rule for all queues; or that rule,
/// where `nil` is what nobody has changed.
package struct Retention: Equatable, Sendable {
  /// Jobs that are done.
  package var completed: Keep?
  /// Jobs that were withdrawn.
  package var cancelled: Keep?
  /// Jobs in the dead-letter queue.
  package var dead: Keep?
  /// Attempts of jobs that stay.
  package var attempts: Keep?
  /// Idempotency keys, from when they are first used.
  package var keys: Keep?
  /// Log records; only the rule for all queues has this.
  package var log: Keep?
  /// Minutes of queues; only the rule for all queues has this.
  package var minutes: Keep?

  /// The settings of one queue.
  package init(completed: Keep? = nil, cancelled: Keep? = nil, dead: Keep? = nil) {
    self.completed = completed
    self.cancelled = cancelled
    self.dead = dead
  }

  /// What is said for jobs of a terminal state; `nil` for the rule of all queues, and other states.
  package subscript(state: JobState) -> Keep? {
    get {
      switch state {
      case .completed: completed
      case .cancelled: cancelled
      case .dead: dead
      case .scheduled, .ready, .active, .retrying, .blocked: nil
      }
    }
    set {
      switch state {
      case .completed: completed = newValue
      case .cancelled: cancelled = newValue
      case .dead: dead = newValue
      case .scheduled, .ready, .active, .retrying, .blocked: break
      }
    }
  }
}

// MARK: - The rules where a queue has none of its own (design.md §4, "Retention")

extension Retention {
  /// How long a job of a terminal state is kept.
  package static func standard(_ state: JobState) -> TimeSpan {
    state == .dead ? .hours(90 * 24) : .hours(7 * 24)
  }

  /// How long a job of a terminal state of a queue with these settings is kept.
  package func keep(_ state: JobState) -> Keep { self[state] ?? .span(Self.standard(state)) }

  /// For how long an idempotency key is known whose request does not say.
  package var keyLifetime: TimeSpan? {
    switch keys {
    case .span(let span): span
    case .forever: Self.forever
    case nil: nil
    }
  }

  /// A thousand years, for keys whose end is written down.
  package static let forever = TimeSpan(milliseconds: (1 << 45) - 1)

  /// What holds for a queue with these settings.
  package func over(_ rules: Retention) -> Retention {
    var all = self
    all.completed = completed ?? rules.completed
    all.cancelled = cancelled ?? rules.cancelled
    all.dead = dead ?? rules.dead
    all.attempts = attempts ?? rules.attempts
    all.keys = keys ?? rules.keys
    all.log = log ?? rules.log
    all.minutes = minutes ?? rules.minutes
    return all
  }

  /// How long the log is kept where nothing is set.
  package static let standardLog = TimeSpan.hours(30 * 24)
  /// How long the minutes of queues are kept where nothing is set.
  package static let standardMinutes = TimeSpan.hours(90 * 24)
  /// How long attempts of jobs that stay are kept where nothing is set.
  package static let standardAttempts = TimeSpan.hours(30 * 24)

  /// For how long attempts are kept; `nil` for as long as their job.
  package var attemptSpan: TimeSpan? { Self.span(attempts, Self.standardAttempts) }

  /// For how long log records are kept; `nil` for ever.
  package var logSpan: TimeSpan? { Self.span(log, Self.standardLog) }

  private static func span(_ keep: Keep?, _ standard: TimeSpan) -> TimeSpan? {
    switch keep {
    case .span(let span): span
    case .forever: nil
    case nil: standard
    }
  }

  /// Minutes that began before this one have been kept for long enough; `nil` where none has.
  package func minutesEnd(at now: Instant) -> Int64? {
    Self.span(minutes, Self.standardMinutes).map { (now - $0).minute }
  }

  /// What ended before this has been kept for long enough as an attempt; `nil` where nothing has.
  ///
  /// So long ago, and up to the end of the day (UTC), so that a store needs to look through its attempts
  /// once a day only.
  package func attemptsEnd(at now: Instant) -> Instant? {
    attemptSpan.map { span in
      let day = TimeSpan.hours(24).milliseconds
      let end = (now - span).milliseconds
      return Instant(milliseconds: end.subtractingSaturated(((end % day) + day) % day))
    }
  }

  /// Whether a log record may go: its time is over, or so far ahead that no clock could have told it.
  ///
  /// The log goes by the order of its writing, so that without the second rule a clock that was once
  /// wrong would hold up everything behind.
  package func isOver(_ timestamp: Instant, at now: Instant) -> Bool {
    guard let span = logSpan else { return false }
    return timestamp <= now - span || timestamp > now + max(span, Self.standardLog)
  }
}

extension LogRecord {
  /// Tells that dead jobs of a queue were removed, how many, and by which rule (traps.md 22).
  package static func expired(
    _ count: Int, in queue: QueueName, by own: Retention, over rules: Retention, at now: Instant
  ) -> LogRecord {
    var record = LogRecord(.expired, at: now)
    record.queue = queue
    record.status = .dead
    let jobs = count == 1 ? "1 dead job" : "\(count) dead jobs"
    let rule = own.dead == nil ? "the rule for all queues" : "the queue's own rule"
    let span =
      if case .span(let span) = own.over(rules).keep(.dead) {
        DurationText.text(span.milliseconds)
      } else { "ever" }
    record.reason = "\(jobs) removed, kept for \(span) by \(rule)"
    return record
  }
}
