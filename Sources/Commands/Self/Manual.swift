import CommandLineSpec

/// The pages of the manual: one for the tool, one for each command, one for the configuration.
enum Manual {
  static func pages(date: String) -> [ManualPage] {
    let tree = QctlTree.tree
    let commands = tree.manual(
      date: date, prose: introduction, exits: ExitStatus.allCases.map(\.note), sections: sections)
    return commands + [configuration(date)]
  }

  private static var introduction: Prose {
    [
      "qctl is a job queue that needs no server, a worker that runs any program for its jobs, and the operator's tool over both. Jobs lie in a store, by default one SQLite file that the first \(command: "enqueue") makes.",
      "A job waits in its queue until it is due, a worker runs a program with the job's payload as standard input, and the program's exit status says whether it is done, is to be tried again, or is dead. Dead jobs are kept until an operator looks after them.",
    ]
  }

  private static var sections: [ManualSection] {
    [
      ManualSection(
        .environment,
        [
          .terms([
            Term("QCTL_ACTOR", "Who acts, in the log; else who called sudo, else the account."),
            Term("NO_COLOR, CLICOLOR, CLICOLOR_FORCE", "Whether there is colour."),
            Term(
              "QCTL_PAGER, PAGER, LESS", "How long output is shown on a terminal."),
            Term("VISUAL, EDITOR", "What \(command: "edit") opens a payload with."),
            Term("XDG_RUNTIME_DIR, TMPDIR", "Where its file lies meanwhile."),
            Term("TZ", "The zone in which times are read and shown."),
            Term(
              "XDG_DATA_HOME, XDG_CONFIG_HOME, XDG_CONFIG_DIRS",
              "Where the default store and the configuration lie."),
          ])
        ]),
      ManualSection(
        .files,
        [
          .terms([
            Term("\(literal: "~/.local/share/qctl/queue.db")", "The default store."),
            Term(
              "\(literal: "~/.config/qctl/config"), \(literal: "/etc/xdg/qctl/config")",
              "The configuration, see \(literal: "qctl-config")(5)."),
          ])
        ]),
    ]
  }

  private static func configuration(_ date: String) -> ManualPage {
    QctlTree.tree.page(
      named: "qctl-config", section: 5, "configuration file of qctl", date: date,
      prose: [
        "Settings that are to hold without being typed. A line is \(literal: "--flag value") for all commands that have the flag, or \(literal: "command --flag value") for one command. \(literal: "#") begins a comment; quotes keep blanks together; a list may be given on several lines.",
        "Flags on the command line win, then variables of the environment, then the user's file, then those of the machine. Within a file a line for one command wins over a line for all. \(literal: "--yes"), \(literal: "--force"), \(literal: "--confirm") and \(literal: "--all") are refused.",
        "A line with \(literal: "--") in it is a worker, with all its flags and its handler, as it would be typed: \(literal: "qctl work --all-configured") runs every one of them, those of the user's file and those of the machine. No other command reads more of it than that it is one.",
        .code(
          "# ~/.config/qctl/config\n--store /var/lib/shop/queue.db\nlist --utc\nwork --grace 60s\nwork -q emails -c 4 -- ./send-email\nwork -q thumbs --persistent -- python3 thumb.py"
        ),
      ],
      sections: [
        ManualSection(
          .files,
          [
            .terms([
              Term(
                "\(literal: "$XDG_CONFIG_HOME/qctl/config")",
                "The user's; \(literal: "~/.config/qctl/config") by default."),
              Term(
                "\(literal: "$XDG_CONFIG_DIRS/qctl/config")",
                "The machine's; \(literal: "/etc/xdg/qctl/config") by default."),
            ])
          ])
      ], seeAlso: ["config", "work"])
  }
}
