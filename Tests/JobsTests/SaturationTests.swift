import Jobs
import Testing

/// A clock or a file may hold any number, and none may trap.
@Suite struct SaturationTests {
  private static let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]

  @Test("Moments and lengths add and subtract up to the ends", arguments: extremes, extremes)
  func arithmetic(_ left: Int64, _ right: Int64) {
    let (instant, span) = (Instant(milliseconds: left), TimeSpan(milliseconds: right))
    #expect(
      (instant + span).milliseconds == Self.clamped(left.addingReportingOverflow(right), right > 0))
    #expect(
      (instant - span).milliseconds
        == Self.clamped(left.subtractingReportingOverflow(right), right < 0))
    #expect(
      instant.since(Instant(milliseconds: right)).milliseconds
        == Self.clamped(left.subtractingReportingOverflow(right), right < 0))
    #expect(
      (TimeSpan(milliseconds: left) + span).milliseconds
        == Self.clamped(left.addingReportingOverflow(right), right > 0))
  }

  private static func clamped(
    _ result: (partialValue: Int64, overflow: Bool), _ rises: Bool
  ) -> Int64 {
    result.overflow ? (rises ? .max : .min) : result.partialValue
  }

  @Test("Lengths in larger units saturate")
  func units() {
    #expect(TimeSpan.seconds(.max).milliseconds == .max)
    #expect(TimeSpan.hours(.max).milliseconds == .max)
    #expect(TimeSpan.minutes(.min).milliseconds == .min)
    #expect(TimeSpan.hours(-2).milliseconds == -7_200_000)
  }

  @Test("Priority orders before time, and time within a priority")
  func order() throws {
    let levels = try Priority.levels.map { try Priority($0) }
    let times = [0, 1_790_000_000_000, 1 << 57].map { Instant(milliseconds: $0) }
    let places = levels.flatMap { level in times.map { level.order(runAt: $0) } }
    #expect(places == places.sorted())
    #expect(Set(places).count == places.count)
    for level in levels {
      for time in Self.extremes { _ = level.order(runAt: Instant(milliseconds: time)) }
    }
  }

  @Test("A small quantum lets old jobs overtake")
  func aging() throws {
    let now = Instant(milliseconds: 1_790_000_000_000)
    let old = try Priority(9).order(runAt: now - .hours(10), quantum: .hours(1))
    let fresh = try Priority(0).order(runAt: now, quantum: .hours(1))
    #expect(old < fresh)
  }
}
