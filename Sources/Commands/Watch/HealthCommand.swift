import CommandLineSpec
import Engine
import Jobs
import Storage
import Text

/// `qctl health`: looks the queues over for monitoring, and always ends as a plugin does.
enum HealthCommand {
  static let command = Command<HealthOptions, Action>(
    "health", "Look the queues over, for monitoring and cron", defaults: HealthOptions(),
    flags: HealthOptions.flags,
    operands: [
      .many(
        "CHECK", \.names, "What to look at, or the name of a stored rule; nothing for all rules"
      ).completing(LiveNames.check)
    ],
    prose: prose, examples: examples, exits: exits, sections: sections,
    seeAlso: [
      "health set", "health list", "health remove", "queues", "doctor", "help exit-status",
    ],
    validate: { (options) throws(UsageError) in try options.check() },
    run: { Action($0, run) })

  private static func run(
    _ options: HealthOptions, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    let once = AnswerOnce()
    limitTime(options, once, context)
    let report = report(options, context)
    guard once.take() else {
      // The time-out has answered, and is about to end the process.
      _ = context.process.wait(60_000)
      return .partly
    }
    if !options.output.quiet || report.state != .ok {
      let text = report.text(options.format, verbosity: options.verbosity)
      try context.write(Array(text.utf8))
      try context.flush()
    }
    return ExitStatus(rawValue: report.state.rawValue) ?? .partly
  }

  /// Answers from another thread once time is up, whatever the store is waiting for.
  private static func limitTime(
    _ options: HealthOptions, _ once: AnswerOnce, _ context: CommandContext
  ) {
    let span = Words.span(options.timeout)
    let text = HealthReport(unknown: "no answer within \(span)").text(
      options.format, verbosity: 0)
    context.process.endAfter(options.timeout.milliseconds) {
      once.answer(text)
      return HealthState.unknown.rawValue
    }
  }

  /// What there is to say; a store that can't be read is one more thing to say.
  static func report(_ options: HealthOptions, _ context: CommandContext) -> HealthReport {
    do throws(CommandFailure) {
      return try options.store.withStore(.read, in: context) { store throws(CommandFailure) in
        try look(options, store, context)
      }
    } catch {
      guard case .failed(_, let sentence) = error else {
        return HealthReport(unknown: "nobody reads the answer")
      }
      return HealthReport(unknown: sentence)
    }
  }

  private static func look(
    _ options: HealthOptions, _ store: any StorageAdapter, _ context: CommandContext
  ) throws(CommandFailure) -> HealthReport {
    let wanted = try HealthRules.wanted(options, store)
    var seen: WorkerCensus?
    let census: () -> WorkerCensus? = {
      guard let place = store.meetingPlace else { return nil }
      if seen == nil { seen = WorkerCensus(at: place) }
      return seen
    }
    var exam = try stored { () throws(StorageError) in
      try HealthExam(store, at: context.now(), census: census, explain: explain)
    }
    let verdicts = (exam.judge(wanted.rules) + wanted.broken).sorted(by: HealthVerdict.isBefore)
    return HealthReport(
      verdicts, leftOut: exam.leftOut, calm: calm(options, exam.queues, verdicts, context.now()))
  }

  private static func explain(_ error: StorageError) -> String {
    guard case .failed(_, let sentence) = CommandFailure(error) else { return "" }
    return sentence
  }

  /// What is said where all is well.
  private static func calm(
    _ options: HealthOptions, _ queues: [QueueSummary], _ verdicts: [HealthVerdict], _ now: Instant
  ) -> String {
    guard !queues.isEmpty else { return verdicts.first?.phrase ?? "no queue yet" }
    if verdicts.count == 1, let only = verdicts.first { return only.phrase }
    if !options.names.isEmpty {
      return "\(options.names.joined(separator: ", ")) of \(verdicts.count) is well"
    }
    let shown = queues.filter {
      options.thresholds.queues.isEmpty || options.thresholds.queues.contains($0.queue)
    }
    let ready = shown.reduce(Int64(0)) { $0 + $1.count(.ready) }
    let oldest = shown.compactMap(\.oldestReady).min().map { max(now.since($0), .zero) }
    return "\(shown.count) \(shown.count == 1 ? "queue" : "queues"), \(ready) ready"
      + (oldest.map { ", oldest waits \(Words.span($0))" } ?? "")
  }
}
