/// How long executions took that ended by their own doing, and how long their jobs had waited.
///
/// A wait is the time from a job's `run_at`, when it was due, to the start of the execution.
package struct Timings: Equatable, Sendable {
  /// How long the executions took.
  package var runs = DurationHistogram()
  /// How long the jobs had waited for them.
  package var waits = DurationHistogram()

  /// Nothing counted yet.
  package init() {}

  /// Whether nothing was counted.
  package var isEmpty: Bool { runs.isEmpty && waits.isEmpty }

  /// Counts one execution.
  package mutating func add(run: TimeSpan, wait: TimeSpan) {
    runs.add(run)
    waits.add(wait)
  }

  /// Adds what others have counted.
  package mutating func merge(_ other: Timings) {
    runs.merge(other.runs)
    waits.merge(other.waits)
  }

  /// What was counted here and not yet in earlier ones.
  package func since(_ earlier: Timings) -> Timings {
    var rest = self
    rest.runs.remove(earlier.runs)
    rest.waits.remove(earlier.waits)
    return rest
  }

  /// Whether each bucket has at least what an earlier state of it had.
  package func continues(_ earlier: Timings) -> Bool {
    zip(earlier.runs.buckets, runs.buckets).allSatisfy { $0 <= $1 }
      && zip(earlier.waits.buckets, waits.buckets).allSatisfy { $0 <= $1 }
  }
}

// MARK: - As stores keep it

extension Timings {
  /// The bytes of the runs, then those of the waits.
  package var bytes: [UInt8] { runs.bytes + waits.bytes }

  /// Reads what `bytes` wrote; what older stores wrote has no waits.
  package init(bytes: [UInt8]) {
    let length = DurationHistogram.bucketCount * 4
    runs = DurationHistogram(bytes: Array(bytes.prefix(length)))
    waits = DurationHistogram(bytes: Array(bytes.dropFirst(length)))
  }
}
