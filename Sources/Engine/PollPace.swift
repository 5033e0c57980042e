import Jobs

/// How long an idle worker waits before it looks for work again: short after work, then longer.
///
/// This is the slow poll below a wake-up by the store. A bell that rings calls `reset`, and the
/// worker looks at once.
struct PollPace {
  private let range: ClosedRange<TimeSpan>
  private var current: TimeSpan

  init(_ range: ClosedRange<TimeSpan>) {
    self.range = range
    current = range.lowerBound
  }

  /// The wait after a look that found nothing.
  mutating func next() -> TimeSpan {
    let wait = current
    current = min(range.upperBound, current + current)
    return wait
  }

  /// There was work.
  mutating func reset() {
    current = range.lowerBound
  }
}
