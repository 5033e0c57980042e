/// A length of time, in milliseconds.
package struct TimeSpan: Hashable, Comparable, Sendable {
  /// The length in milliseconds; may be negative between two moments.
  package let milliseconds: Int64

  /// A length from milliseconds.
  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// No time at all.
  package static let zero = TimeSpan(milliseconds: 0)

  /// A length from whole seconds.
  package static func seconds(_ count: Int64) -> TimeSpan {
    TimeSpan(milliseconds: count.multipliedSaturated(1000))
  }

  /// A length from whole minutes.
  package static func minutes(_ count: Int64) -> TimeSpan {
    .seconds(count.multipliedSaturated(60))
  }

  /// A length from whole hours.
  package static func hours(_ count: Int64) -> TimeSpan {
    .minutes(count.multipliedSaturated(60))
  }

  package static func < (left: TimeSpan, right: TimeSpan) -> Bool {
    left.milliseconds < right.milliseconds
  }

  package static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
    TimeSpan(milliseconds: left.milliseconds.addingSaturated(right.milliseconds))
  }
}

extension Int64 {
  func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }

  func subtractingSaturated(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? .min : .max) : difference
  }

  func multipliedSaturated(_ factor: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? ((self < 0) == (factor < 0) ? .max : .min) : product
  }
}
