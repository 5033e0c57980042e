import CommandLineSpec
import Engine
import Jobs
import PosixIO
import Storage
import Text

/// `top` on a terminal: reads the store now and then, shows it, and does what keys ask for.
///
/// Nothing here changes the store. What a key changes is done by the command that does it when it is
/// typed, with its questions: the screen is given back for it, and taken again when it is over.
struct TopSession {
  let store: any StorageAdapter
  let options: TopCommand.Options
  let context: CommandContext
  private let terminal = RawTerminal()

  /// So often the size of the window and the wish to end are looked at.
  private static let look = 100
  /// So many jobs of an open queue are shown.
  private static let mostJobs = 500

  init(_ store: any StorageAdapter, _ options: TopCommand.Options, _ context: CommandContext) {
    self.store = store
    self.options = options
    self.context = context
  }

  func run() throws(CommandFailure) -> ExitStatus {
    var model = TopModel(at: context.now())
    do throws(SystemError) {
      // Before the terminal is changed, so that nobody ends us in between.
      let ends = try SignalSource([.terminate, .hangUp])
      try terminal.enter()
      defer { terminal.leave() }
      return try loop(&model, ends)
    } catch {
      throw .failed(.inputOutput, "the terminal: \(error.code.reason)")
    }
  }

  private func loop(
    _ model: inout TopModel, _ ends: borrowing SignalSource
  ) throws(SystemError) -> ExitStatus {
    var left = 0
    var size: Terminal.Size?
    var trouble: String?
    while true {
      if left <= 0 {
        trouble = refresh(&model)
        left = Int(clamping: options.interval.milliseconds)
        size = nil
      }
      if let now = terminal.size, now != size {
        size = now
        try draw(model, now, trouble)
      }
      let wait = min(left, Self.look)
      guard let bytes = try terminal.keys(milliseconds: wait) else { return .success }
      if (try? ends.next()) != nil { return .success }
      left -= bytes.isEmpty ? wait : 0
      for key in TopKey.keys(bytes) {
        size = nil
        switch model.press(key, page: max(1, (terminal.size?.rows ?? 24) - 4)) {
        case nil: break
        case .quit: return .success
        case .refresh: left = 0
        case .run(let words):
          try leaveAndRun(words)
          left = 0
        }
      }
    }
  }

  private func draw(
    _ model: TopModel, _ size: Terminal.Size, _ trouble: String?
  ) throws(SystemError) {
    let page = TopPage(
      model: model, store: trouble ?? store.identity.location, columns: size.columns,
      rows: size.rows)
    let isColoured = options.output.usesColor(isTerminal: true, context.environment)
    try terminal.write(page.bytes(isColoured: isColoured))
  }

  /// Reads the store anew; what is wrong with it, if something is, while the old rows stay.
  private func refresh(_ model: inout TopModel) -> String? {
    do throws(CommandFailure) {
      let now = context.now()
      let rows = try TopReading(store: store, names: options.names, now: now).rows()
      var jobs: [Job] = []
      if case .jobs(let queue) = model.view {
        var filter = JobFilter()
        filter.queues.anyOf = [queue]
        var pages = JobPages(
          of: filter, .newestFirst, in: store, limit: Self.mostJobs, size: Self.mostJobs, now: now)
        jobs = try pages.next() ?? []
      }
      model.update(rows, jobs: jobs, at: now)
      return nil
    } catch {
      guard case .failed(_, let sentence) = error else { return "the store cannot be read" }
      return sentence
    }
  }

  /// Gives the screen to a command, waits until it was read, and takes it back.
  private func leaveAndRun(_ words: [String]) throws(SystemError) {
    terminal.leave()
    let named = options.store.store.map { ["--store", $0] } ?? []
    context.say("$ qctl \(words.joined(separator: " "))\n")
    do throws(CommandFailure) {
      let outcome = QctlTree.tree.outcome(
        for: words + named + ["--no-pager"], in: context.surroundings)
      if case .run(let action) = outcome { _ = try action.run(in: context) }
      try context.flush()
    } catch {
      if case .failed(_, let sentence) = error { context.tell(sentence) }
    }
    context.say("Enter goes back to qctl top ")
    _ = context.interaction.readLine()
    try terminal.enter()
  }
}

/// What `top` shows of a store.
struct TopReading {
  let store: any StorageAdapter
  /// Only these queues; empty for all.
  let names: [QueueName]
  let now: Instant

  private static let past = TimeSpan.minutes(20)

  /// Every queue that is wanted.
  func rows() throws(CommandFailure) -> [TopModel.Row] {
    var options = StatsCommand.Options()
    options.names = names
    let reading = StatsReading(store: store, options: options, now: now)
    var rows: [TopModel.Row] = []
    let census = store.meetingPlace.map(WorkerCensus.init(at:))
    for summary in try reading.summaries() {
      let minutes = try reading.minutes(of: summary.queue, over: Flow.Stretch.hour.span)
      var standing = Standing(of: summary.queue)
      standing.counts = summary.counts
      standing.oldestReady = summary.oldestReady
      standing.workers = census.map { StoreMetrics.Workers(of: summary.queue, in: $0) }
      standing.flow = minutes.map { Flow(MinuteSeries($0, at: now), over: options.window) }
      let history = minutes.map {
        MinuteHistory($0, over: Self.past, at: now).columns(21).map { $0.ready.map(Double.init) }
      }
      rows.append(
        TopModel.Row(standing: standing, history: history ?? [], isPaused: summary.paused))
    }
    return rows
  }
}
