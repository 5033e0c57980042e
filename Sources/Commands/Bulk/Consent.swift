import Storage
import Text

/// Whether the operator agrees: by `--yes`, by naming the jobs one by one, or when asked.
struct Consent {
  private let task: BulkTask

  init(_ task: BulkTask) {
    self.task = task
  }

  private var verb: BulkVerb { task.verb }
  private var context: CommandContext { task.context }

  /// Whether the command line alone is consent; what is final is asked about even by id.
  private var isGiven: Bool {
    let options = task.options
    return options.acting.yes || options.acting.dryRun || options.namesJobsOnly && !verb.isFinal
  }

  /// Whether there is somebody to ask.
  private var canAsk: Bool { context.streams.inputIsTerminal && !task.options.acting.noInput }

  /// Refuses where consent is needed and nobody can be asked.
  func check() throws(CommandFailure) {
    guard isGiven || canAsk else {
      throw .failed(
        .usage,
        "\(verb.name) needs --yes where it cannot ask; --dry-run shows what it would do")
    }
  }

  /// Shows the plan and asks; only a yes is a yes, the end of input is not.
  func isGiven(for plan: Plan, in store: any StorageAdapter) throws(CommandFailure) -> Bool {
    guard !isGiven else { return true }
    context.say(try PlanView(task, plan, in: store).asQuestion())
    if verb.isFinal { context.say("Nothing brings them back.\n") }
    context.say("\(question) \(verb.jobs(plan.items.count))\(manner)? [y/N] ")
    let answer = context.interaction.readLine()
    if answer == nil { context.say("\n") }
    return ["y", "yes"].contains(answer?.lowercased() ?? "")
  }

  private var question: String { verb.name.prefix(1).uppercased() + verb.name.dropFirst() }

  /// How it is done, where that is not the usual way.
  private var manner: String {
    var manner = ""
    if let target = task.options.replay.target { manner += " into queue \(target)" }
    if let rate = task.options.replay.rate { manner += " at \(rate)" }
    if let path = task.options.exportFile {
      manner += " after an export to \(TerminalText.escape(path, .line))"
    }
    return manner
  }
}
