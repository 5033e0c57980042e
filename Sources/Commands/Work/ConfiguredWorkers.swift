import CommandLineSpec
import Engine
import PosixIO
import Text

/// `qctl work --all-configured`: every worker of the configuration files, as one service.
struct ConfiguredWorkers {
  let options: WorkCommand.Options
  let context: CommandContext

  func run() throws(CommandFailure) -> ExitStatus {
    let lines = try lines()
    var environment = context.process.environment()
    if let store = options.store.store { environment["QCTL_STORE"] = store }
    do {
      let supervisor = try Supervisor(
        lines, executable: try Executable.current(), environment: environment,
        signals: try context.process.signals(), observe: hear)
      return status(of: try supervisor.run())
    } catch {
      throw .failed(
        .inputOutput,
        "the workers cannot be looked after: \(TerminalText.escape(error.description, .line))")
    }
  }

  /// The lines, all of which must be right before any is started.
  private func lines() throws(CommandFailure) -> [SupervisedLine] {
    let found: [ConfiguredCommand]
    do {
      found = try QctlTree.tree.commandLines(for: ["work"], in: context.surroundings)
    } catch { throw .failed(.configuration, error.message) }
    guard !found.isEmpty else {
      throw .failed(
        .configuration,
        "no configuration file has a worker: a line such as 'work -q emails -- ./send-email'")
    }
    var lines: [SupervisedLine] = []
    for line in found { lines.append(try supervised(line)) }
    return lines
  }

  private func supervised(_ line: ConfiguredCommand) throws(CommandFailure) -> SupervisedLine {
    let name = TerminalText.escape(line.path, .line) + ":\(line.number)"
    if let problem = problem(of: line) { throw .failed(.configuration, name + ": " + problem) }
    let quiet = options.output.quiet ? ["--quiet"] : []
    return SupervisedLine(
      name: name, arguments: CStringList(["qctl", "work"] + quiet + line.words))
  }

  private func problem(of line: ConfiguredCommand) -> String? {
    let flags = line.words.prefix { $0 != "--" }
    guard !flags.contains("--all-configured") else { return "--all-configured is no worker" }
    switch QctlTree.tree.outcome(for: ["work"] + line.words, in: context.surroundings) {
    case .run: return nil
    case .usage(let refusal), .configuration(let refusal): return refusal.message
    case .help, .version: return "no worker"
    }
  }

  private func hear(_ event: SupervisorEvent) {
    switch event {
    case .started(let name, let process):
      if !options.output.quiet { context.tell("\(name): worker \(process) started") }
    case .ended(let name, let outcome, let again):
      let next = again.map { "; started again in \($0.brief)" } ?? ""
      guard !outcome.isSuccess || !options.output.quiet else { return }
      context.tell("\(name): the worker \(Self.words(outcome))\(next)")
    case .notStarted(let name, let error):
      let reason = TerminalText.escape(error.description, .line)
      context.tell("\(name): the worker could not be started: \(reason); tried again")
    }
  }

  private static func words(_ outcome: ExitOutcome) -> String {
    switch outcome {
    case .exited(0): "is done"
    case .exited(let status): "ended with status \(status)"
    case .signaled(let signal, _): "was ended by \(signal)"
    }
  }

  /// The first that did not end well says how all ended.
  private func status(of report: SupervisorReport) -> ExitStatus {
    if report.signal == .interrupt { return .interrupted }
    for case let status in report.outcomes.map(Self.status) where status != .success {
      return status
    }
    return .success
  }

  private static func status(of outcome: ExitOutcome) -> ExitStatus {
    switch outcome {
    case .exited(let status): ExitStatus(rawValue: status) ?? .internalError
    case .signaled: .internalError
    }
  }
}

extension CommandContext {
  /// What decides beside the command line.
  var surroundings: Surroundings {
    Surroundings(
      environment: environment,
      files: { () throws(ConfigurationError) in try ConfigurationFiles.read(environment) })
  }
}
