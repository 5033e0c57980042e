package import Jobs

/// Everything that `metrics` tells of a store at one moment, as families (conventions.md §3).
///
/// Every known combination of labels has a sample, so that what is zero does not look like what is
/// gone. Queues and schedules are in the order of their names, whatever order they come in.
package struct StoreMetrics: Sendable {
  /// A queue and who works for it.
  package struct Workers: Equatable, Sendable {
    /// Living workers that take jobs from it.
    package var living: Int64
    /// Those of them that have a job in hand.
    package var busy: Int64

    /// Both counts.
    package init(living: Int64 = 0, busy: Int64 = 0) {
      self.living = living
      self.busy = busy
    }
  }

  /// The queues with their kept counts.
  package var queues: [QueueSummary] = []
  /// What was ever counted; `nil` for a store that does not count.
  package var meters: [QueueMeter]?
  /// Who works; `nil` where nobody can tell.
  ///
  /// A queue that is missing has nobody.
  package var workers: [QueueName: Workers]?
  /// When the latest job of each schedule completed, where it did.
  package var lastSuccesses: [ScheduleName: Instant] = [:]
  /// The version of qctl.
  package let version: String
  /// When all of that was so.
  package let now: Instant

  /// Nothing yet.
  package init(version: String, now: Instant) {
    self.version = version
    self.now = now
  }

  /// The families, always in the same order.
  package var families: [MetricFamily] {
    var families = standing
    if let meters { families += counted(meters) }
    if let workers { families += working(workers) }
    families.append(schedules)
    var build = MetricFamily(
      "qctl_build_info", .gauge, "The version of qctl that wrote this, always 1.")
    build.add(.count(1), .init("version", version))
    families.append(build)
    return families
  }

  /// The states in the order in which they are written.
  private static let states: [JobState] = [
    .scheduled, .ready, .active, .retrying, .blocked, .completed, .dead, .cancelled,
  ]

  private var sorted: [QueueSummary] { queues.sorted { $0.queue < $1.queue } }

  private func queue(_ name: QueueName) -> MetricFamily.Label {
    .init("queue", name.description)
  }

  // MARK: - What stands in the queues

  private var standing: [MetricFamily] {
    var jobs = MetricFamily("qctl_jobs", .gauge, "Jobs in a queue by state; what is due is ready.")
    var latency = MetricFamily(
      "qctl_queue_latency_seconds", .gauge,
      "For how long the oldest ready job has been due; 0 where none is ready.")
    var oldest = MetricFamily(
      "qctl_queue_oldest_ready_timestamp_seconds", .gauge,
      "When the oldest ready job was due; missing where none is ready.")
    var paused = MetricFamily(
      "qctl_queue_paused", .gauge, "1 where workers take nothing from a queue, else 0.")
    for summary in sorted {
      let queue = queue(summary.queue)
      for state in Self.states {
        // A count that an application spoilt may be below zero, which no count of jobs can be.
        jobs.add(.count(max(0, summary.count(state))), queue, .init("state", state.rawValue))
      }
      let age = summary.oldestReady.map { max(.zero, now.since($0)) } ?? .zero
      latency.add(.time(age), queue)
      if let since = summary.oldestReady { oldest.add(.time(since.sinceEpoch), queue) }
      paused.add(.count(summary.paused ? 1 : 0), queue)
    }
    return [jobs, latency, oldest, paused]
  }

  // MARK: - What was ever counted

  private func counted(_ meters: [QueueMeter]) -> [MetricFamily] {
    var enqueued = MetricFamily(
      "qctl_jobs_enqueued_total", .counter, "Jobs that a queue ever accepted.")
    var attempts = MetricFamily(
      "qctl_job_attempts_total", .counter,
      "Executions that ever ended, by what came of them; retry is a failure that is tried again.")
    var waits = MetricFamily(
      "qctl_job_wait_seconds", .histogram, "How long jobs were due until a worker took them.")
    var runs = MetricFamily("qctl_job_run_seconds", .histogram, "How long executions took.")
    for meter in complete(meters) {
      let (queue, totals) = (queue(meter.queue), meter.totals)
      enqueued.add(.count(totals.enqueued), queue)
      attempts.add(.count(totals.succeeded), queue, .init("outcome", "success"))
      attempts.add(.count(totals.retried), queue, .init("outcome", "retry"))
      attempts.add(.count(totals.dead), queue, .init("outcome", "dead"))
      waits.add(meter.timings.waits, sum: TimeSpan(milliseconds: totals.waited), queue)
      runs.add(meter.timings.runs, sum: TimeSpan(milliseconds: totals.run), queue)
    }
    return [enqueued, attempts, waits, runs]
  }

  /// The meters by name, and an empty one for each queue without.
  private func complete(_ meters: [QueueMeter]) -> [QueueMeter] {
    let known = Set(meters.map(\.queue))
    let rest = queues.filter { !known.contains($0.queue) }.map {
      QueueMeter(queue: $0.queue, totals: QueueMinute.Totals(), timings: Timings())
    }
    return (meters + rest).sorted { $0.queue < $1.queue }
  }

  // MARK: - Who works

  private func working(_ workers: [QueueName: Workers]) -> [MetricFamily] {
    var living = MetricFamily(
      "qctl_workers", .gauge, "Living workers of this host that take jobs from a queue.")
    var busy = MetricFamily(
      "qctl_workers_busy", .gauge, "Those of them that have a job in hand.")
    for name in Set(queues.map(\.queue)).union(workers.keys).sorted() {
      let here = workers[name] ?? Workers()
      living.add(.count(here.living), queue(name))
      busy.add(.count(here.busy), queue(name))
    }
    return [living, busy]
  }

  private var schedules: MetricFamily {
    var family = MetricFamily(
      "qctl_schedule_last_success_timestamp_seconds", .gauge,
      "When the latest job of a schedule completed; missing until it has.")
    for (name, time) in lastSuccesses.sorted(by: { $0.key < $1.key }) {
      family.add(.time(time.sinceEpoch), .init("schedule", name.description))
    }
    return family
  }
}

extension Instant {
  fileprivate var sinceEpoch: TimeSpan { TimeSpan(milliseconds: milliseconds) }
}
