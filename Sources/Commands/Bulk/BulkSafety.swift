import CommandLineSpec
import Jobs
import Text

/// What a command line must say before many jobs may be changed (conventions.md §1, "Danger").
struct BulkSafety {
  /// What `--confirm` must name.
  private enum Name {
    case nothing
    case this(String)
    case impossible(String)
  }

  private let verb: BulkVerb
  private let options: BulkOptions
  private let filter: JobFilter

  private init(_ verb: BulkVerb, _ options: BulkOptions) {
    self.verb = verb
    self.options = options
    filter = options.filter.filter()
  }

  /// Refuses what could only be meant by accident; looks at nothing but the words.
  static func check(_ verb: BulkVerb, _ options: BulkOptions) throws(UsageError) {
    let safety = BulkSafety(verb, options)
    guard options.at == nil || options.delay == nil else {
      throw .invalid("--at and --delay contradict each other")
    }
    guard !options.operands.isEmpty || !safety.filter.selectsAll || options.acting.all else {
      throw .invalid(
        "refusing to \(verb.name) every \(verb.isForDeadJobs ? "dead " : "")job: "
          + "name ids, give a filter, or say --all")
    }
    if verb.isFinal { try safety.checkConfirmation() }
  }

  private func checkConfirmation() throws(UsageError) {
    let given = options.acting.confirm
    switch expected {
    case .nothing:
      guard let given, given != onlyQueue else { return }
      throw .invalid(
        "--confirm: '\(Self.shown(given))' is not the one queue that -q names; nothing needs it here"
      )
    case .this(let name):
      if let given, given != name {
        throw .invalid("--confirm: expected '\(name)', not '\(Self.shown(given))'")
      }
      guard given == nil, !options.acting.dryRun else { return }
      throw .invalid("purging \(whole(name)) needs --confirm \(name)")
    case .impossible(let reason):
      if given == nil, options.acting.dryRun { return }
      throw .invalid(reason)
    }
  }

  private var expected: Name {
    if !options.operands.isEmpty { return .nothing }
    if options.acting.all { return .this("all") }
    guard !isNarrow else { return .nothing }
    if let onlyQueue { return .this(onlyQueue) }
    return .impossible(
      verb.isForDeadJobs
        ? "dlq purge of whole queues goes one by one: -q QUEUE --confirm QUEUE"
        : "purge needs ids, --state STATE, or one -q QUEUE with --confirm QUEUE")
  }

  /// Whether less than whole queues is meant.
  ///
  /// What a queue holds of one state may go without its name said twice; in `dlq` the state is
  /// always given, so something else must narrow it.
  private var isNarrow: Bool {
    guard verb.isForDeadJobs else { return !filter.states.anyOf.isEmpty }
    var rest = filter
    rest.queues = Selection()
    return !rest.selectsAll
  }

  private var onlyQueue: String? {
    guard filter.queues.noneOf.isEmpty, Set(filter.queues.anyOf).count == 1 else { return nil }
    return filter.queues.anyOf.first?.description
  }

  private func whole(_ name: String) -> String {
    let place = options.acting.all ? "every queue" : "queue \(name)"
    return verb.isForDeadJobs ? "the dead jobs of \(place)" : "jobs of \(place) in any state"
  }

  private static func shown(_ text: String) -> String { TerminalText.escape(text, .line) }
}
