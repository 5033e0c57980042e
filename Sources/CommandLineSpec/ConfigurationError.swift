/// What is wrong with a setting that did not come from the command line.
package enum ConfigurationError: Error, Equatable, Sendable {
  /// A file that is there but can't be read, and why.
  case unreadable(path: String, reason: String)
  /// A line that can't be taken.
  case line(path: String, number: Int, LineProblem)
  /// An environment variable whose value can't be taken.
  case environment(name: String, value: String, ValueError)
}

/// What is wrong with one line of a configuration file.
package enum LineProblem: Error, Equatable, Sendable {
  /// Wrong as it would be on the command line.
  case usage(UsageError)
  /// A consent that must be given each time anew.
  case refused(String)
  /// Neither `--flag` nor `command --flag`.
  case noFlag
  /// More words than one flag takes.
  case extraWord(String)
  /// A quote without its end.
  case openQuote
}

extension ConfigurationError {
  /// One line, without the program's name, safe to show on a terminal.
  package var message: String {
    switch self {
    case .unreadable(let path, let reason): "\(path.visible): \(reason.visible)"
    case .line(let path, let number, let problem): "\(path.visible):\(number): \(problem.message)"
    case .environment(let name, let value, let error): "\(name): \(error.message(about: value))"
    }
  }
}

extension LineProblem {
  fileprivate var message: String {
    switch self {
    case .usage(let error): error.message
    case .refused(let flag): "\(flag) is not allowed in a configuration file"
    case .noFlag: "expected '--flag value' or 'command --flag value'"
    case .extraWord(let word): "unexpected '\(word.visible)': one flag a line, quote spaces"
    case .openQuote: "a quote is not closed"
    }
  }
}

/// Why a command can't be run.
enum ParseFailure: Error {
  case usage(UsageError)
  case configuration(ConfigurationError)
}
