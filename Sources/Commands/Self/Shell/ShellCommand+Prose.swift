import CommandLineSpec

extension ShellCommand {
  static var prose: Prose {
    [
      "On a terminal it asks for commands, which are those of qctl without its name. Tab completes commands, flags, and the names that the store knows; the arrow keys and Ctrl-R find earlier lines. Words are split at blanks; quotes and backslashes keep them together as in sh, and nothing is expanded. A line whose quote is open, or that ends in a backslash, goes on in the next; a semicolon ends a command, and what follows a \(literal: "#") is a comment.",
      "Besides the commands there are these words:",
      .terms([
        Term(
          "\(literal: "use") [\(placeholder: "QUEUE")]",
          "From now on commands that can be told a queue by \(literal: "--queue"), and are not, and are not given ids of jobs either, mean this one. Alone: forget it."
        ),
        Term(
          "\(literal: "watch") [\(placeholder: "TIME")] \(placeholder: "COMMAND")",
          "Run the command again and again, every two seconds or every \(placeholder: "TIME"), on a fresh screen, until Ctrl-C."
        ),
        Term(
          "\(literal: "repeat") \(placeholder: "COUNT") \(placeholder: "COMMAND")",
          "Run the command so often, until it fails."),
        Term(
          "\(literal: "source") \(placeholder: "FILE")", "Run the commands in a file, as a script."),
        Term(
          "\(literal: "!")\(placeholder: "COMMAND")",
          "Run a command of the system's shell; alone, that shell. Only at the prompt, and not with \(flag: "no-shell-escape")."
        ),
        Term(
          "\(literal: "help") [\(placeholder: "COMMAND")]",
          "As \(literal: "qctl help"), and these words."
        ),
        Term(
          "\(literal: "exit") [\(placeholder: "STATUS")], \(literal: "quit"), \(literal: "\\q"), Ctrl-D",
          "End."),
      ]),
      "Ctrl-C discards the line that is being typed, or ends the command that runs; the shell stays. A command that fails says so, and the prompt comes back. The prompt names the store, the queue of \(literal: "use"), and how many jobs are dead there.",
      "Where standard input is no terminal its lines are a script, and so are the \(placeholder: "COMMANDS") of \(flag: "command"): there is no prompt and no history, and the first command that fails ends it, with its status and its line; with \(flag: "keep-going") the rest is run all the same, and the status is 3 at the end. Commands of a script on standard input cannot read that themselves; with \(flag: "command") they can.",
      "The store stays open between two commands, with no transaction begun, and is opened anew when another file has taken its place. What has the terminal to itself, waits or takes long, such as \(command: "work"), \(command: "tail"), \(command: "top") or \(command: "export"), runs in a process of its own.",
      "Lines are remembered in \(literal: "$XDG_STATE_HOME/qctl/history") (\(literal: "~/.local/state/qctl/history")), the latest 1,000 of all shells; but none that begins with a blank, repeats the one before, or has a payload or part of one in it, as in \(literal: "--payload") and \(literal: "--set"). \(literal: "QCTL_HISTFILE") names another file; empty, none is kept. Keys are those of readline, and \(literal: "~/.inputrc") changes them, also between \(literal: "$if qctl") and \(literal: "$endif").",
    ]
  }
}
