import CommandLineSpec

/// `qctl completion`: the script that lets a shell complete qctl's words.
enum CompletionCommand {
  /// The shells with a script.
  enum Shell: String, CaseIterable, Sendable {
    case bash
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
      Operand<Options>.one("SHELL", \.shell, "The shell: bash") { (text) throws(ValueError) in
        try Choice<Shell>.parse(text)
      }.completing(.choices(Choice<Shell>.words))
    ],
    prose: [
      "For bash, put it where bash-completion looks, \(literal: "~/.local/share/bash-completion/completions/qctl"), or read it in from \(literal: "~/.bashrc"). Queues, types and recent job ids come from the store, read-only and for at most a fifth of a second."
    ],
    examples: [
      Example("source <(qctl completion bash)", "In this shell only"),
      Example(
        "qctl completion bash > ~/.local/share/bash-completion/completions/qctl", "For good"),
    ],
    exits: [.success, .usage, .inputOutput, .configuration].map { (status: ExitStatus) in
      status.note
    },
    seeAlso: ["config"], run: { Action($0, run) })

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    switch options.shell {
    case .bash: try context.write(Array(QctlTree.tree.bashScript.utf8))
    }
    return .success
  }
}
