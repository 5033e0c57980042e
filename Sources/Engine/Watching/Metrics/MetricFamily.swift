package import Jobs

/// Measurements of one name: what Prometheus calls a metric family.
package struct MetricFamily: Equatable, Sendable {
  /// What its values may do.
  package enum Kind: String, Equatable, Sendable {
    /// It rises and falls.
    case gauge
    /// It only ever rises.
    case counter
    /// It counts lengths of time in buckets that only ever rise.
    case histogram
  }

  /// Its name and value for a dimension.
  package struct Label: Equatable, Sendable {
    /// The dimension.
    package let name: String
    /// Any text.
    package let value: String

    /// A label with its parts.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A number that both formats write exactly.
  package enum Value: Equatable, Sendable {
    /// So many.
    case count(Int64)
    /// So many, where they were counted without a sign.
    case whole(UInt64)
    /// Written in seconds.
    case time(TimeSpan)
  }

  /// One number, and what it is of.
  package struct Sample: Equatable, Sendable {
    /// What is added to the family's name: `_bucket`.
    package let suffix: String
    /// Of what.
    package let labels: [Label]
    /// The upper bound of a bucket, where it is one.
    package let bound: Bound?
    /// How much.
    package let value: Value
  }

  /// Where a bucket ends.
  package enum Bound: Equatable, Sendable {
    /// With lengths of so long.
    case upTo(TimeSpan)
    /// Nowhere.
    case infinite
  }

  /// The name, as the text format has it: counters end in `_total`.
  package let name: String
  /// What its values may do.
  package let kind: Kind
  /// What it measures, in a sentence.
  package let help: String
  /// The numbers, those of a histogram together.
  package private(set) var samples: [Sample] = []

  /// A family without samples.
  package init(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    self.kind = kind
    self.help = help
  }

  /// Adds a number.
  package mutating func add(_ value: Value, _ labels: Label...) {
    samples.append(Sample(suffix: "", labels: labels, bound: nil, value: value))
  }

  /// Adds the buckets of a histogram, their sum and their count.
  package mutating func add(_ lengths: DurationHistogram, sum: TimeSpan, _ labels: Label...) {
    var below: UInt64 = 0
    let bounds = DurationHistogram.bounds.map { Bound.upTo(TimeSpan(milliseconds: $0)) }
    for (bound, count) in zip(bounds + [.infinite], lengths.buckets) {
      let (upTo, overflow) = below.addingReportingOverflow(count)
      below = overflow ? .max : upTo
      samples.append(Sample(suffix: "_bucket", labels: labels, bound: bound, value: .whole(below)))
    }
    samples.append(Sample(suffix: "_sum", labels: labels, bound: nil, value: .time(sum)))
    samples.append(Sample(suffix: "_count", labels: labels, bound: nil, value: .whole(below)))
  }
}
