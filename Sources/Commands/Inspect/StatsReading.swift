import Engine
import Jobs
import Storage

/// Reads what `stats` shows.
struct StatsReading {
  let store: any StorageAdapter
  let options: StatsCommand.Options
  let now: Instant

  /// How many records of the log are counted at most: so many fit into memory.
  private static let mostRecords = 200_000
  private static let mostIDs = 500

  /// The rows asked for, by queue and type.
  func standings(_ context: CommandContext) throws(CommandFailure) -> [Standing] {
    switch options.subject {
    case .queue: try queues()
    case .type: try types(context)
    }
  }

  private func isWanted(_ queue: QueueName) -> Bool {
    options.names.isEmpty || options.names.contains(queue)
  }

  /// The queues that are wanted, with their kept counts.
  func summaries() throws(CommandFailure) -> [QueueSummary] {
    try stored { () throws(StorageError) in try store.queues(at: now) }
      .filter { isWanted($0.queue) }
  }

  /// The minutes of a queue, from before the longest stretch; `nil` for a store that has none.
  func minutes(of queue: QueueName, over span: TimeSpan) throws(CommandFailure) -> [QueueMinute]? {
    guard store.capabilities[.minutes] == .full else { return nil }
    return try stored { () throws(StorageError) in
      try store.minutes(MinutesRequest(of: queue, from: now - span, to: now))
    }
  }

  private func queues() throws(CommandFailure) -> [Standing] {
    var standings: [Standing] = []
    let span = max(options.window, Flow.Stretch.hour.span)
    let census = store.meetingPlace.map(WorkerCensus.init(at:))
    for summary in try summaries() {
      var standing = Standing(of: summary.queue)
      standing.counts = summary.counts
      standing.oldestReady = summary.oldestReady
      standing.workers = census.map { StoreMetrics.Workers(of: summary.queue, in: $0) }
      if let minutes = try minutes(of: summary.queue, over: span) {
        standing.flow = Flow(MinuteSeries(minutes, at: now), over: options.window)
      }
      standings.append(standing)
    }
    return standings
  }

  /// How many entries of the index of ready jobs are looked at, over all queues.
  private static let mostAges = 1_000_000

  /// How long the ready jobs of each queue have been due.
  func ages(_ context: CommandContext) throws(CommandFailure) -> [AgeRow] {
    var rows: [AgeRow] = []
    var left = Self.mostAges
    for summary in try summaries() where summary.count(.ready) > 0 {
      let request = ReadyAgesRequest(
        of: summary.queue, edges: AgeRow.edges, most: max(left, 1), now: now)
      let ages = try stored { () throws(StorageError) in try store.readyAges(request) }
      left -= Int(clamping: ages.counts.reduce(0, +))
      rows += AgeRow.rows(ages.counts, of: summary.queue)
      guard ages.isCutOff else { continue }
      if !options.output.quiet {
        context.tell("queue \(summary.queue): only \(Self.mostAges) jobs in all were counted")
      }
      return rows
    }
    return rows
  }

  // MARK: - By type

  private func types(_ context: CommandContext) throws(CommandFailure) -> [Standing] {
    var tally = TypeTally(at: now, window: options.window)
    var filter = JobFilter()
    filter.queues.anyOf = options.names
    try addAcceptances(filter, to: &tally)
    // The dead are found from their own index, and the ended need not be walked at all.
    filter.states.anyOf = [.scheduled, .ready, .active, .retrying, .blocked, .dead]
    var pages = JobPages(of: filter, .newestFirst, in: store, now: now)
    while let jobs = try pages.next() {
      for job in jobs { tally.addStanding(job) }
    }
    try addRecords(to: &tally, context)
    try addWaits(to: &tally)
    return tally.standings
  }

  private func addAcceptances(
    _ filter: JobFilter, to tally: inout TypeTally
  ) throws(CommandFailure) {
    // Ids rise with time, so nothing behind an old job is new, but for what clocks of hosts differ.
    let end = now - Flow.Stretch.hour.span
    var pages = JobPages(of: filter, .newestFirst, in: store, now: now)
    while let jobs = try pages.next() {
      for job in jobs { tally.addAcceptance(job) }
      if let last = jobs.last, last.enqueuedAt < end { return }
    }
  }

  private func addRecords(
    to tally: inout TypeTally, _ context: CommandContext
  ) throws(CommandFailure) {
    var filter = LogFilter()
    filter.queues.anyOf = options.names
    filter.since = tally.beginning
    let request = LogPageRequest(filter, .last, size: Self.mostRecords)
    let page = try stored { () throws(StorageError) in try store.log(request) }
    for record in page.records { tally.add(record) }
    if page.records.count == Self.mostRecords, !options.output.quiet {
      context.tell("only the last \(Self.mostRecords) records of the log were counted")
    }
  }

  private func addWaits(to tally: inout TypeTally) throws(CommandFailure) {
    // One that was replayed has ended more than once.
    var rest = Set(tally.ended).sorted()[...]
    while !rest.isEmpty {
      var filter = JobFilter()
      filter.ids = Array(rest.prefix(Self.mostIDs))
      rest = rest.dropFirst(Self.mostIDs)
      var pages = JobPages(of: filter, .newestFirst, in: store, now: now)
      while let jobs = try pages.next() {
        for job in jobs { tally.addWait(of: job) }
      }
    }
  }
}
