import Jobs
import TestSupport
import Testing

@Suite struct DurationHistogramTests {
  @Test func boundsAreOneTwoFiveUpToAnHour() {
    let bounds = DurationHistogram.bounds
    #expect(bounds.prefix(6) == [1, 2, 5, 10, 20, 50])
    #expect(bounds.last == 3_600_000)
    #expect(bounds.count == DurationHistogram.bucketCount - 1)
    #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test(arguments: [
    (Int64.min, 0), (0, 0), (1, 0), (2, 1), (3, 2), (5, 2), (6, 3), (3_600_000, 20),
    (3_600_001, 21), (Int64.max, 21),
  ])
  func aLengthIsInTheFirstBucketThatHoldsIt(_ milliseconds: Int64, _ bucket: Int) {
    #expect(Self.of([milliseconds]).buckets.firstIndex(of: 1) == bucket)
  }

  @Test func nothingHasNoQuantile() {
    #expect(DurationHistogram().isEmpty)
    #expect(DurationHistogram().quantile(0.5) == nil)
  }

  @Test func insideABucketAQuantileGoesByShare() {
    let histogram = Self.of([Int64](repeating: 15, count: 10))
    #expect(histogram.quantile(0)?.milliseconds == 10)
    #expect(histogram.quantile(0.5)?.milliseconds == 15)
    #expect(histogram.quantile(1)?.milliseconds == 20)
    #expect(Self.of([.max]).quantile(0.5)?.milliseconds == 3_600_000)
    #expect(histogram.quantile(.nan) == histogram.quantile(1))
    #expect(histogram.quantile(-7) == histogram.quantile(0))
  }

  @Test func aQuantileLiesInTheBucketOfTheTrueOne() {
    var random = SeededGenerator()
    for _ in 0..<300 {
      let lengths = Self.lengths(&random).sorted()
      let histogram = Self.of(lengths)
      let share = Double.random(in: 0...1, using: &random)
      let rank = max(Int((share * Double(lengths.count)).rounded(.up)), 1)
      let truth = lengths[min(rank, lengths.count) - 1]
      let found = histogram.quantile(share)?.milliseconds ?? -1
      let bounds = [0] + DurationHistogram.bounds
      let index = DurationHistogram.bounds.firstIndex { truth <= $0 } ?? bounds.count - 2
      #expect(
        found >= bounds[index] && found <= bounds[index + 1],
        "\(share) of \(lengths), \(random.note)"
      )
    }
  }

  @Test func quantilesRise() {
    var random = SeededGenerator()
    for _ in 0..<100 {
      let histogram = Self.of(Self.lengths(&random))
      let found = stride(from: 0.0, through: 1, by: 0.05).compactMap { histogram.quantile($0) }
      #expect(found == found.sorted(), Comment(rawValue: random.note))
    }
  }

  @Test func mergingIsCountingTogether() {
    var random = SeededGenerator()
    for _ in 0..<100 {
      let (left, right) = (Self.lengths(&random), Self.lengths(&random))
      var merged = Self.of(left)
      merged.merge(Self.of(right))
      #expect(merged == Self.of(right + left), Comment(rawValue: random.note))
      #expect(merged.count == UInt64(left.count + right.count))
      #expect(merged != Self.of(left))
    }
  }

  @Test func whatIsWrittenIsRead() {
    var random = SeededGenerator()
    for _ in 0..<100 {
      let histogram = Self.of(Self.lengths(&random))
      #expect(histogram.bytes.count == DurationHistogram.bucketCount * 4)
      #expect(
        DurationHistogram(bytes: histogram.bytes) == histogram, Comment(rawValue: random.note))
    }
  }

  @Test func anyBytesCanBeRead() {
    var random = SeededGenerator()
    for length in [0, 1, 3, 4, 87, 88, 200] {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(DurationHistogram(bytes: bytes).isEmpty == (length < 4))
    }
  }

  @Test func whatDoesNotFitIsKeptAsTheMost() {
    var histogram = DurationHistogram(bytes: [255, 255, 255, 255])
    histogram.add(.zero)
    #expect(histogram.count == 1 << 32)
    #expect(DurationHistogram(bytes: histogram.bytes).count == (1 << 32) - 1)
  }

  private static func of(_ lengths: [Int64]) -> DurationHistogram {
    var histogram = DurationHistogram()
    for length in lengths { histogram.add(TimeSpan(milliseconds: length)) }
    return histogram
  }

  private static func lengths(_ random: inout SeededGenerator) -> [Int64] {
    (0..<Int.random(in: 1...40, using: &random)).map { _ in
      Int64.random(in: 0...(1 << Int64.random(in: 0...23, using: &random)), using: &random)
    }
  }
}
