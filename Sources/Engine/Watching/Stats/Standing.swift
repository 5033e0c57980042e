package import Jobs

/// How a queue, or the jobs of one type in it, stand: what there is, what flows, and where it leads.
package struct Standing: Sendable {
  /// Which queue.
  package let queue: QueueName
  /// Which type, where types are told apart.
  package let type: JobType?
  /// How many jobs there are by state as shown.
  package var counts: [JobState: Int64] = [:]
  /// When the oldest ready job was due; `nil` if none is ready.
  package var oldestReady: Instant?
  /// What came and went lately; `nil` for a store that does not count over time.
  package var flow: Flow?
  /// Who works for it; `nil` where nobody can tell.
  package var workers: StoreMetrics.Workers?

  /// A standing of which nothing is known yet.
  package init(of queue: QueueName, _ type: JobType? = nil) {
    self.queue = queue
    self.type = type
  }

  /// How many jobs are in a state as shown.
  package func count(_ state: JobState) -> Int64 { max(0, counts[state] ?? 0) }

  /// What becomes of the ready jobs if all goes on as in the last five minutes.
  package var drain: Drain {
    let ready = count(.ready)
    guard ready > 0 else { return .empty }
    guard let recent = flow?.rates[.fiveMinutes] else { return .unknown }
    let net = recent.ended - recent.enqueued
    guard net > 0 else { return .never }
    let minutes = Double(ready) / net
    // Beyond ten years is as good as never, and must not overflow.
    guard minutes < 10 * 366 * 24 * 60 else { return .never }
    return .within(TimeSpan(milliseconds: Int64((minutes * 60_000).rounded(.up))))
  }
}

/// Where a queue is going.
package enum Drain: Equatable, Sendable {
  /// Nothing is ready.
  case empty
  /// So long until nothing is.
  case within(TimeSpan)
  /// It grows, or stands still.
  case never
  /// Nobody counts.
  case unknown

  /// One word for it.
  package var word: String {
    switch self {
    case .empty: "empty"
    case .within: "drains"
    case .never: "never"
    case .unknown: "unknown"
    }
  }
}

/// What came and went lately.
package struct Flow: Sendable {
  /// A stretch of time over which rates are told.
  package enum Stretch: CaseIterable, Hashable, Sendable {
    case minute, fiveMinutes, hour

    /// How long it is.
    package var span: TimeSpan {
      switch self {
      case .minute: .minutes(1)
      case .fiveMinutes: .minutes(5)
      case .hour: .hours(1)
      }
    }

    /// As fields are named: `5m`.
    package var name: String {
      switch self {
      case .minute: "1m"
      case .fiveMinutes: "5m"
      case .hour: "1h"
      }
    }
  }

  /// So many a minute.
  package struct Rates: Equatable, Sendable {
    /// Jobs accepted.
    package var enqueued = 0.0
    /// Executions that ended.
    package var processed = 0.0
    /// Executions that failed.
    package var failed = 0.0
    /// Jobs that completed or died, and so are not ready again by themselves.
    package var ended = 0.0

    /// Nothing at all.
    package init() {}
  }

  /// The rates over each stretch.
  package var rates: [Stretch: Rates] = [:]
  /// How long executions of the window took, and jobs waited; without waits where nobody tells.
  package var timings = Timings()
  /// Over which time the timings are.
  package let window: TimeSpan

  /// Nothing counted yet, of a window.
  package init(over window: TimeSpan) { self.window = window }

  /// What the minutes of a queue tell.
  package init(_ minutes: MinuteSeries, over window: TimeSpan) {
    self.window = window
    for stretch in Stretch.allCases {
      let counts = minutes.counts(over: stretch.span)
      var rates = Rates()
      rates.enqueued = counts.perSecond(counts.enqueued) * 60
      rates.processed = counts.perSecond(counts.processed) * 60
      rates.failed = counts.perSecond(counts.failed) * 60
      rates.ended = counts.perSecond(counts.succeeded + counts.dead) * 60
      self.rates[stretch] = rates
    }
    timings = minutes.counts(over: window).timings
  }
}
