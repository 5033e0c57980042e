/// How long a job waits after each failure (design.md §7).
///
/// Written `exponential:base=30s,factor=4,cap=6h,jitter=20%`, `fixed:10s`, or a list
/// `1s,10s,1m,10m` whose last entry repeats.
package enum Backoff: Equatable, Sendable {
  /// `base × factor^(n-1)`, at most `cap`, then ± `jitter` percent.
  case exponential(base: TimeSpan, factor: Int64, cap: TimeSpan, jitter: Int64)
  /// Always the same.
  case fixed(TimeSpan)
  /// One wait for each failure in turn; the last repeats.
  case list([TimeSpan])

  /// 30 s × 4ⁿ⁻¹, capped at 6 h, ± 20 %.
  package static let `default` = Backoff.exponential(
    base: .seconds(30), factor: 4, cap: .hours(6), jitter: 20)

  /// The longest wait that a policy may name: a year.
  package static let longest = TimeSpan.hours(24 * 366)

  /// The wait after the `failures`-th failure.
  ///
  /// - Parameters:
  ///   - failures: from 1; smaller counts as 1.
  ///   - random: any bits, for the jitter.
  package func delay(afterFailures failures: Int64, random: UInt64) -> TimeSpan {
    let n = max(failures, 1)
    switch self {
    case .fixed(let span):
      return span
    case .list(let spans):
      guard !spans.isEmpty else { return .zero }
      return spans[Int(min(n, Int64(spans.count))) - 1]
    case .exponential(let base, let factor, let cap, let jitter):
      var wait = base.milliseconds
      for _ in 1..<min(n, 64) where wait < cap.milliseconds {
        wait = wait.multipliedSaturated(factor)
      }
      return Self.jittered(min(wait, cap.milliseconds), percent: jitter, random: random)
    }
  }

  /// A wait drawn evenly from `percent` below to `percent` above; never negative.
  private static func jittered(_ wait: Int64, percent: Int64, random: UInt64) -> TimeSpan {
    let part = min(max(percent, 0), 100)
    let reach = wait / 100 * part + wait % 100 * part / 100
    guard reach > 0 else { return TimeSpan(milliseconds: wait) }
    let offset = Int64(random % (2 * UInt64(reach) + 1)) - reach
    return TimeSpan(milliseconds: wait.addingSaturated(offset))
  }
}
