import Jobs
import Storage

/// Gives jobs that come back their times, in their order, so that the rate holds though nothing
/// but the store keeps it.
struct ReplayPace {
  private let rate: ReplayRate
  private var origin: Instant
  private var index: Int64 = 0

  /// - Parameter start: the time of the first, unless that is too near.
  init(_ rate: ReplayRate, from start: Instant) {
    self.rate = rate
    origin = start
  }

  /// The time of the next job.
  var next: Instant { origin + rate.offset(of: index) }

  /// Gives some jobs their times, none before the store can have them.
  ///
  /// Where writing took longer than the jobs before, all that follow come later: never may those
  /// that are overdue run at once.
  mutating func place(_ items: [PlanItem], at now: Instant) -> [PlanItem] {
    let earliest = now + ReplayRate.lead
    if next < earliest { origin = origin + earliest.since(next) }
    return items.map { item in
      var item = item
      item.at = next
      index += 1
      return item
    }
  }

  /// How long from now the next job comes, in whole seconds.
  func delayOfNext(at now: Instant) -> TimeSpan { Self.wholeSeconds(from: now, to: next) }

  /// How long from now the last job comes that has its time, in whole seconds.
  func delayOfLast(at now: Instant) -> TimeSpan {
    Self.wholeSeconds(from: now, to: origin + rate.offset(of: max(index - 1, 0)))
  }

  private static func wholeSeconds(from now: Instant, to end: Instant) -> TimeSpan {
    TimeSpan(milliseconds: (max(end.since(now).milliseconds, 1) + 999) / 1000 * 1000)
  }
}
