import CommandLineSpec

/// qctl-config(5): the configuration file.
enum ConfigTopic {
  static let topic = Topic(
    "config", "Configuration file of qctl", section: 5, seeAlso: ["config", "work"], prose)

  private static var prose: Prose {
    [
      "Settings that are to hold without being typed. A line is \(literal: "--flag value") for all commands that have the flag, or \(literal: "command --flag value") for one command. \(literal: "#") begins a comment; quotes keep blanks together; a list may be given on several lines.",
      "Flags on the command line win, then variables of the environment, then the user's file, then those of the machine. Within a file a line for one command wins over a line for all. \(literal: "--yes"), \(literal: "--force"), \(literal: "--confirm") and \(literal: "--all") are refused.",
      "A line with \(literal: "--") in it is a worker, with all its flags and its handler, as it would be typed: \(literal: "qctl work --all-configured") runs every one of them, those of the user's file and those of the machine. No other command reads more of it than that it is one.",
      .heading("Files"),
      .terms([
        Term(
          "\(literal: "$XDG_CONFIG_HOME/qctl/config")",
          "The user's; \(literal: "~/.config/qctl/config") by default."),
        Term(
          "\(literal: "$XDG_CONFIG_DIRS/qctl/config")",
          "The machine's; \(literal: "/etc/xdg/qctl/config") by default."),
      ]),
      .heading("Examples"),
      ManualNote.placeholders,
      "A file with settings for all commands and for some, and with two workers:",
      .file(
        "config",
        """
        # ~/.config/qctl/config
        --store queue.db
        list --utc
        work --grace 60s
        work -q emails -c 4 -- ./send-email
        work -q thumbs --persistent -- python3 thumb.py
        """),
      "\(command: "config") shows what is in force, and from where:",
      .session(
        """
        $ mkdir -p ~/.config/qctl && cp config ~/.config/qctl/config
        $ qctl config work --format '{flag} {value} {origin}' | grep grace
        --grace 60s <path>:4
        $ rm ~/.config/qctl/config
        """),
    ]
  }
}
