import CommandLineSpec

/// `qctl completion`: the script that lets a shell complete qctl's words.
enum CompletionCommand {
  /// The shells with a script.
  enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish
  }

  struct Options: Sendable {
    var shell = Shell.bash
    var output = OutputOptions()
    var store = StoreOptions()
  }

  static let command = Command<Options, Action>(
    "completion", "Print the completion script for a shell", defaults: Options(),
    flags: OutputOptions.common.lifted(\.output) + StoreOptions.flags.lifted(\.store),
    operands: [
      Operand<Options>.one("SHELL", \.shell, "The shell: bash, zsh or fish") {
        (text) throws(ValueError) in
        try Choice<Shell>.parse(text)
      }.completing(.choices(Choice<Shell>.words))
    ],
    prose: [
      "\(literal: "make install") puts the scripts where the shells look. By hand: for bash, where bash-completion looks, or into \(literal: "~/.bashrc"); for zsh, as \(literal: "_qctl") into a folder of \(literal: "$fpath"), before \(literal: "compinit") runs; for fish, into \(literal: "~/.config/fish/completions").",
      "Queues, types, recent job ids and other names come from the store that the line means, read-only and for at most a fifth of a second. Nothing typed or stored is ever run.",
    ],
    examples: [
      Example("source <(qctl completion bash)", "In this bash only"),
      Example(
        "qctl completion bash > ~/.local/share/bash-completion/completions/qctl", "For good"),
      Example("qctl completion zsh > ~/.zfunc/_qctl", "For zsh, with ~/.zfunc in $fpath"),
      Example("qctl completion fish > ~/.config/fish/completions/qctl.fish", "For fish"),
    ],
    exits: [.success, .usage, .inputOutput, .configuration].map { (status: ExitStatus) in
      status.note
    },
    seeAlso: ["config"], run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    try context.write(Array(options.shell.script.utf8))
    return .success
  }
}

extension CompletionCommand.Shell {
  /// What the shell reads.
  var script: String {
    switch self {
    case .bash: QctlTree.tree.bashScript
    case .zsh: QctlTree.tree.zshScript
    case .fish: QctlTree.tree.fishScript
    }
  }

  /// The name under which the shell finds it.
  var fileName: String {
    switch self {
    case .bash: "qctl.bash"
    case .zsh: "_qctl"
    case .fish: "qctl.fish"
    }
  }
}
