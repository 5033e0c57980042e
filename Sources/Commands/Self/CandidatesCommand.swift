import CommandLineSpec

/// `qctl __complete WORDS… CURRENT`: what completion scripts ask (conventions.md §6).
///
/// Whatever goes wrong, it says nothing and ends with 0: a press of Tab is no place for errors.
enum CandidatesCommand {
  struct Options: Sendable {
    var words: [String] = []
  }

  static let command = Command<Options, Action>(
    "__complete", "Candidates for the word at the cursor", defaults: Options(),
    operands: [.verbatim("WORD", \.words, "The words, the one at the cursor last")],
    run: { Action($0, run) })

  /// How long a press of Tab may take.
  private static let longestMilliseconds: Int64 = 200

  private static func run(
    _ options: Options, _ context: CommandContext
  ) throws(CommandFailure) -> ExitStatus {
    context.process.limitTime(longestMilliseconds)
    let words = Array(options.words.dropLast())
    let live = LiveNames(words: words, context: context)
    let completion = QctlTree.tree.completion(
      after: words, current: options.words.last ?? "", live: live.candidates)
    // Nobody reads on: nothing to tell, and nobody to tell it.
    try? context.write(Array(completion.text.utf8))
    try? context.flush()
    return .success
  }
}
