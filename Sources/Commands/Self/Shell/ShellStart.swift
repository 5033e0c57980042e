package import PosixIO

/// What `qctl shell` was asked, for whoever runs the prompt.
package struct ShellStart {
  /// Runs a shell over commands, and answers with which status it ended.
  package typealias Run = (ShellStart, CommandRunner) -> Int32

  /// The commands of `-c`; `nil` to read them from standard input.
  package var commands: String?
  /// Whether a script goes on behind a command that failed.
  package var keepsGoing: Bool
  /// Whether `!` may run other programs.
  package var allowsEscape: Bool
  /// Whether somebody types the commands.
  package var isInteractive: Bool
  /// Whether the prompt has colours.
  package var isColoured: Bool
  /// Whether notes are left out.
  package var isQuiet: Bool
  /// Where lines are remembered; `nil` for nowhere.
  package var historyFile: String?
  /// What every command finds in its environment.
  package var environment: EnvironmentBlock
  /// The signals of the process.
  package var signals: SessionSignals
}
