import Engine
import Jobs
import Testing

@Suite struct MinuteSeriesTests {
  private let queue: QueueName
  private let now = Instant(milliseconds: 1_000 * 60_000 + 30_000)

  init() throws { queue = try QueueName("emails") }

  /// Minutes that end so many before now, each with so many completed, failed and dead in it.
  private func series(_ parts: [(ago: Int64, done: Int64, retried: Int64, dead: Int64)])
    -> MinuteSeries
  {
    var totals = QueueMinute.Totals()
    let minutes = parts.map { part in
      var minute = QueueMinute(queue: queue, minute: now.minute - part.ago)
      totals.succeeded += part.done
      totals.retried += part.retried
      totals.dead += part.dead
      minute.totals = totals
      minute.depth.ready = part.ago
      for _ in 0..<part.done {
        minute.timings.add(run: .seconds(part.ago), wait: .seconds(1))
      }
      return minute
    }
    return MinuteSeries(minutes, at: now)
  }

  @Test func whatIsBeforeAStretchDoesNotCountInIt() {
    let counts = series([(120, 50, 5, 5), (60, 10, 2, 1), (5, 3, 1, 0)]).counts(over: .hours(1))
    #expect([counts.succeeded, counts.retried, counts.dead] == [13, 3, 1])
    #expect(counts.processed == 17)
    #expect(counts.failureRate == 4.0 / 17)
    #expect(counts.timings.runs.count == 13)
    #expect(counts.length == .minutes(60) + .seconds(30))
  }

  @Test func ofAnEmptyStretchThereIsNoFailureRate() {
    #expect(series([(120, 50, 5, 5)]).counts(over: .hours(1)).failureRate == nil)
    #expect(series([]).counts(over: .hours(1)).processed == 0)
  }

  @Test func aMinuteWithoutAChangeHasTheDepthOfTheOneBefore() {
    let depths = series([(7, 0, 0, 0), (3, 0, 0, 0), (2, 0, 0, 0)]).depths(over: .minutes(5))
    #expect(depths.map(\.ready) == [7, 7, 3, 2, 2, 2])
  }

  @Test func beforeTheFirstMinuteNothingIsKnown() {
    #expect(series([(1, 0, 0, 0)]).depths(over: .minutes(5)).map(\.ready) == [1, 1])
    #expect(series([]).depths(over: .minutes(5)).isEmpty)
  }
}
