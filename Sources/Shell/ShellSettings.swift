package import PosixIO

/// How a shell is to be run.
package struct ShellSettings {
  /// Commands to run instead of reading some.
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
  /// The environment of other programs.
  package var environment: EnvironmentBlock
  /// The signals of the process.
  package var signals: SessionSignals

  /// Everything in turn.
  package init(
    commands: String?, keepsGoing: Bool, allowsEscape: Bool, isInteractive: Bool,
    isColoured: Bool, isQuiet: Bool, historyFile: String?, environment: EnvironmentBlock,
    signals: SessionSignals
  ) {
    self.commands = commands
    self.keepsGoing = keepsGoing
    self.allowsEscape = allowsEscape
    self.isInteractive = isInteractive
    self.isColoured = isColoured
    self.isQuiet = isQuiet
    self.historyFile = historyFile
    self.environment = environment
    self.signals = signals
  }
}
