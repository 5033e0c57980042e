/// How long executions took: a count for each of a fixed row of lengths.
///
/// A length belongs to the first bucket whose upper bound is not below it, as in Prometheus. The
/// bounds are part of the formats of stores: none may be changed or moved, only put behind the last.
package struct DurationHistogram: Sendable {
  /// The upper bounds in milliseconds: 1, 2, 5, 10 … up to an hour; the last bucket has none.
  package static var bounds: [Int64] { (0..<bucketCount - 1).map { finiteBounds[$0] } }

  /// How many buckets there are, the one without an upper bound included.
  package static let bucketCount = 22

  private static let finiteBounds: InlineArray<21, Int64> = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000,
    500_000, 1_000_000, 2_000_000, 3_600_000,
  ]

  private var counts: InlineArray<22, UInt64> = .init(repeating: 0)

  /// Nothing counted yet.
  package init() {}

  /// How many lengths were counted.
  package var count: UInt64 {
    var sum: UInt64 = 0
    for index in counts.indices { sum = Self.sum(sum, counts[index]) }
    return sum
  }

  /// Whether nothing was counted.
  package var isEmpty: Bool {
    for index in counts.indices where counts[index] != 0 { return false }
    return true
  }

  /// How many lengths each bucket has, shortest first.
  package var buckets: [UInt64] { counts.indices.map { counts[$0] } }

  /// Counts one length; what a clock that stepped back made negative counts as none.
  package mutating func add(_ duration: TimeSpan) {
    let index = Self.bucket(of: duration.milliseconds)
    counts[index] = Self.sum(counts[index], 1)
  }

  /// Adds what another has counted.
  package mutating func merge(_ other: DurationHistogram) {
    for index in counts.indices { counts[index] = Self.sum(counts[index], other.counts[index]) }
  }

  /// Takes away what another has counted; none falls below zero.
  package mutating func remove(_ other: DurationHistogram) {
    for index in counts.indices { counts[index] -= min(counts[index], other.counts[index]) }
  }

  /// The length that a share of all stays within, taking those of a bucket as evenly spread.
  ///
  /// - Parameter share: 0.99 for the 99th percentile; held to 0...1.
  /// - Returns: `nil` where nothing was counted; an hour for what lies beyond the last bound.
  package func quantile(_ share: Double) -> TimeSpan? {
    let total = count
    guard total > 0 else { return nil }
    let rank = Double(total) * min(max(share.isNaN ? 1 : share, 0), 1)
    var below = 0.0
    var last = 0
    for index in counts.indices where counts[index] > 0 {
      let inside = Double(counts[index])
      if below + inside >= rank { return Self.place(in: index, (rank - below) / inside) }
      below += inside
      last = index
    }
    return Self.place(in: last, 1)
  }

  private static func place(in bucket: Int, _ share: Double) -> TimeSpan {
    guard bucket < finiteBounds.count else {
      return TimeSpan(milliseconds: finiteBounds[finiteBounds.count - 1])
    }
    let from = bucket == 0 ? 0 : finiteBounds[bucket - 1]
    let width = Double(finiteBounds[bucket] - from)
    return TimeSpan(milliseconds: from + Int64((width * min(max(share, 0), 1)).rounded()))
  }

  private static func bucket(of milliseconds: Int64) -> Int {
    var low = 0
    var high = finiteBounds.count
    while low < high {
      let middle = (low + high) / 2
      if finiteBounds[middle] < milliseconds { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }
}

extension DurationHistogram: Equatable {
  package static func == (left: DurationHistogram, right: DurationHistogram) -> Bool {
    for index in left.counts.indices where left.counts[index] != right.counts[index] {
      return false
    }
    return true
  }
}

// MARK: - As stores keep it

extension DurationHistogram {
  /// Four bytes a bucket, the lowest first; a count above what fits is kept as the most that does.
  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.bucketCount * 4) { buffer, count in
      for index in counts.indices {
        let kept = UInt32(clamping: counts[index])
        for part in 0..<4 {
          buffer[index * 4 + part] = UInt8(truncatingIfNeeded: kept >> (UInt32(part) * 8))
        }
      }
      count = Self.bucketCount * 4
    }
  }

  /// Reads what `bytes` wrote; whatever is missing counts as zero, whatever is too much is left.
  package init(bytes: [UInt8]) {
    for index in counts.indices where index * 4 + 3 < bytes.count {
      var kept: UInt32 = 0
      for part in 0..<4 { kept |= UInt32(bytes[index * 4 + part]) << (UInt32(part) * 8) }
      counts[index] = UInt64(kept)
    }
  }
}
