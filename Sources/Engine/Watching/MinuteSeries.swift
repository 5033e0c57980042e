package import Jobs

/// The minutes of one queue, as they answer what happened in a stretch of time that ends now.
///
/// Only minutes in which something changed are kept: any other is as the latest before it. A stretch
/// begins at a full minute, so it is up to a minute longer than asked for.
package struct MinuteSeries: Sendable {
  /// What was counted in a stretch of time.
  package struct Counts: Equatable, Sendable {
    /// How long the stretch was; never zero.
    package var length: TimeSpan
    /// Jobs accepted.
    package var enqueued: Int64 = 0
    /// Executions that completed.
    package var succeeded: Int64 = 0
    /// Executions that failed and were to be tried again.
    package var retried: Int64 = 0
    /// Jobs that died.
    package var dead: Int64 = 0
    /// How long executions took, and their jobs had waited.
    package var timings = Timings()

    /// Executions that failed, whatever came of it.
    package var failed: Int64 { retried + dead }

    /// Executions that ended.
    package var processed: Int64 { succeeded + failed }

    /// The share of executions that failed, from 0 to 1; `nil` where none ended.
    package var failureRate: Double? {
      processed > 0 ? Double(failed) / Double(processed) : nil
    }

    /// So many of something in this stretch, as so many a second.
    package func perSecond(_ count: Int64) -> Double {
      Double(count) * 1000 / Double(max(length.milliseconds, 1))
    }
  }

  /// Oldest first; the first may lie before any stretch that is asked for.
  private let minutes: [QueueMinute]
  private let now: Instant

  /// The minutes of one queue, oldest first, as `minutes` of a store gives them.
  package init(_ minutes: [QueueMinute], at now: Instant) {
    self.minutes = minutes
    self.now = now
  }

  /// What was counted in the stretch that ends now.
  package func counts(over span: TimeSpan) -> Counts {
    let first = (now - span).minute
    let within = minutes.drop { $0.minute < first }
    var counts = Counts(length: length(from: first))
    for minute in within { counts.timings.merge(minute.timings) }
    guard let last = minutes.last else { return counts }
    let before = minutes.last { $0.minute < first }?.totals ?? QueueMinute.Totals()
    counts.enqueued = max(last.totals.enqueued - before.enqueued, 0)
    counts.succeeded = max(last.totals.succeeded - before.succeeded, 0)
    counts.retried = max(last.totals.retried - before.retried, 0)
    counts.dead = max(last.totals.dead - before.dead, 0)
    return counts
  }

  /// What stood in the queue at the end of each minute of the stretch that ends now, oldest first; a
  /// minute without a change has the depth of the one before it.
  ///
  /// Minutes before the first that is known are left out.
  package func depths(over span: TimeSpan) -> [QueueMinute.Depth] {
    let (first, last) = ((now - span).minute, now.minute)
    guard first <= last else { return [] }
    var depths: [QueueMinute.Depth] = []
    var next = 0
    var standing: QueueMinute.Depth?
    for minute in first...last {
      while next < minutes.count, minutes[next].minute <= minute {
        standing = minutes[next].depth
        next += 1
      }
      if let standing { depths.append(standing) }
    }
    return depths
  }

  /// From the beginning of a minute until now.
  private func length(from minute: Int64) -> TimeSpan {
    let begin = Instant(milliseconds: TimeSpan.minutes(minute).milliseconds)
    return max(now.since(begin), TimeSpan(milliseconds: 1))
  }
}
