import CommandLineSpec
import Commands
import Jobs
import MemoryStorage
import PosixIO
import Storage
import Synchronization
import TestSupport

/// Runs command lines in this process over a memory store, with everything around them faked.
final class CommandRig {
  /// What a command line came to.
  struct Ran: Equatable {
    var status: Int32
    var output: String
    var errors: String

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  private let memory: MemoryStore
  /// The store as it is.
  var store: any StorageAdapter { memory }
  /// Stands before the memory store.
  var trouble: FaultyStore.Trouble = { (_) throws(StorageError) in }
  /// What opening the store throws, if it is to.
  var refusal: StorageError?
  var inputIsTerminal = false
  var errorIsTerminal = false
  /// What is typed when a command asks; nothing is the end of input.
  var answers: [String] = []
  /// What standard input holds.
  var input = ""
  /// Variables besides those of every test.
  var environment: [String: String] = [:]
  /// Asked between two batches: whether to stop.
  var isAskedToStop: () -> Bool = { false }
  /// The clock.
  var now = Instant(milliseconds: 1_767_225_600_000)
  let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    let random = Mutex(SeededGenerator(seed: 7))
    memory = MemoryStore(random: { random.withLock { $0.next() } })
  }

  /// What a file in the scratch folder holds.
  func text(_ name: String) throws -> String {
    String(decoding: try FileSystem.readFile(scratch.path(name), limit: 1 << 20), as: UTF8.self)
  }

  /// Runs the words after the program's name.
  func run(_ words: String...) throws -> Ran { try run(words) }

  /// Runs the words after the program's name.
  func run(_ words: [String]) throws -> Ran {
    let surroundings = Surroundings(environment: { _ in nil }, files: { [] })
    switch QctlTree.tree.outcome(for: words, in: surroundings) {
    case .run(let action): return try run(action)
    case .help(let text), .version(let text): return Ran(status: 0, output: text, errors: "")
    case .usage(let refusal): return Ran(status: 2, output: "", errors: refusal.text)
    case .configuration(let refusal): return Ran(status: 78, output: "", errors: refusal.text)
    }
  }

  private func run(_ action: Action) throws -> Ran {
    let path = scratch.path("output")
    let file = try FileDescriptor.open(path, .writeOnly, [.create, .truncate])
    let output = OutputStream(rawDescriptor: file.rawValue)
    let errors = Heard()
    var ran = Ran(status: 0, output: "", errors: "")
    do {
      ran.status = try action.run(in: context(output, errors)).rawValue
    } catch {
      guard case .failed(let status, let sentence) = error else { throw error }
      errors.text += "qctl: \(sentence)\n"
      ran.status = status.rawValue
    }
    try output.flush()
    ran.output = String(decoding: try FileSystem.readFile(path, limit: 1 << 20), as: UTF8.self)
    ran.errors = errors.text
    return ran
  }

  private func context(_ output: OutputStream, _ errors: Heard) -> CommandContext {
    CommandContext(
      output: output, say: { errors.text += $0 },
      streams: CommandContext.Streams(
        inputIsTerminal: inputIsTerminal, errorIsTerminal: errorIsTerminal),
      environment: {
        self.environment[$0] ?? ["HOME": "/nowhere", "TZ": "UTC", "QCTL_ACTOR": "tester"][$0]
      },
      now: { self.now }, random: { 7 },
      interaction: Interaction(
        readAll: { (_) throws(CommandFailure) in Array(self.input.utf8) },
        readLine: { self.answers.isEmpty ? nil : self.answers.removeFirst() },
        watchForStop: { self.isAskedToStop }),
      openStore: { (_, _) throws(StorageError) in
        if let refusal = self.refusal { throw refusal }
        return FaultyStore(self.memory, trouble: self.trouble)
      }, process: .unlimited)
  }

  private final class Heard {
    var text = ""
  }
}

// MARK: - Jobs to begin with

extension CommandRig {
  /// Accepts jobs and gives their ids, oldest first.
  func enqueue(_ queue: String, _ count: Int = 1, uniqueKey: String? = nil) throws -> [JobID] {
    try (0..<count).map { _ in
      var job = NewJob(queue: try QueueName(queue))
      job.uniqueKey = uniqueKey
      return try store.enqueue(job, at: now).id
    }
  }

  /// Accepts jobs and lets them die with an error.
  func bury(
    _ queue: String, _ count: Int = 1, uniqueKey: String? = nil, error: String = "no"
  ) throws -> [JobID] {
    let ids = try enqueue(queue, count, uniqueKey: uniqueKey)
    let claimed = try claim(queue, count)
    let settlements = claimed.map { job in
      var settlement = Settlement(job.lease, .reject)
      settlement.error = error
      return settlement
    }
    _ = try store.settle(settlements, thenClaim: nil, at: now)
    return ids
  }

  /// Takes jobs as a worker does.
  @discardableResult
  func claim(_ queue: String, _ count: Int = 1) throws -> [ClaimedJob] {
    try store.claim(
      ClaimRequest(queues: [try QueueName(queue)], limit: count, worker: "w", now: now))
  }

  /// The states of jobs; `nil` for those that are gone.
  func states(_ ids: [JobID]) throws -> [JobState?] { try ids.map { try store.job($0)?.job.state } }

  /// How many jobs of a queue are in a state.
  func count(_ queue: String, _ state: JobState) throws -> Int64 {
    let name = try QueueName(queue)
    return try store.queues(at: now).first { $0.queue == name }?.count(state) ?? 0
  }
}
