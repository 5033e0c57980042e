package import CommandLineSpec
import Jobs
import PosixIO
import Storage

/// Runs the commands of a shell, one after the other, and tells what a prompt wants to know.
///
/// A shell is one process, and a command may be either in it or in one of its own (`RunningPlace`).
/// Those in it share the open store, and cost no start; since nothing can be thrown out of them by
/// force, Ctrl-C only asks, and they must be such as hear it soon. All others are this very program
/// started anew, which Ctrl-C ends as it ends any.
package final class CommandRunner {
  private let start: ShellStart
  private let patience: ShellPatience
  private let store: KeptStore
  /// The queue that is meant where none is named.
  package private(set) var queue: String?

  /// How long the prompt waits for a number, and Tab for names.
  private static let longestMilliseconds: Int64 = 200

  /// Commands over stores that are opened so.
  package init(openStore: @escaping Program.OpenStore, _ start: ShellStart) {
    self.start = start
    let patience = ShellPatience(start.signals)
    self.patience = patience
    store = KeptStore(openStore) { patience.isOver }
  }

  /// Gives everything back.
  package func close() { store.giveUp() }

  /// Runs a command to its end.
  ///
  /// - Parameters:
  ///   - words: Those of the command line, without the program's name.
  ///   - isPaged: Whether what it prints may go through a pager.
  ///   - hasInput: Whether standard input is for the command to read.
  /// - Returns: its exit status; 130 where Ctrl-C ended it.
  package func run(_ words: [String], isPaged: Bool, hasInput: Bool) -> Int32 {
    patience.begin()
    let path = QctlTree.tree.path(of: words)
    if path == ["shell"] { return refuse("there is a shell around you already") }
    let words = withQueue(words)
    // What has no path is help or a mistake.
    guard let path, RunningPlace.isApart(path, words) else {
      let status = Program(visit: visit(isPaged: isPaged)).run(words)
      if status > ExitStatus.negative.rawValue { store.giveUp() }
      return status
    }
    store.giveUp()
    return runApart(words, isPaged: isPaged, hasInput: hasInput)
  }

  private func refuse(_ sentence: String) -> Int32 {
    ErrorOutput.write("qctl: \(sentence)\n")
    return ExitStatus.usage.rawValue
  }

  private func withQueue(_ words: [String]) -> [String] {
    guard let queue else { return words }
    return QctlTree.tree.words(words, assuming: "queue", queue, unlessNamed: .jobID)
  }

  /// The kernel finds the program by this, even where a newer one has taken its name.
  private static let ourselves = "/proc/self/exe"

  private func runApart(_ words: [String], isPaged: Bool, hasInput: Bool) -> Int32 {
    var request = SpawnRequest(
      executable: Self.ourselves, arguments: CStringList(["qctl"] + words),
      environment: start.environment)
    if !isPaged { request.environment["QCTL_PAGER"] = "" }
    request.input = hasInput ? .inherit : .null
    do {
      return try ForegroundProcess.run(request, start.signals).shellStatus
    } catch {
      ErrorOutput.write("qctl: cannot start qctl: \(error.code.reason)\n")
      return ExitStatus.internalError.rawValue
    }
  }
}

// MARK: - Commands in this process

extension CommandRunner {
  private func visit(isPaged: Bool) -> Visit {
    let (signals, patience, store) = (start.signals, patience, store)
    var process = ProcessAccess.current
    process.environment = { [start] in start.environment }
    process.wait = { signals.wait(milliseconds: $0) }
    return Visit(
      environment: value,
      interaction: Interaction(
        readAll: { (_) throws(CommandFailure) in [] }, readLine: { TypedAnswer.read(signals) },
        watchForStop: patience.watchForStop),
      process: process,
      openStore: { (location, intent) throws(StorageError) in try store.store(location, intent) },
      releaseStore: store.release, isPaged: isPaged, stop: { patience.isOver })
  }

  private func value(_ name: String) -> String? { start.environment[name] }
}

// MARK: - What a prompt asks

extension CommandRunner {
  /// Has commands mean a queue where none is named; `nil` to forget it.
  ///
  /// - Returns: whether that can be, and what is to be said about it.
  package func use(_ name: String?) -> (isAccepted: Bool, sentence: String?) {
    guard let name else {
      defer { queue = nil }
      return (true, queue.map { "no longer only queue \($0)" } ?? "no queue is in use")
    }
    do {
      queue = try QueueName(name).description
    } catch {
      return (false, "\(error.field.rawValue) \(error.reason)")
    }
    let known = summaries() ?? []
    let isKnown = known.contains { $0.queue.description == name }
    return (true, isKnown || known.isEmpty ? nil : "there is no queue \(name) yet")
  }

  /// What the word at the cursor may become; names from the store only if they come soon.
  package func completion(after words: [String], current: String) -> Completion {
    let context = CommandContext(
      output: OutputStream(), say: { _ in }, streams: .init(), environment: value,
      now: Program.now, random: Random.wordOrClock,
      openStore: { [store] (location, intent) throws(StorageError) in
        try store.store(location, intent)
      },
      releaseStore: store.release)
    return patience.limited(milliseconds: Self.longestMilliseconds) {
      QctlTree.tree.completion(
        after: words, current: current, live: LiveNames(words: words, context: context).candidates)
    }
  }

  /// Queues, as candidates for what is typed.
  package func queues(beginning prefix: String) -> [Candidate] {
    completion(after: ["list", "--queue"], current: prefix).candidates
  }

  /// What the store is called: the last part of its path.
  package var storeName: String {
    guard let location else { return "qctl" }
    switch location {
    case .sqlite(let path), .directory(let path): return FileSystem.name(of: path)
    case .network(let scheme, _): return scheme
    }
  }

  /// How many jobs are dead, in the queue in use if there is one; `nil` where that can't be told soon.
  package var deadJobs: Int64? {
    guard let summaries = summaries() else { return nil }
    return summaries.reduce(0) { sum, summary in
      let counts = queue == nil || queue == summary.queue.description
      return counts ? sum &+ Int64(summary.count(.dead)) : sum
    }
  }

  /// As a command without flags finds it.
  private var location: StoreLocation? { ChosenStore.location([], value) }

  private func summaries() -> [QueueSummary]? {
    guard let location else { return nil }
    return patience.limited(milliseconds: Self.longestMilliseconds) {
      do {
        return try store.store(location, .read).queues(at: Program.now())
      } catch {
        store.giveUp()
        return nil
      }
    }
  }
}
