import CommandLineSpec
import Commands
import Shell

/// Hands the commands to the shell; neither room knows the other.
enum Prompt {
  static func run(_ start: ShellStart, _ commands: CommandRunner) -> Int32 {
    let settings = ShellSettings(
      commands: start.commands, keepsGoing: start.keepsGoing, allowsEscape: start.allowsEscape,
      isInteractive: start.isInteractive, isColoured: start.isColoured, isQuiet: start.isQuiet,
      historyFile: start.historyFile, environment: start.environment, signals: start.signals)
    return Shell.run(settings, over: commands)
  }
}

extension CommandRunner: ShellHost {}
