package import Calendar

/// What a schedule that is due has to make.
package struct DueTicks: Equatable, Sendable {
  /// The ticks that get a job, oldest first.
  package var ticks: [Instant] = []
  /// How many ticks were missed and get none; `mostCounted` stands for that and more.
  package var missed: Int64 = 0
  /// The latest tick that has come, with a job or without.
  package var latest: Instant?
  /// The next one that is still to come.
  package var next: Instant?

  /// Nobody needs to know it more exactly, and counting the minutes of a year would take its time.
  package static let mostCounted: Int64 = 1_000
  /// The most ticks that are made up for at once (design.md §7).
  package static let mostMadeUp = 64
  /// A tick this old is late, not missed: whoever ticks from cron comes once a minute.
  package static let grace = TimeSpan.minutes(2)
}

extension ScheduleRule {
  /// The first tick after a moment; `nil` where the calendar ends before.
  ///
  /// - Parameters:
  ///   - anchor: from when an interval is counted.
  ///   - rules: the clocks of `zone`.
  package func next(
    after moment: Instant, anchor: Instant, in rules: TimeZoneRules
  ) -> Instant? {
    switch timing {
    case .cron(let cron):
      return cron.next(after: moment.milliseconds, in: rules).map(Instant.init(milliseconds:))
    case .every(let span):
      let passed = moment.since(anchor).milliseconds
      let done = passed < 0 ? 0 : passed / max(span.milliseconds, 1)
      return anchor + TimeSpan(milliseconds: (done &+ 1).multipliedSaturated(span.milliseconds))
    }
  }

  /// The last tick from `first` up to a moment.
  func latest(
    upTo moment: Instant, from first: Instant, anchor: Instant, in rules: TimeZoneRules
  ) -> Instant? {
    switch timing {
    case .cron(let cron):
      return cron.latest(
        upTo: moment.milliseconds, after: first.milliseconds.subtractingSaturated(1), in: rules
      ).map(Instant.init(milliseconds:))
    case .every(let span):
      let done = moment.since(anchor).milliseconds / max(span.milliseconds, 1)
      guard done > 0 else { return nil }
      let tick = anchor + TimeSpan(milliseconds: done.multipliedSaturated(span.milliseconds))
      return tick >= first ? tick : nil
    }
  }
}

extension Schedule {
  /// What is to be done at a moment; `nil` where nothing is due.
  package func due(at now: Instant, in rules: TimeZoneRules) -> DueTicks? {
    guard isDue(at: now), let first = next else { return nil }
    var due = DueTicks()
    due.next = rule.next(after: now, anchor: createdAt, in: rules)
    // Nothing is found where the zone's rules have changed since the tick was told.
    guard let latest = latest(upTo: now, from: first, rules) else { return due }
    due.latest = latest
    due.ticks = madeUp(latest, from: first, at: now, rules)
    let end = due.ticks.first ?? latest + TimeSpan(milliseconds: 1)
    due.missed = count(from: first, before: end, rules)
    return due
  }

  private func latest(
    upTo moment: Instant, from first: Instant, _ rules: TimeZoneRules
  ) -> Instant? {
    rule.latest(upTo: moment, from: first, anchor: createdAt, in: rules)
  }

  /// The ticks that get a job.
  private func madeUp(
    _ latest: Instant, from first: Instant, at now: Instant, _ rules: TimeZoneRules
  ) -> [Instant] {
    switch rule.catchup {
    case .none: return now.since(latest) <= DueTicks.grace ? [latest] : []
    case .latest: return [latest]
    case .all:
      var ticks = [latest]
      while ticks.count < DueTicks.mostMadeUp, let oldest = ticks.last,
        let tick = self.latest(upTo: oldest - TimeSpan(milliseconds: 1), from: first, rules)
      {
        ticks.append(tick)
      }
      return ticks.reversed()
    }
  }

  /// How many ticks lie before a moment.
  private func count(
    from first: Instant, before end: Instant, _ rules: TimeZoneRules
  ) -> Int64 {
    var count: Int64 = 0
    var place = first - TimeSpan(milliseconds: 1)
    while count < DueTicks.mostCounted,
      let tick = rule.next(after: place, anchor: createdAt, in: rules), tick < end
    {
      count += 1
      place = tick
    }
    return count
  }
}
