/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Arithmetic saturates: a clock or a file may hold any number, and none may trap.
package struct Instant: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z; negative before it.
  package let milliseconds: Int64

  /// A moment from milliseconds since 1970.
  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  package static func < (left: Instant, right: Instant) -> Bool {
    left.milliseconds < right.milliseconds
  }

  package static func + (instant: Instant, span: TimeSpan) -> Instant {
    Instant(milliseconds: instant.milliseconds.addingSaturated(span.milliseconds))
  }

  package static func - (instant: Instant, span: TimeSpan) -> Instant {
    Instant(milliseconds: instant.milliseconds.subtractingSaturated(span.milliseconds))
  }

  /// The time from `earlier` to this moment; negative if it lies after.
  package func since(_ earlier: Instant) -> TimeSpan {
    TimeSpan(milliseconds: milliseconds.subtractingSaturated(earlier.milliseconds))
  }
}
