package import Jobs

/// What one queue was like in each minute of a stretch that ends now, for drawing.
package struct MinuteHistory: Sendable {
  /// One minute, or several that share a column.
  package struct Point: Equatable, Sendable {
    /// The most ready jobs at the end of a minute; `nil` before the first minute that is known.
    package var ready: Int64?
    /// Jobs accepted, per minute.
    package var enqueued = 0.0
    /// Executions that ended, per minute.
    package var processed = 0.0
  }

  private let points: [Point]

  /// The minutes of a queue, oldest first, as `minutes` of a store gives them.
  package init(_ minutes: [QueueMinute], over span: TimeSpan, at now: Instant) {
    let (first, last) = ((now - span).minute, now.minute)
    var points: [Point] = []
    var next = minutes.firstIndex { $0.minute >= first } ?? minutes.count
    var before = next > 0 ? minutes[next - 1] : nil
    for minute in first...max(first, last) {
      var point = Point(ready: before?.depth.ready)
      if next < minutes.count, minutes[next].minute == minute {
        let here = minutes[next]
        next += 1
        let (old, new) = (before?.totals ?? QueueMinute.Totals(), here.totals)
        point.ready = here.depth.ready
        point.enqueued = Double(max(0, new.enqueued - old.enqueued))
        point.processed =
          Double(max(0, new.succeeded - old.succeeded)) + Double(max(0, new.retried - old.retried))
          + Double(max(0, new.dead - old.dead))
        before = here
      }
      points.append(point)
    }
    self.points = points
  }

  /// At most so many columns, each of the same number of minutes but for the first: the highest depth
  /// of them, and the mean of what flowed.
  package func columns(_ most: Int) -> [Point] {
    let size = max(1, (points.count + max(most, 1) - 1) / max(most, 1))
    var columns: [Point] = []
    var end = points.count
    while end > 0 {
      let start = max(0, end - size)
      columns.append(Self.joined(points[start..<end]))
      end = start
    }
    return columns.reversed()
  }

  private static func joined(_ points: ArraySlice<Point>) -> Point {
    var sum = Point()
    for point in points {
      if let ready = point.ready { sum.ready = max(sum.ready ?? 0, ready) }
      sum.enqueued += point.enqueued
      sum.processed += point.processed
    }
    sum.enqueued /= Double(max(1, points.count))
    sum.processed /= Double(max(1, points.count))
    return sum
  }
}
