extension CronExpression {
  /// The first instant after `instant` at which the schedule comes in a zone, in milliseconds since
  /// 1970; nil where the calendar ends before that.
  ///
  /// Between two changes of a zone's clocks local time is UTC moved by a constant. So the search goes
  /// from change to change, each stretch by ``firstMinute(from:before:)``, and at each change asks
  /// what becomes of the minutes that are skipped or shown again.
  package func next(after instant: Int64, in zone: TimeZoneRules) -> Int64? {
    guard Self.reach ~= instant else { return nil }
    var start = instant + 1
    switch arrival(at: start, in: zone) {
    case .tick: return start
    case .from(let first): start = first
    }
    let end = instant + Self.farthest
    while start < end {
      let stretchEnd = zone.nextChange(after: start)
      let shift = Int64(zone.offset(at: start).seconds) * 1_000
      if let local = firstMinute(from: start + shift, before: stretchEnd + shift) {
        return local - shift
      }
      switch arrival(at: stretchEnd, in: zone) {
      case .tick: return stretchEnd
      case .from(let first): start = max(first, stretchEnd)
      }
    }
    return nil
  }

  /// The last instant at which the schedule came, in `after + 1` to `instant`; nil for none.
  ///
  /// Looks back twice as far each time, and then halves, so that a host that was off for a year costs
  /// no more than one that was off for an hour.
  package func latest(upTo instant: Int64, after: Int64, in zone: TimeZoneRules) -> Int64? {
    guard Self.reach ~= instant, Self.reach ~= after, after < instant else { return nil }
    func comes(after place: Int64) -> Bool {
      next(after: place, in: zone).map { $0 <= instant } ?? false
    }
    var reach: Int64 = 60_000
    while reach < instant - after, !comes(after: instant - reach) { reach *= 2 }
    var low = max(after, instant - reach)
    guard comes(after: low) else { return nil }
    var high = instant
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if comes(after: middle) { low = middle } else { high = middle }
    }
    return high
  }

  /// Times that can be worked with: some 100,000 years around 1970.
  private static let reach: ClosedRange<Int64> = -(1 << 51)...(1 << 51)

  /// The calendar repeats itself after 400 years, weekdays included; a little more, for a change of
  /// clocks that swallows a tick.
  private static let farthest: Int64 = (146_097 + 3_000) * 86_400_000

  /// Changes as long as this are corrections, of which cron(8) takes no account.
  private static let correction: Int64 = 3 * 3_600_000

  private enum Arrival {
    /// The schedule comes at this very moment, for it was skipped.
    case tick
    /// Nothing before this moment has a claim; `start` itself, or the end of what clocks show again.
    case from(Int64)
  }

  /// What the changes of clocks up to `start`, and not long before it, mean to it.
  private func arrival(at start: Int64, in zone: TimeZoneRules) -> Arrival {
    guard !followsWallClock else { return .from(start) }
    var first = start
    for change in zone.changes(from: start - Self.correction, through: start) {
      let before = Int64(zone.offset(at: change - 1).seconds) * 1_000
      let after = Int64(zone.offset(at: change).seconds) * 1_000
      guard abs(after - before) < Self.correction else { continue }
      if after < before {
        first = max(first, change + before - after)
      } else if change == start, first == start,
        firstMinute(from: change + before, before: change + after) != nil
      {
        return .tick
      }
    }
    return .from(first)
  }
}
