import CommandLineSpec

/// The pages of the manual: one for the tool, one for each command, group and topic that has one.
enum Manual {
  static func pages(date: String) -> [ManualPage] {
    QctlTree.tree.manual(
      date: date, prose: introduction, exits: ExitStatus.allCases.map(\.note), sections: sections)
  }

  private static var introduction: Prose {
    [
      "qctl is a job queue that needs no server, a worker that runs any program for its jobs, and the operator's tool over both. Jobs lie in a store, by default one SQLite file that the first \(command: "enqueue") makes.",
      "A job waits in its queue until it is due, a worker runs a program with the job's payload as standard input, and the program's exit status says whether it is done, is to be tried again, or is dead. Dead jobs are kept until an operator looks after them.",
      "What a program must know that runs as a handler is in \(command: "help handler"), how an application enqueues within its own transaction in \(command: "help sql"), and what files and lines of JSON have in them in \(command: "help job").",
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
              "The configuration, see \(command: "help config")."),
          ])
        ]),
    ]
  }
}
