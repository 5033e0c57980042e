import CommandLineSpec
import Jobs
import Storage
import Text

/// `qctl batch show`: how far one batch is.
enum BatchShowCommand {
  struct Options: Sendable {
    var id: JobID?
    var waits = false
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "batch show", "Show how far a batch is", defaults: Options(),
    flags: [
      .switch("wait", \.waits, "Wait until the batch is done, then show it")
    ] + OutputOptions.flags.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      .one("ID", \.id, "The batch") { (text) throws(ValueError) -> JobID? in
        try ValueText.id(text)
      }.completing(LiveNames.batch)
    ],
    prose: [
      "Prints how many jobs of the batch are completed, dead, cancelled and unfinished, since when it is there, at what rate its jobs have ended so far and when at that rate it will be done, and the job that waits for it. On a terminal a bar shows the same.",
      "With \(flag: "wait") it is printed once none of the jobs is unfinished, and the status tells how that is: 0 if all are completed, 1 if some are dead or cancelled. A dead job that is replayed meanwhile is waited for too. Ctrl-C ends the wait; the jobs go on.",
    ],
    examples: [
      Example("qctl batch show 0s9xhm7hw090q", "A page about one batch"),
      Example("qctl batch show 0s9xhm7hw090q --format '{unfinished}'", "For a script"),
      Example("qctl batch show 0s9xhm7hw090q --wait && echo done", "When it is done"),
    ],
    exits: ExitStatus.notes(.negative, .interrupted), seeAlso: ["batch list", "enqueue", "list"],
    run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    guard let id = options.id else { return .usage }
    let isTerminal = context.streams.outputIsTerminal
    let times = TimeDisplay(options.output, context, relative: isTerminal)
    var printer = try RecordPrinter(
      RecordShape<BatchSummary>.batches(times), options.output, context)
    return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
      let wait = BatchWait(id: id, store: store, context: context)
      guard let batch = try options.waits ? wait.end() : wait.look() else {
        context.tell("no batch \(id); 'qctl batch list' lists them")
        return .negative
      }
      if options.waits, batch.unfinished > 0 { return .interrupted }
      let isWhole = !options.waits || batch.stand == .completed
      let status: ExitStatus = isWhole ? .success : .negative
      guard options.output.format == .table, options.output.template == nil else {
        try printer.print(batch)
        try printer.finish()
        return status
      }
      let isColoured = options.output.usesColor(isTerminal: isTerminal, context.environment)
      let page = BatchPage(
        times: times, now: context.now(), isColoured: isColoured, hasBar: isTerminal)
      try context.write(page.bytes(batch))
      return status
    }
  }
}

/// A batch as a page for people.
struct BatchPage {
  let times: TimeDisplay
  let now: Instant
  let isColoured: Bool
  let hasBar: Bool

  func bytes(_ batch: BatchSummary) -> [UInt8] {
    var page = FactPage(isColoured: isColoured, capacity: 512)
    page.fact("Batch", batch.id.description)
    page.fact("Name", batch.name)
    page.fact("State", batch.state, batch.style)
    if hasBar { page.fact("Progress", Self.bar(batch)) }
    page.fact("Created", times.text(batch.createdAt))
    page.fact("Finished", batch.finishedAt.map { times.text($0) })
    page.fact("Then", batch.follower?.description)
    page.title("Jobs")
    page.fact("  total", String(batch.total))
    page.fact("  unfinished", String(batch.unfinished))
    page.fact("  completed", String(batch.completed))
    page.fact("  dead", String(batch.dead), batch.dead > 0 ? .red : .plain)
    page.fact("  cancelled", String(batch.cancelled))
    page.fact("  rate", rate(batch))
    page.fact("  done in", remaining(batch))
    return page.bytes
  }

  /// `########------------  40 %`.
  static func bar(_ batch: BatchSummary) -> String {
    let done = batch.total &- batch.unfinished
    let share = batch.total > 0 ? Double(done) / Double(batch.total) : 1
    let width = 30
    let filled = min(width, max(0, Int(share * Double(width))))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
    return bar + "  \(Int(share * 100)) %"
  }

  /// Jobs that ended a second, since the batch is there.
  private func perSecond(_ batch: BatchSummary) -> Double? {
    let done = batch.total &- batch.unfinished
    let span = (batch.finishedAt ?? now).since(batch.createdAt).milliseconds
    guard done > 0, span >= 1000 else { return nil }
    return Double(done) * 1000 / Double(span)
  }

  private func rate(_ batch: BatchSummary) -> String? {
    perSecond(batch).map { rate in
      let tenths = Int64(min(rate * 10, 1e15))
      return "\(tenths / 10).\(tenths % 10)/s"
    }
  }

  private func remaining(_ batch: BatchSummary) -> String? {
    guard batch.unfinished > 0, let rate = perSecond(batch) else { return nil }
    let seconds = min(Double(batch.unfinished) / rate, 1e9)
    return TimeSpan.seconds(Int64(seconds) + 1).inWholeSeconds
  }
}
