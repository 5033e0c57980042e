import PosixIO
import Text

/// The editor of whoever sits there, run as git does: by the shell, so that it may have flags.
struct Editor {
  /// How it ended.
  enum End: Equatable {
    case success
    /// What it did: `ended with status 1`.
    case failed(String)
    /// Somebody wants this process to end.
    case stopped
  }

  private let command: String
  private let context: CommandContext

  /// The editor that the environment names; vi needs somebody to sit there.
  init(_ context: CommandContext, mayAsk: Bool) throws(CommandFailure) {
    self.context = context
    let named = ["VISUAL", "EDITOR"].lazy.compactMap { context.environment($0) }
      .first { !$0.isEmpty }
    guard mayAsk else {
      throw .failed(.usage, "--no-input: the editor would ask; use --set or --payload-file")
    }
    guard let command = named ?? (context.streams.inputIsTerminal ? "vi" : nil) else {
      throw .failed(
        .usage, "no terminal for an editor: use --set or --payload-file, or set EDITOR")
    }
    self.command = command
  }

  /// Opens a file and waits until the editor has ended.
  ///
  /// Ctrl-C is the editor's meanwhile. A wish of others that this process end is heard afterwards.
  func open(_ path: String) throws(SystemError) -> End {
    try? context.flush()
    var request = SpawnRequest(
      executable: "/bin/sh",
      arguments: CStringList(["sh", "-c", command + " \"$@\"", command, path]),
      environment: context.process.environment())
    request.input = .inherit
    let signals = try? SignalSource([.interrupt, .quit, .terminate, .hangUp])
    let outcome: ExitOutcome
    do {
      outcome = try ChildProcess.spawn(request).wait()
    } catch {
      _ = Self.isStop(signals)
      throw error
    }
    guard !Self.isStop(signals) else { return .stopped }
    switch outcome {
    case .exited(0): return .success
    case .exited(let status): return .failed("ended with status \(status)")
    case .signaled(let signal, _): return .failed("was ended by \(signal)")
    }
  }

  /// Gives the signals their usual effect again.
  ///
  /// - Returns: whether one came that means this process, and not the editor.
  private static func isStop(_ source: consuming SignalSource?) -> Bool {
    guard let source else { return false }
    var isStop = false
    while let signal = try? source.next() {
      isStop = isStop || signal == .terminate || signal == .hangUp
    }
    try? source.end()
    return isStop
  }
}
