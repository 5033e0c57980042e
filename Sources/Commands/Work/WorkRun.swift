import Calendar
import Engine
import Jobs
import PosixIO
import Storage
import Text

/// One run of a worker: from its options to its exit status.
struct WorkRun {
  let options: WorkCommand.Options
  let context: CommandContext

  func run() throws(CommandFailure) -> ExitStatus {
    let environment = context.process.environment()
    // A supervisor that is gone already left nobody to work for.
    guard SupervisedProcess.begin(environment) else { return .success }
    // Before the store, so that a misspelt handler leaves none behind.
    try checkHandler(environment)
    return try options.store.withStore(.create, in: context) { store throws(CommandFailure) in
      let reporter = WorkerReporter(options.output, context)
      let worker = Worker(
        configuration(environment, store), store: store,
        signals: try signals(),
        ticker: ScheduleTicker(store) { (name) throws(TimeZoneError) in
          try context.zones.zone(named: name)
        }, random: context.random, observe: reporter.hear)
      return try status(of: worker.run(), reporter)
    }
  }

  private func checkHandler(_ environment: EnvironmentBlock) throws(CommandFailure) {
    let name = options.handler.first ?? ""
    do { _ = try Executable.resolve(name, path: environment["PATH"]) } catch {
      throw Self.unusable(error.about(name))
    }
  }

  private func signals() throws(CommandFailure) -> (any SignalFeed)? {
    do { return try context.process.signals() } catch { throw Self.broken(error) }
  }

  private func configuration(
    _ environment: EnvironmentBlock, _ store: any StorageAdapter
  ) -> WorkerConfiguration {
    let scope = options.scope.withoutRepeats
    var configuration = WorkerConfiguration(
      queues: scope.queues, handler: argv, environment: environment,
      storeLocation: store.identity.location,
      name: options.name ?? WorkerName.of(process: CurrentProcess.id))
    configuration.meetingPlace = store.meetingPlace
    configuration.group = options.group
    configuration.weights = scope.weights
    configuration.types = scope.types
    configuration.concurrency = options.concurrency
    configuration.lines = options.lines
    configuration.mode = mode
    configuration.timeout = options.timeout
    configuration.killAfter = options.killAfter
    configuration.grace = options.grace
    configuration.lease = options.lease
    configuration.poll = min(configuration.poll.lowerBound, options.poll)...options.poll
    configuration.exits = ExitPolicy(
      permanent: options.permanentExits, retry: options.retryExits)
    configuration.outputLimit = options.outputLimit
    let streams = context.streams
    configuration.endsOnHangUp =
      streams.inputIsTerminal || streams.outputIsTerminal || streams.errorIsTerminal
    return configuration
  }

  private var mode: WorkerConfiguration.Mode {
    if options.untilEmpty { return .untilEmpty }
    if options.untilSettled { return .untilSettled }
    return options.once ? .once : .forever
  }

  /// The handler's arguments byte for byte: as text, those that are no UTF-8 would be changed.
  private var argv: CStringList {
    let all = context.process.arguments()
    let first = all.count - options.handler.count
    guard first > 0,
      options.handler.indices.allSatisfy({ all.text(at: first + $0) == options.handler[$0] })
    else { return CStringList(options.handler) }
    var argv = CStringList()
    for index in first..<all.count { argv.append(all.bytes(at: index) ?? []) }
    return argv
  }

  private func status(
    of report: WorkerReport, _ reporter: WorkerReporter
  ) throws(CommandFailure) -> ExitStatus {
    switch report.ending {
    case .finished: return .success
    case .nothing: return .negative
    case .stopped:
      reporter.sumUp(report.counts)
      return .success
    case .interrupted:
      reporter.sumUp(report.counts)
      return .interrupted
    case .handlerUnusable(let error): throw Self.unusable(error)
    case .handlerEndsAtOnce(let how):
      let name = TerminalText.escape(options.handler.first ?? "", .line)
      throw .failed(
        .configuration,
        "the handler '\(name)' ends again and again before it has read of a job: "
          + TerminalText.escape(how, .line))
    case .storage(let error): throw CommandFailure(error)
    case .system(let error): throw Self.broken(error)
    }
  }

  private static func unusable(_ error: SystemError) -> CommandFailure {
    let name = TerminalText.escape(error.subject ?? "", .line)
    return .failed(
      .configuration,
      "the handler '\(name)' cannot be run: \(error.code.reason); no job was taken for it")
  }

  private static func broken(_ error: SystemError) -> CommandFailure {
    .failed(
      .inputOutput, "the worker cannot go on: \(TerminalText.escape(error.description, .line))")
  }
}
