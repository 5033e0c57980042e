import Storage
import Text

/// Whether the operator agrees: by `--yes`, by naming the jobs one by one, or when asked.
struct Consent {
  let verb: BulkVerb
  let options: BulkOptions
  let context: CommandContext

  /// Whether the command line alone is consent; what is final is asked about even by id.
  var isGiven: Bool {
    options.acting.yes || options.acting.dryRun || options.namesJobsOnly && !verb.isFinal
  }

  /// Whether there is somebody to ask.
  private var canAsk: Bool { context.streams.inputIsTerminal && !options.acting.noInput }

  /// Refuses where consent is needed and nobody can be asked.
  func check() throws(CommandFailure) {
    guard isGiven || canAsk else {
      throw .failed(
        .usage,
        "\(verb.name) needs --yes where it cannot ask; --dry-run shows what it would do")
    }
  }

  /// Shows the plan and asks; only a yes is a yes, the end of input is not.
  func isGiven(for plan: Plan) -> Bool {
    guard !isGiven else { return true }
    let view = PlanView(verb: verb, plan: plan, output: options.output, context: context)
    context.say(view.asQuestion())
    if verb.isFinal { context.say("Nothing brings them back.\n") }
    context.say("\(question) \(verb.jobs(plan.items.count))? [y/N] ")
    let answer = context.interaction.readLine()
    if answer == nil { context.say("\n") }
    return ["y", "yes"].contains(answer?.lowercased() ?? "")
  }

  private var question: String { verb.name.prefix(1).uppercased() + verb.name.dropFirst() }
}
