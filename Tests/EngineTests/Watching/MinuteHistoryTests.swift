import Engine
import Jobs
import Testing

@Suite struct MinuteHistoryTests {
  private let queue: QueueName
  private let now = Instant(milliseconds: 1_000 * 60_000 + 30_000)

  init() throws { queue = try QueueName("emails") }

  private func minutes(_ parts: [(ago: Int64, ready: Int64, enqueued: Int64, done: Int64)])
    -> [QueueMinute]
  {
    parts.map { part in
      var minute = QueueMinute(queue: queue, minute: now.minute - part.ago)
      minute.depth.ready = part.ready
      minute.totals.enqueued = part.enqueued
      minute.totals.succeeded = part.done
      return minute
    }
  }

  @Test func whatStoodBeforeStandsUntilItChanges() {
    let history = MinuteHistory(
      minutes([(9, 4, 10, 6), (2, 7, 15, 8)]), over: .minutes(3), at: now)
    let points = history.columns(80)
    #expect(points.map(\.ready) == [4, 7, 7, 7])
    #expect(points.map(\.enqueued) == [0, 5, 0, 0])
    #expect(points.map(\.processed) == [0, 2, 0, 0])
  }

  @Test func beforeTheFirstMinuteNothingIsKnown() {
    let points = MinuteHistory(minutes([(1, 3, 3, 0)]), over: .minutes(3), at: now).columns(80)
    #expect(points.map(\.ready) == [nil, nil, 3, 3])
    #expect(MinuteHistory([], over: .minutes(2), at: now).columns(80).count == 3)
  }

  @Test func columnsShareMinutesAndKeepTheirPeaks() {
    let history = MinuteHistory(
      minutes([(5, 1, 1, 0), (4, 9, 9, 0), (3, 0, 9, 9), (0, 2, 11, 9)]), over: .minutes(5), at: now
    )
    let points = history.columns(3)
    #expect(points.map(\.ready) == [9, 0, 2])
    #expect(points.map(\.enqueued) == [4.5, 0, 1])
    #expect(points.map(\.processed) == [0, 4.5, 0])
    #expect(history.columns(0).count == 1)
  }
}
