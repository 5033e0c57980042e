import PosixIO
package import Storage
import CommandLineSpec
import Jobs
import Text

/// One run of the program: from its words to its exit status.
///
/// The executables differ only in the stores that they can open.
package struct Program {
  /// Opens a store, which heeds the wish not to wait any longer.
  package typealias OpenStore = (StoreLocation, StoreIntent, StopWish?) throws(StorageError)
    -> any StorageAdapter

  private let openStore: CommandContext.OpenStore
  private let startShell: CommandContext.StartShell?
  /// What a shell has of its own where its commands run in its process.
  private let visit: Visit?

  /// A program that opens stores so.
  ///
  /// - Parameter shell: Runs the prompt of `qctl shell`.
  package init(openStore: @escaping OpenStore, shell: @escaping ShellStart.Run) {
    self.openStore = { (location, intent) throws(StorageError) in
      try openStore(location, intent, nil)
    }
    startShell = { shell($0, CommandRunner(openStore: openStore, $0)) }
    visit = nil
  }

  /// A command in the process of a shell.
  init(visit: Visit) {
    openStore = visit.openStore
    startShell = nil
    self.visit = visit
  }

  /// Runs the command line of this process, everything printed and flushed.
  ///
  /// - Returns: the exit status.
  package func run() -> Int32 {
    let status = run(Array(CommandLine.arguments.dropFirst()))
    // After Ctrl-C the shell must see that it was one, or the script around us goes on.
    guard status == ExitStatus.interrupted.rawValue else { return status }
    Signal.interrupt.endProcess()
  }

  private var environment: (String) -> String? { visit?.environment ?? EnvironmentBlock.value }

  /// Runs a command line, everything printed and flushed.
  ///
  /// - Returns: the exit status.
  func run(_ arguments: [String]) -> Int32 {
    let output = OutputStream()
    if let visit { output.stop(when: visit.stop) }
    // Scripts ask this at every start; it needs no table.
    if arguments == ["--version"] {
      return print("qctl \(QctlTree.version)\n", to: output)
    }
    let health = HealthCall(arguments)
    let surroundings = Surroundings(
      environment: environment,
      files: { () throws(ConfigurationError) in try ConfigurationFiles.read(environment) },
      width: Terminal.size()?.columns ?? 80)
    switch QctlTree.tree.outcome(for: arguments, in: surroundings) {
    case .run(let action):
      return health.map { run(action, as: $0, output) } ?? run(action, output)
    case .help(let text): return explain(text, isPaged: !arguments.contains("--no-pager"), output)
    case .version(let text): return print(text, to: output)
    case .usage(let refusal):
      let status = refuse(refusal, .usage, health, output)
      if arguments.isEmpty { encourage(status) }
      return status
    case .configuration(let refusal): return refuse(refusal, .configuration, health, output)
    }
  }

  /// Whatever happens to `health`, it ends with a status of monitoring plugins (conventions.md §2).
  private func run(_ action: Action, as health: HealthCall, _ output: OutputStream) -> Int32 {
    // A reader that has gone is no reason to end with a signal's status.
    try? Signal.pipe.setDisposition(.ignore)
    do {
      let status = try action.run(in: context(output, Paging(output, environment)))
      try? output.flush()
      return status.rawValue
    } catch {
      return answer(health.unknown(error), output)
    }
  }

  private func answer(_ answer: HealthCall.Answer, _ output: OutputStream) -> Int32 {
    _ = print(answer.text, to: output)
    return answer.status
  }

  /// Nothing is run, since the command line or the configuration is wrong.
  private func refuse(
    _ refusal: Refusal, _ status: ExitStatus, _ health: HealthCall?, _ output: OutputStream
  ) -> Int32 {
    if let health { return answer(health.unknown(refusal.message), output) }
    ErrorOutput.write(refusal.text)
    return status.rawValue
  }

  /// Says what to try where nothing is there yet; a store that does not answer is not waited for.
  private func encourage(_ status: Int32) {
    ProcessAccess.current.endAfter(200) { status }
    ErrorOutput.write(
      FirstSteps.text(
        EnvironmentBlock.value, now: Instant(milliseconds: SystemClock.wallMilliseconds()),
        openStore))
  }

  private func print(_ text: String, to output: OutputStream) -> Int32 {
    do {
      try output.write(text)
      try output.flush()
    } catch {
      return report(CommandFailure(error), ErrorOutput.write)
    }
    return ExitStatus.success.rawValue
  }

  /// Help that is longer than the terminal is read a screen at a time, as a manual page is.
  private func explain(_ text: String, isPaged: Bool, _ output: OutputStream) -> Int32 {
    let paging = Paging(output, environment)
    if isPaged, visit?.isPaged != false, output.isTTY, let rows = Terminal.size()?.rows,
      text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) >= rows
    {
      paging.begin()
    }
    return end(print(text, to: output), paging)
  }

  private func run(_ action: Action, _ output: OutputStream) -> Int32 {
    let paging = Paging(output, environment)
    let status: Int32
    do {
      status = try action.run(in: context(output, paging)).rawValue
    } catch {
      // What was printed before is data; but the first failure is the one to tell.
      try? output.flush()
      return end(report(error, paging.say), paging)
    }
    return end(finish(status, output, paging.say), paging)
  }

  private func end(_ status: Int32, _ paging: Paging) -> Int32 {
    paging.end() || visit?.stop() == true ? ExitStatus.interrupted.rawValue : status
  }

  private func report(_ failure: CommandFailure, _ say: (String) -> Void) -> Int32 {
    switch failure {
    case .outputClosed: return ExitStatus.success.rawValue
    // What was cut short by whoever sits there needs no sentence.
    case .failed where visit?.stop() == true: return ExitStatus.interrupted.rawValue
    case .failed(let status, let sentence):
      say("qctl: \(sentence)\n")
      return status.rawValue
    }
  }

  /// What is printed must arrive: a full disk behind `>` is a failure, a closed pipe is not.
  private func finish(
    _ status: Int32, _ output: OutputStream, _ say: (String) -> Void
  ) -> Int32 {
    do {
      try output.flush()
      return status
    } catch {
      let failure = report(CommandFailure(error), say)
      return status == 0 ? failure : status
    }
  }

  /// The wall clock.
  static func now() -> Instant { Instant(milliseconds: SystemClock.wallMilliseconds()) }

  private func context(_ output: OutputStream, _ paging: Paging) -> CommandContext {
    let isTerminal = output.isTTY
    return CommandContext(
      output: output, say: paging.say,
      streams: CommandContext.Streams(
        inputIsTerminal: StandardStream.input.isTTY, outputIsTerminal: isTerminal,
        errorIsTerminal: StandardStream.error.isTTY,
        columns: isTerminal ? Terminal.size()?.columns ?? 80 : nil),
      environment: environment,
      now: Self.now,
      random: Random.wordOrClock,
      interaction: visit?.interaction ?? .process, openStore: openStore,
      releaseStore: visit?.releaseStore ?? { $0.close() }, process: visit?.process ?? .current,
      startShell: startShell, beginPaging: visit?.isPaged == false ? {} : paging.begin)
  }
}
