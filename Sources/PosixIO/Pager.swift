/// A program that shows what is written to it a screen at a time, such as less(1).
///
/// It shares our terminal and process group. While it runs, Ctrl-C and Ctrl-\ are its own affair:
/// should we die of them, the shell would fight with it for the terminal. When it goes away early,
/// writing to it fails with `brokenPipe` instead of ending this process.
package struct Pager: ~Copyable {
  private let process: ChildProcess
  private let input: FileDescriptor
  private let silenced: [Signal]

  /// Starts a program whose standard input is what will be written here.
  ///
  /// - Throws: what kept it from being started; signals then are as they were.
  package init(_ request: SpawnRequest) throws(SystemError) {
    let pipe = try Pipe()
    var request = request
    request.input = .descriptor(pipe.reader.rawValue)
    let silenced = Self.silence()
    do {
      process = try ChildProcess.spawn(request)
    } catch {
      Self.restore(silenced)
      throw error
    }
    self.silenced = silenced
    input = pipe.keepWriter()
  }

  /// Where to write, until ``end()``.
  package var rawDescriptor: Int32 { input.rawValue }

  /// Tells it that nothing more comes, and waits until its reader has left it.
  ///
  /// - Returns: how it ended; nil where that cannot be known.
  package consuming func end() -> ExitOutcome? {
    let (process, silenced) = (process, silenced)
    try? input.close()
    defer { Self.restore(silenced) }
    return try? process.wait()
  }

  /// Ignores what the terminal sends to both of us; those that were ignored before stay so.
  private static func silence() -> [Signal] {
    let signals = [Signal.interrupt, .quit, .pipe].filter { !$0.isIgnored }
    for signal in signals { try? signal.setDisposition(.ignore) }
    return signals
  }

  private static func restore(_ signals: [Signal]) {
    for signal in signals { try? signal.setDisposition(.default) }
  }
}
