import PosixIO

/// Puts a pager between standard output and its reader, where a command wishes for one.
///
/// It is started when the first bytes leave, so that a command that prints nothing, or fails
/// before, never shows one.
final class Paging {
  private let output: OutputStream
  private let environment: (String) -> String?
  private var pager: Pager?
  private var isRunning = false
  /// What was said on the pager's terminal meanwhile.
  private var postponed = ""

  /// For one run of the program.
  init(_ output: OutputStream, _ environment: @escaping (String) -> String?) {
    self.output = output
    self.environment = environment
  }

  /// Lets what is printed from now on go through a pager, if there is one.
  func begin() {
    guard let command = PagerChoice.command(environment) else { return }
    output.divert { [unowned self] in start(command) }
  }

  /// Says something on standard error; once the pager has gone, where both have one terminal.
  func say(_ text: String) {
    guard isRunning, StandardStream.error.isTTY else { return ErrorOutput.write(text) }
    postponed += text
  }

  /// Waits until the pager has been left, and says what was held back; all output must be flushed.
  ///
  /// - Returns: true when Ctrl-C ended it, as it would have ended us.
  func end() -> Bool {
    let outcome = pager.take()?.end()
    isRunning = false
    if !postponed.isEmpty { ErrorOutput.write(postponed) }
    postponed = ""
    guard case .signaled(.interrupt, _) = outcome else { return false }
    return true
  }

  /// What cannot be started is done without.
  private func start(_ command: String) -> Int32? {
    guard let request = request(command), let pager = try? Pager(request) else { return nil }
    let number = pager.rawDescriptor
    self.pager = consume pager
    isRunning = true
    return number
  }

  /// What to start for a command line; nil for a program that is not there.
  ///
  /// A shell is asked only where there is something for it to read, as git does: it would not
  /// outlive a Ctrl-C that the pager does. A program that is not there is no pager, or the output
  /// would be lost.
  private func request(_ command: String) -> SpawnRequest? {
    var block = EnvironmentBlock.current()
    if block["LESS"] == nil { block["LESS"] = PagerChoice.lessOptions }
    var path: String?
    if let program = PagerChoice.program(of: command) {
      path = try? Executable.resolve(program, path: environment("PATH"))
      guard path != nil else { return nil }
    }
    if let path, let words = PagerChoice.plainWords(of: command) {
      return SpawnRequest(executable: path, arguments: CStringList(words), environment: block)
    }
    return SpawnRequest(
      executable: "/bin/sh", arguments: CStringList(["sh", "-c", command]), environment: block)
  }
}
