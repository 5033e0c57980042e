package import PosixIO

/// What a program that ran to its end left behind.
package struct ProcessResult: Sendable {
  /// How it ended.
  package let outcome: ExitOutcome
  /// True when it was killed because its time was up.
  package let timedOut: Bool
  /// What it wrote to standard output.
  package let outputBytes: [UInt8]
  /// What it wrote to standard error.
  package let errorBytes: [UInt8]

  /// Standard output as text.
  package var output: String { String(decoding: outputBytes, as: UTF8.self) }
  /// Standard error as text.
  package var errors: String { String(decoding: errorBytes, as: UTF8.self) }
  /// The exit status, or 128 + n as a shell tells a death by signal n.
  package var status: Int32 {
    switch outcome {
    case .exited(let code): code
    case .signaled(let signal, _): 128 + signal.rawValue
    }
  }
}

/// Runs programs under test.
package enum ProcessRunner {
  // A program may end without reading its input; that must not kill the tests.
  private static let ignoresBrokenPipes: Bool = {
    (try? Signal.pipe.setDisposition(.ignore)) != nil
  }()

  /// Runs a program to its end, feeding `input` and collecting both outputs at once.
  ///
  /// It leads a process group of its own, which is killed when `timeoutSeconds` are over; the
  /// limit also ends the wait for a grandchild that keeps an output open.
  package static func run(
    _ executable: String, _ arguments: [String] = [],
    environment: EnvironmentBlock = .current(), input: [UInt8] = [], timeoutSeconds: Int = 300
  ) throws(SystemError) -> ProcessResult {
    _ = ignoresBrokenPipes
    let deadline = SystemClock.monotonicNanoseconds() + Int64(timeoutSeconds) * 1_000_000_000
    let stdin = try Pipe()
    let stdout = try Pipe()
    let stderr = try Pipe()
    var request = SpawnRequest(
      executable: try Executable.resolve(executable, path: environment["PATH"]),
      arguments: CStringList([executable] + arguments), environment: environment)
    request.input = .descriptor(stdin.reader.rawValue)
    request.output = .descriptor(stdout.writer.rawValue)
    request.error = .descriptor(stderr.writer.rawValue)
    request.ownGroup = true
    let child = try ChildProcess.spawn(request)
    var transfer = PipeTransfer(
      input: input, to: stdin.keepWriter(), from: stdout.keepReader(), and: stderr.keepReader())
    let finished = try transfer.run(until: deadline)
    let outcome = try end(child, deadline: finished ? deadline : 0)
    return ProcessResult(
      outcome: outcome.0, timedOut: !finished || outcome.killed, outputBytes: transfer.output,
      errorBytes: transfer.errors)
  }

  private static func end(
    _ child: ChildProcess, deadline: Int64
  ) throws(SystemError) -> (ExitOutcome, killed: Bool) {
    let exit = try child.exitDescriptor()
    let left = max(0, deadline - SystemClock.monotonicNanoseconds()) / 1_000_000
    let found = try Poll.wait(for: .read, on: exit.rawValue, milliseconds: Int(left))
    // The leader is not yet reaped, so the group's number is still its own.
    let killed = found.isEmpty
    do { try Signal.kill.send(toGroup: child.pid) } catch {
      if error.code != .noSuchProcess { throw error }
    }
    return (try child.wait(), killed)
  }
}
