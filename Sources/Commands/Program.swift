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
    if arguments == ["--version"] { return version(output) }
    let surroundings = Surroundings(
      environment: EnvironmentBlock.value,
      files: { () throws(ConfigurationError) in try ConfigurationFiles.read(EnvironmentBlock.value)
      },
      width: Terminal.size()?.columns ?? 80)
    switch QctlTree.tree.outcome(for: Array(arguments), in: surroundings) {
    case .run(let action): return end(run(action, output))
    case .help(let text), .version(let text):
      do { try output.write(text) } catch { return report(CommandFailure(error)) }
      return finish(ExitStatus.success.rawValue, output)
    case .usage(let refusal):
      ErrorOutput.write(refusal.text)
      return ExitStatus.usage.rawValue
    case .configuration(let refusal):
      ErrorOutput.write(refusal.text)
      return ExitStatus.configuration.rawValue
    }
  }

  private func version(_ output: OutputStream) -> Int32 {
    do { try output.write("qctl \(QctlTree.version)\n") } catch {
      return report(CommandFailure(error))
    }
    return finish(ExitStatus.success.rawValue, output)
  }

  private func run(_ action: Action, _ output: OutputStream) -> Int32 {
    do {
      return finish(try action.run(in: context(output)).rawValue, output)
    } catch {
      // What was printed before is data; but the first failure is the one to tell.
      try? output.flush()
      return report(error)
    }
  }

  /// After Ctrl-C the shell must see that it was one, or the script around us goes on.
  private func end(_ status: Int32) -> Int32 {
    guard status == ExitStatus.interrupted.rawValue else { return status }
    Signal.interrupt.endProcess()
  }

  private func report(_ failure: CommandFailure) -> Int32 {
    switch failure {
    case .outputClosed: return ExitStatus.success.rawValue
    case .failed(let status, let sentence):
      ErrorOutput.write("qctl: \(sentence)\n")
      return status.rawValue
    }
  }

  /// What is printed must arrive: a full disk behind `>` is a failure, a closed pipe is not.
  private func finish(_ status: Int32, _ output: OutputStream) -> Int32 {
    do {
      try output.flush()
      return status
    } catch {
      let failure = report(CommandFailure(error))
      return status == 0 ? failure : status
    }
  }

  private func context(_ output: OutputStream) -> CommandContext {
    let isTerminal = output.isTTY
    return CommandContext(
      output: output, say: ErrorOutput.write,
      streams: CommandContext.Streams(
        inputIsTerminal: StandardStream.input.isTTY, outputIsTerminal: isTerminal,
        errorIsTerminal: StandardStream.error.isTTY,
        columns: isTerminal ? Terminal.size()?.columns ?? 80 : nil),
      environment: EnvironmentBlock.value,
      now: { Instant(milliseconds: SystemClock.wallMilliseconds()) },
      random: Random.wordOrClock,
      interaction: .process, openStore: openStore)
  }
}
