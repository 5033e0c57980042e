import CommandLineSpec
import Jobs
import Storage

/// Names in the store, for completion: looked up only when they are asked for, never made up,
/// silent on any failure.
struct LiveNames {
  /// The words before the cursor, among which `--store` may be.
  let words: [String]
  let context: CommandContext

  private static let mostJobs = 50
  private static let mostDead = 1000

  /// Names of a kind.
  func candidates(_ kind: CompletionKind, _ prefix: String) -> [Candidate] {
    switch kind {
    case .state: JobState.allCases.map { Candidate($0.rawValue) }
    case .queue: queues()
    case .type: types()
    case .jobID: recentJobs().map { Candidate($0.id.description, description(of: $0)) }
    case Self.errorGroup: errorGroups()
    case Self.schedule: schedules()
    case .none, .choices, .file, .fileNamed, .directory, .command, .custom: []
    }
  }

  /// The name of a schedule.
  static let schedule = CompletionKind.custom("schedule")

  private func schedules() -> [Candidate] {
    let known = withStore { store throws(StorageError) in try store.schedules() } ?? []
    return known.map { Candidate($0.name.description, $0.rule.timing.text) }
  }

  /// The group of an error of dead jobs.
  static let errorGroup = CompletionKind.custom("error-group")

  /// Those of the latest deaths: a press of Tab can't wait for all.
  private func errorGroups() -> [Candidate] {
    var filter = JobFilter()
    filter.states.anyOf = [.dead]
    let request = JobPageRequest(
      filter, order: .latestFinishedFirst, size: Self.mostDead, now: context.now())
    let dead = withStore { store throws(StorageError) in try store.page(request).jobs } ?? []
    var groups = ErrorGroups()
    for job in dead { groups.add(job) }
    return groups.largestFirst.map { Candidate($0.id.description, $0.shape) }
  }

  private func queues() -> [Candidate] {
    let now = context.now()
    let known = withStore { store throws(StorageError) in try store.queues(at: now) } ?? []
    return known.map { Candidate($0.queue.description, "\($0.count(.ready)) ready") }
  }

  private func types() -> [Candidate] {
    Set(recentJobs().map(\.type)).sorted().map { Candidate($0.description) }
  }

  private func recentJobs() -> [Job] {
    let request = JobPageRequest(JobFilter(), size: Self.mostJobs, now: context.now())
    return withStore { store throws(StorageError) in try store.page(request).jobs } ?? []
  }

  private func description(of job: Job) -> String {
    "\(job.effectiveState(at: context.now()).rawValue) \(job.queue) \(job.type)"
  }

  private func withStore<Result>(
    _ body: (any StorageAdapter) throws(StorageError) -> Result
  ) -> Result? {
    guard let location = try? StoreLocation(chosenStore, environment: context.environment),
      let store = try? context.openStore(location, .read)
    else { return nil }
    defer { context.releaseStore(store) }
    return try? body(store)
  }

  /// The store that the words, the environment or a file name; nil for the default place.
  ///
  /// Words that end in a flag without its value can't be read, so they are tried without it.
  private var chosenStore: String? {
    let surroundings = Surroundings(
      environment: context.environment,
      files: { () throws(ConfigurationError) in try ConfigurationFiles.read(context.environment) })
    for count in [words.count, words.count - 1, 0] where count >= 0 {
      let known = Array(words.prefix(count))
      guard let settings = try? QctlTree.tree.settings(for: known, in: surroundings),
        let setting = settings.first(where: { $0.flag == "--store" })
      else { continue }
      return setting.origin == .default ? nil : setting.value
    }
    return nil
  }
}
