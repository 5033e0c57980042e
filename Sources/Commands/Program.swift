import PosixIO
import Storage
import CommandLineSpec
import Jobs
import Text

/// One run of the program: from its words to its exit status.
///
/// The executables differ only in the stores that they can open.
package struct Program {
  private let openStore: CommandContext.OpenStore

  /// A program that opens stores so.
  package init(openStore: @escaping CommandContext.OpenStore) {
    self.openStore = openStore
  }

  /// Runs the command line of this process, everything printed and flushed.
  ///
  /// - Returns: the exit status.
  package func run() -> Int32 {
    let arguments = CommandLine.arguments.dropFirst()
    let output = OutputStream()
    // Scripts ask this at every start; it needs no table.
    if arguments == ["--version"] {
      return print("qctl \(QctlTree.version)\n", to: output)
    }
    let health = HealthCall(Array(arguments))
    let surroundings = Surroundings(
      environment: EnvironmentBlock.value,
      files: { () throws(ConfigurationError) in try ConfigurationFiles.read(EnvironmentBlock.value)
      },
      width: Terminal.size()?.columns ?? 80)
    switch QctlTree.tree.outcome(for: Array(arguments), in: surroundings) {
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
      let status = try action.run(in: context(output, Paging(output, EnvironmentBlock.value)))
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
    let paging = Paging(output, EnvironmentBlock.value)
    if isPaged, output.isTTY, let rows = Terminal.size()?.rows,
      text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) >= rows
    {
      paging.begin()
    }
    return end(print(text, to: output), paging)
  }

  private func run(_ action: Action, _ output: OutputStream) -> Int32 {
    let paging = Paging(output, EnvironmentBlock.value)
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

  /// After Ctrl-C the shell must see that it was one, or the script around us goes on.
  private func end(_ status: Int32, _ paging: Paging) -> Int32 {
    let wasInterrupted = paging.end() || status == ExitStatus.interrupted.rawValue
    guard wasInterrupted else { return status }
    Signal.interrupt.endProcess()
  }

  private func report(_ failure: CommandFailure, _ say: (String) -> Void) -> Int32 {
    switch failure {
    case .outputClosed: return ExitStatus.success.rawValue
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

  private func context(_ output: OutputStream, _ paging: Paging) -> CommandContext {
    let isTerminal = output.isTTY
    return CommandContext(
      output: output, say: paging.say,
      streams: CommandContext.Streams(
        inputIsTerminal: StandardStream.input.isTTY, outputIsTerminal: isTerminal,
        errorIsTerminal: StandardStream.error.isTTY,
        columns: isTerminal ? Terminal.size()?.columns ?? 80 : nil),
      environment: EnvironmentBlock.value,
      now: { Instant(milliseconds: SystemClock.wallMilliseconds()) },
      random: Random.wordOrClock,
      interaction: .process, openStore: openStore, beginPaging: paging.begin)
  }
}
