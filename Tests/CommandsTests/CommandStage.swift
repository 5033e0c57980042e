import CommandLineSpec
import Commands
import Engine
import Jobs
import MemoryStorage
import PosixIO
import Storage
import Synchronization
import TestSupport
import Text

/// A command run in this process: over a store in memory, with everything around it in a test's hand.
final class CommandStage {
  /// What a command line came to.
  struct Result {
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard output.
    var lines: [String] {
      output.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
    }
  }

  let memory: MemoryStore
  let scratch: ScratchDirectory
  /// 2025-06-01T08:00:00Z at first.
  var now = Instant(milliseconds: 1_748_764_800_000)
  var streams = CommandContext.Streams()
  var environment = ["TZ": "UTC", "PATH": "/usr/bin:/bin", "TERM": "xterm"]
  /// What opening the store throws, if it is to.
  var refusal: StorageError?
  /// What `doctor` finds in the store.
  var findings: [Finding]?
  /// What `doctor --repair` did in the store.
  var repairs: [Repair] = []
  /// What `doctor --repair` was asked.
  var repairRequest: RepairRequest? { heard.value }
  /// Whether a command wished its output to be paged.
  private(set) var isPaged = false
  private let heard = HeardRequest()
  /// The intents with which the store was opened.
  private(set) var intents: [StoreIntent] = []
  /// The places at which a store was opened.
  private(set) var locations: [StoreLocation] = []
  /// Takes the place of standard output; a file of the rig's own if nil.
  var outputPath: String?
  var signals: (any SignalFeed)?
  /// The words of the whole command line as bytes, where they are no text.
  var arguments: CStringList?
  /// Called instead of waiting; false when nobody reads standard output any more.
  var wait: (Int) -> Bool = { _ in false }

  init() throws {
    let generator = Mutex(SeededGenerator())
    memory = MemoryStore { generator.withLock { $0.next() } }
    scratch = try ScratchDirectory()
    environment["HOME"] = scratch.path("home")
    environment["XDG_CONFIG_DIRS"] = scratch.path("etc")
    environment["TMPDIR"] = scratch.path
    environment["SCRATCH"] = scratch.path
  }

  /// Runs a command line, without the program's name.
  func run(_ words: String...) throws -> Result { try run(words) }

  /// Runs a command line, without the program's name.
  func run(_ words: [String]) throws -> Result {
    let path = outputPath ?? scratch.path("output")
    let file = try FileDescriptor.open(path, .writeOnly, [.create, .truncate])
    let output = OutputStream(rawDescriptor: file.rawValue)
    var said = ""
    var status: Int32 = 0
    isPaged = false
    let outcome = QctlTree.tree.outcome(
      for: words, in: Surroundings(environment: { [self] in environment[$0] }, files: { [] }))
    switch outcome {
    case .run(let action):
      do {
        status = try action.run(in: context(output, words) { said += $0 }).rawValue
        try output.flush()
      } catch {
        try? output.flush()
        guard case .failed(let failed, let sentence) = error as? CommandFailure else { throw error }
        status = failed.rawValue
        said += "qctl: \(sentence)\n"
      }
    case .help(let text), .version(let text): try output.write(text)
    case .usage(let refusal): (status, said) = (2, refusal.text)
    case .configuration(let refusal): (status, said) = (78, refusal.text)
    }
    try output.flush()
    return Result(status: status, output: outputPath == nil ? try text("output") : "", errors: said)
  }

  private func context(
    _ output: OutputStream, _ words: [String], say: @escaping (String) -> Void
  ) -> CommandContext {
    CommandContext(
      output: output, say: say, streams: streams, environment: { [self] in environment[$0] },
      now: { [self] in now }, random: { .random(in: .min ... .max) }, openStore: open,
      process: ProcessAccess(
        environment: { [self] in EnvironmentBlock(environment) },
        arguments: { [self] in arguments ?? CStringList(["qctl"] + words) },
        signals: { [self] () throws(SystemError) in signals },
        wait: { [self] in wait($0) }, listen: { [self] in wait($0) && $1 >= 0 ? .heard : .unread },
        limitTime: { _ in }),
      beginPaging: { [self] in isPaged = true })
  }

  private func open(
    _ location: StoreLocation, _ intent: StoreIntent
  ) throws(StorageError) -> any StorageAdapter {
    intents.append(intent)
    locations.append(location)
    if let refusal { throw refusal }
    guard let findings else { return memory }
    return ExaminedStore(memory, findings, repairs: repairs) { [heard] request in
      heard.hear(request)
    }
  }

  /// What a file in the scratch folder holds.
  func text(_ name: String) throws -> String {
    String(decoding: try FileSystem.readFile(scratch.path(name), limit: 1 << 22), as: UTF8.self)
  }

  /// Puts a job into the store.
  @discardableResult
  func enqueue(
    _ queue: String = "default", _ payload: [UInt8] = [], type: String = "default",
    tags: [Tag] = []
  ) throws -> JobID {
    var job = NewJob(queue: try QueueName(queue), type: try JobType(type), payload: payload)
    job.tags = tags
    return try memory.enqueue(job, at: now).id
  }

  /// Takes a job as a worker would.
  func claim(_ queue: String = "default") throws -> ClaimedJob {
    let request = ClaimRequest(queues: [try QueueName(queue)], worker: "worker-1", now: now)
    guard let job = try memory.claim(request).first else { throw Missing() }
    return job
  }

  func job(_ id: JobID) throws -> JobDetail {
    guard let job = try memory.job(id) else { throw Missing() }
    return job
  }

  struct Missing: Error {}
}

/// The keys and texts of a JSON object, in its order.
func members(_ line: String) throws -> [(key: String, value: JSONValue)] {
  guard case .object(let members) = try JSONValue.parse(Array(line.utf8)) else { return [] }
  return members.map { ($0.key, $0.value) }
}

/// The latest request to mend a store.
private final class HeardRequest: Sendable {
  private let request = Mutex<RepairRequest?>(nil)

  var value: RepairRequest? { request.withLock { $0 } }

  func hear(_ request: RepairRequest) { self.request.withLock { $0 = request } }
}
