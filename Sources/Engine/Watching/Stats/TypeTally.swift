package import Jobs

/// Counts jobs and log records by queue and type, which no store keeps counts of.
///
/// A wait is in no log record but in the job, and only that of its last execution; jobs that were
/// purged are not seen.
package struct TypeTally {
  private struct Key: Hashable {
    let queue: QueueName
    let type: JobType
  }

  private struct Counts {
    var enqueued: Int64 = 0
    var processed: Int64 = 0
    var failed: Int64 = 0
    var ended: Int64 = 0
  }

  private struct Tally {
    var counts: [JobState: Int64] = [:]
    var oldestReady: Instant?
    var stretches: [Flow.Stretch: Counts] = [:]
    var timings = Timings()
  }

  private let now: Instant
  private let window: TimeSpan
  private var tallies: [Key: Tally] = [:]
  /// The jobs that ended within the window, by the records that were counted.
  package private(set) var ended: [JobID] = []

  /// Nothing counted yet.
  package init(at now: Instant, window: TimeSpan) {
    self.now = now
    self.window = window
  }

  /// From when jobs and records matter.
  package var beginning: Instant { now - max(window, Flow.Stretch.hour.span) }

  /// Counts a job that has not ended, or has died.
  package mutating func addStanding(_ job: Job) {
    let (key, state) = (Key(queue: job.queue, type: job.type), job.effectiveState(at: now))
    var tally = tallies[key] ?? Tally()
    tally.counts[state, default: 0] += 1
    if state == .ready { tally.oldestReady = min(tally.oldestReady ?? job.runAt, job.runAt) }
    tallies[key] = tally
  }

  /// Counts the acceptance of a job.
  package mutating func addAcceptance(_ job: Job) {
    let key = Key(queue: job.queue, type: job.type)
    for stretch in Flow.Stretch.allCases where job.enqueuedAt >= now - stretch.span {
      tallies[key, default: Tally()].stretches[stretch, default: Counts()].enqueued += 1
    }
  }

  /// Counts the end of an execution, where the record tells of one.
  package mutating func add(_ record: LogRecord) {
    guard [.completed, .failed, .dead].contains(record.event), let queue = record.queue,
      let type = record.jobType
    else { return }
    var tally = tallies[Key(queue: queue, type: type)] ?? Tally()
    for stretch in Flow.Stretch.allCases where record.timestamp >= now - stretch.span {
      var counts = tally.stretches[stretch] ?? Counts()
      counts.processed += 1
      if record.event != .completed { counts.failed += 1 }
      if record.event != .failed { counts.ended += 1 }
      tally.stretches[stretch] = counts
    }
    if record.timestamp >= now - window {
      if let duration = record.duration { tally.timings.runs.add(duration) }
      if record.event != .failed, let id = record.jobID { ended.append(id) }
    }
    tallies[Key(queue: queue, type: type)] = tally
  }

  /// Counts how long a job was due before the execution that ended it.
  package mutating func addWait(of job: Job) {
    guard let start = job.startedAt, job.state == .completed || job.state == .dead else { return }
    let wait = max(.zero, start.since(job.runAt))
    tallies[Key(queue: job.queue, type: job.type), default: Tally()].timings.waits.add(wait)
  }

  /// What was counted, by queue and then by type.
  package var standings: [Standing] {
    tallies.sorted { ($0.key.queue, $0.key.type) < ($1.key.queue, $1.key.type) }
      .map { key, tally in
        var standing = Standing(of: key.queue, key.type)
        standing.counts = tally.counts
        standing.oldestReady = tally.oldestReady
        var flow = Flow(over: window)
        for stretch in Flow.Stretch.allCases {
          flow.rates[stretch] = rates(tally.stretches[stretch] ?? Counts(), over: stretch)
        }
        flow.timings = tally.timings
        standing.flow = flow
        return standing
      }
  }

  private func rates(_ counts: Counts, over stretch: Flow.Stretch) -> Flow.Rates {
    let minutes = Double(stretch.span.milliseconds) / 60_000
    var rates = Flow.Rates()
    rates.enqueued = Double(counts.enqueued) / minutes
    rates.processed = Double(counts.processed) / minutes
    rates.failed = Double(counts.failed) / minutes
    rates.ended = Double(counts.ended) / minutes
    return rates
  }
}
