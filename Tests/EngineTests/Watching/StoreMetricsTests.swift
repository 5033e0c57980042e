import Engine
import Jobs
import Testing

@Suite struct StoreMetricsTests {
  private let now = Instant(milliseconds: 1_748_764_800_000)

  private func lines(_ metrics: StoreMetrics) -> [String] {
    String(decoding: Exposition.prometheus.bytes(of: metrics.families), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  @Test func everyKnownCombinationHasASample() throws {
    var metrics = StoreMetrics(version: "1.2.3", now: now)
    metrics.queues = [QueueSummary(queue: try QueueName("q"))]
    metrics.meters = []
    metrics.workers = [:]
    let lines = lines(metrics)
    for state in JobState.allCases {
      #expect(lines.contains(#"qctl_jobs{queue="q",state="\#(state.rawValue)"} 0"#))
    }
    for outcome in ["success", "retry", "dead"] {
      #expect(lines.contains(#"qctl_job_attempts_total{queue="q",outcome="\#(outcome)"} 0"#))
    }
    for line in [
      #"qctl_queue_latency_seconds{queue="q"} 0"#, #"qctl_queue_paused{queue="q"} 0"#,
      #"qctl_jobs_enqueued_total{queue="q"} 0"#, #"qctl_workers{queue="q"} 0"#,
      #"qctl_workers_busy{queue="q"} 0"#, #"qctl_job_wait_seconds_bucket{queue="q",le="+Inf"} 0"#,
      #"qctl_job_run_seconds_count{queue="q"} 0"#, #"qctl_build_info{version="1.2.3"} 1"#,
    ] { #expect(lines.contains(line), "\(line)") }
    #expect(!lines.contains { $0.hasPrefix("qctl_queue_oldest_ready_timestamp_seconds") })
  }

  @Test func whatNobodyCountsIsLeftOut() throws {
    var metrics = StoreMetrics(version: "1", now: now)
    metrics.queues = [QueueSummary(queue: try QueueName("q"))]
    let text = lines(metrics).joined()
    for name in ["_total", "_bucket", "qctl_workers"] { #expect(!text.contains(name)) }
  }

  @Test func theOrderIsThatOfNamesWhateverTheStoreSays() throws {
    var (one, other) = (StoreMetrics(version: "1", now: now), StoreMetrics(version: "1", now: now))
    one.queues = try ["b", "a", "c"].map { QueueSummary(queue: try QueueName($0)) }
    one.meters = try ["c", "d"].map {
      QueueMeter(queue: try QueueName($0), totals: .init(), timings: Timings())
    }
    one.lastSuccesses = [try QueueName("y"): now, try QueueName("x"): now]
    other.queues = one.queues.reversed()
    other.meters = one.meters?.reversed()
    other.lastSuccesses = one.lastSuccesses
    #expect(lines(one) == lines(other))
    #expect(Set(lines(one)).count == lines(one).count)
  }

  @Test func anAgeIsNeverNegativeAndStampsAreExact() throws {
    var summary = QueueSummary(queue: try QueueName("q"), counts: [.ready: 1, .dead: -4])
    summary.oldestReady = now + .milliseconds(1500)
    var metrics = StoreMetrics(version: "1", now: now)
    metrics.queues = [summary]
    let lines = lines(metrics)
    #expect(lines.contains(#"qctl_queue_latency_seconds{queue="q"} 0"#))
    #expect(
      lines.contains(#"qctl_queue_oldest_ready_timestamp_seconds{queue="q"} 1748764801.5"#))
    #expect(lines.contains(#"qctl_jobs{queue="q",state="dead"} 0"#))
  }
}

extension TimeSpan {
  fileprivate static func milliseconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count) }
}
