import CommandLineSpec
import Engine
import Jobs
import Storage

/// Names in the store, for completion: looked up only when they are asked for, never made up,
/// silent on any failure.
struct LiveNames {
  /// The words before the cursor, among which `--store` may be.
  let words: [String]
  let context: CommandContext

  /// What is shown at most (conventions.md §6), counted among those that begin as is typed.
  private static let most = 300
  /// Without a beginning, the latest are enough: nobody chooses among more.
  private static let mostRecent = 50
  /// Looked through for what several jobs share.
  private static let mostLookedAt = 1000

  /// The name of a schedule.
  static let schedule = CompletionKind.custom("schedule")
  /// The group of an error of dead jobs.
  static let errorGroup = CompletionKind.custom("error-group")
  /// A batch by its id.
  static let batch = CompletionKind.custom("batch")
  /// What a job can wait for: a batch or a job.
  static let parent = CompletionKind.custom("parent")
  /// The name of a rule of health that the store keeps.
  static let rule = CompletionKind.custom("rule")
  /// What `health` can look at, or be asked to do.
  static let check = CompletionKind.custom("check")
  /// The name of a time zone.
  static let zone = CompletionKind.custom("zone")

  /// Names of a kind.
  func candidates(_ kind: CompletionKind, _ prefix: String) -> [Candidate] {
    switch kind {
    case .state: JobState.allCases.map { Candidate($0.rawValue) }
    case .queue: queues(prefix)
    case .type: types()
    case .jobID: jobs(prefix)
    case .template: fields()
    case Self.errorGroup: errorGroups()
    case Self.schedule: schedules()
    case Self.batch: batches()
    case Self.parent: batches() + jobs(prefix)
    case Self.rule: rules()
    case Self.check:
      HealthCheck.allCases.map { Candidate($0.rawValue) }
        + ["set", "list", "remove"].map { Candidate($0) } + rules()
    case Self.zone: ZoneNames.beginning(with: prefix)
    case .none, .choices, .file, .fileNamed, .directory, .command, .commandName, .custom: []
    }
  }

  private func schedules() -> [Candidate] {
    let known = withStore { store throws(StorageError) in try store.schedules() } ?? []
    return known.map { Candidate($0.name.description, $0.rule.timing.text) }
  }

  private func rules() -> [Candidate] {
    let kept = withStore { store throws(StorageError) in try store.healthRules() } ?? []
    return kept.map { Candidate($0.name.description, "a rule of health") }
  }

  private func batches() -> [Candidate] {
    let request = BatchPageRequest(size: Self.most)
    let known = withStore { store throws(StorageError) in try store.batches(request) } ?? []
    return known.map { Candidate($0.id.description, "batch \($0.name) of \($0.total)") }
  }

  /// Those of the latest deaths: a press of Tab can't wait for all.
  private func errorGroups() -> [Candidate] {
    var filter = JobFilter()
    filter.states.anyOf = [.dead]
    let request = JobPageRequest(
      filter, order: .latestFinishedFirst, size: Self.mostLookedAt, now: context.now())
    var groups = ErrorGroups()
    for job in page(request) { groups.add(job) }
    return groups.largestFirst.map { Candidate($0.id.description, $0.shape) }
  }

  private func queues(_ prefix: String) -> [Candidate] {
    let now = context.now()
    let known = withStore { store throws(StorageError) in
      try store.queues(at: now, beginningWith: prefix, most: Self.most)
    }
    return (known ?? []).map { summary in
      Candidate(
        summary.queue.description,
        summary.counts.isEmpty ? "" : "\(summary.count(.ready)) ready")
    }
  }

  /// Those of the latest jobs.
  private func types() -> [Candidate] {
    let request = JobPageRequest(JobFilter(), size: Self.mostLookedAt, now: context.now())
    return Set(page(request).map(\.type)).sorted().map { Candidate($0.description) }
  }

  private func page(_ request: JobPageRequest) -> [Job] {
    withStore { store throws(StorageError) in try store.page(request).jobs } ?? []
  }

  /// Uses the store that the words mean; nil where that is not possible.
  private func withStore<Result>(
    _ body: (any StorageAdapter) throws(StorageError) -> Result
  ) -> Result? {
    guard let location = ChosenStore.location(words, context.environment),
      let store = try? context.openStore(location, .read)
    else { return nil }
    defer { context.releaseStore(store) }
    return try? body(store)
  }
}

extension LiveNames {
  /// The path of the command that the words lead to.
  private var command: [String] { QctlTree.tree.path(of: words) ?? [] }

  /// The latest jobs of those that the command takes, newest first; with a beginning, all that have
  /// it, found from where such ids end.
  private func jobs(_ prefix: String) -> [Candidate] {
    var filter = JobFilter()
    filter.states.anyOf = states
    var request = JobPageRequest(filter, size: Self.mostRecent, now: context.now())
    if !prefix.isEmpty {
      request.size = Self.most
      request.after = JobID.bound(behindTextBeginningWith: prefix)
        .map { JobCursor(id: $0, finishedAt: nil) }
    }
    return page(request).map { Candidate($0.id.description, description(of: $0)) }
  }

  /// The states of the jobs that the command takes; empty for all.
  private var states: [JobState] {
    switch command.first {
    case "dlq", "replay": [.dead]
    case "complete", "fail", "renew": [.active]
    default: []
    }
  }

  private func description(of job: Job) -> String {
    "\(job.effectiveState(at: context.now()).rawValue) \(job.queue) \(job.type)"
  }

  /// What a template of the command may show.
  private func fields() -> [Candidate] {
    let name = command.joined(separator: " ")
    let kind = RecordKind.all.first { $0.commands.contains(name) }
    return (kind?.fields ?? []).map { Candidate($0) }
  }
}
