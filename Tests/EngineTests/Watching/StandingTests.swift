import Engine
import Jobs
import Testing

@Suite struct StandingTests {
  private let queue: QueueName
  private let now = Instant(milliseconds: 1_000 * 60_000 + 30_000)

  init() throws { queue = try QueueName("emails") }

  /// A queue with ready jobs, and what flowed per minute in the last five minutes.
  private func standing(ready: Int64, enqueued: Double = 0, ended: Double = 0) -> Standing {
    var standing = Standing(of: queue)
    standing.counts[.ready] = ready
    var (flow, rates) = (Flow(over: .hours(1)), Flow.Rates())
    (rates.enqueued, rates.ended) = (enqueued, ended)
    flow.rates[.fiveMinutes] = rates
    standing.flow = flow
    return standing
  }

  @Test func aQueueDrainsByWhatEndsBeyondWhatComes() {
    #expect(standing(ready: 100, enqueued: 5, ended: 15).drain == .within(.minutes(10)))
    #expect(standing(ready: 1, enqueued: 0, ended: 3).drain == .within(.seconds(20)))
  }

  @Test func aQueueThatGrowsOrStandsStillNeverDrains() {
    #expect(standing(ready: 100, enqueued: 15, ended: 15).drain == .never)
    #expect(standing(ready: 100, enqueued: 15, ended: 5).drain == .never)
    #expect(standing(ready: 100).drain == .never)
    #expect(standing(ready: .max, ended: 0.0001).drain == .never)
  }

  @Test func anEmptyQueueHasNothingToDrain() {
    #expect(standing(ready: 0, enqueued: 9).drain == .empty)
    #expect(standing(ready: -3).drain == .empty)
  }

  @Test func withoutMinutesNobodyKnows() {
    var standing = Standing(of: queue)
    standing.counts[.ready] = 1
    #expect(standing.drain == .unknown)
  }

  @Test func ratesArePerMinuteOfTheTrueLength() {
    var minute = QueueMinute(queue: queue, minute: now.minute)
    minute.totals.enqueued = 33
    minute.totals.succeeded = 11
    minute.totals.retried = 22
    let flow = Flow(MinuteSeries([minute], at: now), over: .hours(1))
    // A minute and a half, five and a half, sixty and a half.
    #expect(flow.rates[.minute]?.enqueued == 22)
    #expect(flow.rates[.fiveMinutes]?.processed == 6)
    #expect(flow.rates[.fiveMinutes]?.failed == 4)
    #expect(flow.rates[.fiveMinutes]?.ended == 2)
    #expect((flow.rates[.hour]?.enqueued ?? 0) * 60.5 == 33)
  }

  // MARK: - By type

  private func job(_ type: String, _ state: JobState, enqueuedAgo: TimeSpan) throws -> Job {
    let id = try #require(JobID(rawValue: 1))
    let at = now - enqueuedAgo
    return Job(
      id: id, queue: queue, type: try JobType(type), state: state, priority: .default,
      enqueuedAt: at, runAt: at, maxAttempts: 3)
  }

  private func record(_ event: LogRecord.Event, _ type: String, ago: TimeSpan) throws -> LogRecord {
    var record = LogRecord(event, at: now - ago)
    record.queue = queue
    record.jobType = try JobType(type)
    record.duration = .seconds(2)
    return record
  }

  @Test func typesAreToldApart() throws {
    var tally = TypeTally(at: now, window: .hours(1))
    tally.addStanding(try job("welcome", .ready, enqueuedAgo: .minutes(7)))
    tally.addStanding(try job("welcome", .scheduled, enqueuedAgo: .minutes(9)))
    tally.addStanding(try job("digest", .dead, enqueuedAgo: .minutes(9)))
    tally.addAcceptance(try job("welcome", .ready, enqueuedAgo: .minutes(2)))
    tally.addAcceptance(try job("welcome", .ready, enqueuedAgo: .hours(2)))
    tally.add(try record(.completed, "digest", ago: .minutes(3)))
    tally.add(try record(.failed, "digest", ago: .minutes(30)))
    tally.add(try record(.dead, "digest", ago: .hours(2)))
    tally.add(try record(.purged, "other", ago: .minutes(1)))
    let standings = tally.standings
    #expect(standings.map(\.type?.description) == ["digest", "welcome"])
    let (digest, welcome) = (standings[0], standings[1])
    #expect(welcome.count(.ready) == 2)
    #expect(welcome.oldestReady == now - .minutes(9))
    #expect(digest.count(.dead) == 1)
    #expect(welcome.flow?.rates[.fiveMinutes]?.enqueued == 0.2)
    #expect(welcome.flow?.rates[.minute]?.enqueued == 0)
    #expect(digest.flow?.rates[.fiveMinutes]?.processed == 0.2)
    #expect((digest.flow?.rates[.hour]?.failed ?? 0) * 60 == 1)
    #expect(digest.flow?.timings.runs.count == 2)
  }

  @Test func waitsOfATypeAreThoseOfWhatEnded() throws {
    var tally = TypeTally(at: now, window: .hours(1))
    for (event, minutes) in [(LogRecord.Event.completed, 3), (.failed, 4), (.dead, 90)] {
      var record = try record(event, "digest", ago: .minutes(Int64(minutes)))
      record.jobID = JobID(rawValue: Int64(minutes))
      tally.add(record)
    }
    #expect(tally.ended == [JobID(rawValue: 3)])
    var done = try job("digest", .completed, enqueuedAgo: .minutes(5))
    done.startedAt = now - .minutes(4)
    tally.addWait(of: done)
    // Whoever was replayed meanwhile waits for something else.
    done.state = .ready
    tally.addWait(of: done)
    let waits = try #require(tally.standings.first?.flow?.timings.waits)
    #expect(waits.count == 1)
  }
}
