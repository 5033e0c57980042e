/// The words that the shell itself understands.
enum ShellWord: String, CaseIterable {
  case use, watch, `repeat`, source, exit, quit

  /// How it is called.
  var usage: String {
    switch self {
    case .use: "use [QUEUE]"
    case .watch: "watch [TIME] COMMAND"
    case .repeat: "repeat COUNT COMMAND"
    case .source: "source FILE"
    case .exit: "exit [STATUS]"
    case .quit: "quit"
    }
  }

  /// One line, no full stop.
  var summary: String {
    switch self {
    case .use: "Mean this queue where a command names none; alone: none again"
    case .watch: "Run a command again and again until Ctrl-C, every 2s or TIME"
    case .repeat: "Run a command so often, until it fails"
    case .source: "Run the commands in a file"
    case .exit: "End the shell; so do quit, \\q and Ctrl-D"
    case .quit: "End the shell"
    }
  }

  /// All of them, for `help`.
  static var help: String {
    var text = "\nIn the shell:\n"
    for word in allCases where word != .quit { text += row(word.usage, word.summary) }
    return text + row("!COMMAND", "Run a command of the system's shell")
  }

  private static func row(_ usage: String, _ summary: String) -> String {
    let padding = String(repeating: " ", count: max(1, 24 - usage.utf8.count))
    return "  \(usage)\(padding)\(summary)\n"
  }
}
