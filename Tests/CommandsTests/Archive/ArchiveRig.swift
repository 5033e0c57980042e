import CommandLineSpec
import Commands
import Jobs
import MemoryStorage
import PosixIO
import Storage
import Synchronization
import TestSupport

/// Two stores in memory, `a` and `b`, and commands that open them by these names.
final class ArchiveRig {
  /// What a command line came to.
  struct Ran {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  let a = ArchiveRig.store(seed: 1)
  let b = ArchiveRig.store(seed: 2)
  let scratch: ScratchDirectory
  var now = Instant(milliseconds: 1_767_225_600_000)
  var isAskedToStop: () -> Bool = { false }
  /// Stands before store `b`.
  var keepsMinutes = true
  /// Called before store `a` changes jobs, and before it gives whole ones.
  var beforeApply: @Sendable (ApplyRequest) throws(StorageError) -> Void = {
    (_) throws(StorageError) in
  }
  var beforeJobs: @Sendable () throws(StorageError) -> Void = { () throws(StorageError) in }

  init() throws { scratch = try ScratchDirectory() }

  private static func store(seed: UInt64) -> MemoryStore {
    let random = Mutex(SeededGenerator(seed: seed))
    return MemoryStore { random.withLock { $0.next() } }
  }

  func run(_ words: String...) throws -> Ran { try run(words) }

  func run(_ words: [String]) throws -> Ran {
    let path = scratch.path("output")
    let file = try FileDescriptor.open(path, .writeOnly, [.create, .truncate])
    let output = OutputStream(rawDescriptor: file.rawValue)
    var said = ""
    var status: Int32 = 0
    let surroundings = Surroundings(environment: { _ in nil }, files: { [] })
    switch QctlTree.tree.outcome(for: words, in: surroundings) {
    case .run(let action):
      do {
        status = try action.run(in: context(output) { said += $0 }).rawValue
        try output.flush()
      } catch {
        guard case .failed(let failed, let sentence) = error as? CommandFailure else { throw error }
        status = failed.rawValue
        said += "qctl: \(sentence)\n"
      }
    case .usage(let refusal): (status, said) = (2, refusal.text)
    case .help, .version, .configuration: break
    }
    let written = try FileSystem.readFile(path, limit: 1 << 24)
    return Ran(status: status, output: String(decoding: written, as: UTF8.self), errors: said)
  }

  private func context(_ output: OutputStream, _ say: @escaping (String) -> Void) -> CommandContext
  {
    CommandContext(
      output: output, say: say, streams: CommandContext.Streams(),
      environment: { [scratch] in
        ["HOME": "/nowhere", "TZ": "UTC", "QCTL_ACTOR": "tester", "TMPDIR": scratch.path][$0]
      },
      now: { self.now }, random: { 7 },
      interaction: Interaction(
        readAll: { (_) throws(CommandFailure) in [] }, readLine: { nil },
        watchForStop: { self.isAskedToStop }),
      openStore: open, process: .unlimited)
  }

  private func open(
    _ location: StoreLocation, _ intent: StoreIntent
  ) throws(StorageError) -> any StorageAdapter {
    guard case .sqlite(let path) = location else { throw .missing(path: "") }
    guard path == "/a" else { return NamedStore(b, "/b", keepsMinutes: keepsMinutes) }
    return NamedStore(a, "/a", beforeApply: beforeApply, beforeJobs: beforeJobs)
  }

  /// What a file in the scratch folder holds.
  func text(_ name: String) throws -> String {
    String(decoding: try FileSystem.readFile(scratch.path(name), limit: 1 << 24), as: UTF8.self)
  }

  func write(_ name: String, _ text: String) throws -> String {
    let path = scratch.path(name)
    try FileSystem.replaceFile(path, with: Array(text.utf8))
    return path
  }

  @discardableResult
  func add(
    _ queue: String = "emails", to store: MemoryStore? = nil,
    _ edit: (inout NewJob) throws -> Void = { _ in }
  ) throws -> JobID {
    var job = NewJob(queue: try QueueName(queue), payload: Array("{}".utf8))
    try edit(&job)
    return try (store ?? a).enqueue(job, at: now).id
  }

  /// Takes a job as a worker does.
  func claim(_ queue: String = "emails", from store: MemoryStore? = nil) throws -> ClaimedJob {
    let request = ClaimRequest(queues: [try QueueName(queue)], worker: "w", now: now)
    guard let job = try (store ?? a).claim(request).first else { throw Missing() }
    return job
  }

  func settle(
    _ job: ClaimedJob, _ verdict: Settlement.Verdict, _ edit: (inout Settlement) -> Void = { _ in }
  ) throws {
    var settlement = Settlement(job.lease, verdict)
    edit(&settlement)
    _ = try a.settle([settlement], thenClaim: nil, at: now)
  }

  /// All kinds of jobs, keys, results, attempts, pauses and log records.
  func fill() throws {
    try add { $0.payload = [0, 255, 10] }
    try settle(claim(), .fail(retryAfter: .zero)) {
      $0.error = "bo\u{1b}om\n"
      $0.output = [200, 1]
      $0.exitCode = 1
    }
    now = now + .seconds(1)
    try settle(claim(), .complete(result: Array("null".utf8)))
    try add {
      $0.payload = Array(" [1,\n2] ".utf8)
      $0.tags = [try Tag(name: "kind", value: "x\"y")]
      $0.uniqueKey = "k"
      $0.uniqueScope = .kept
      $0.concurrencyKey = "tenant\n7"
      $0.schedule = try QueueName("nightly")
      $0.idempotencyKey = "i\u{0301}"
      $0.timeout = .seconds(5)
      $0.backoff = .list([.seconds(1), .minutes(2)])
    }
    try add("reports") { $0.runAt = now + .hours(1) }
    try add("reports") { $0.payload = Array("{\"a\":\"\u{202E}\"}".utf8) }
    try settle(claim("reports"), .reject) { $0.error = "no" }
    _ = try a.setPaused(
      PauseRequest(
        [try QueueName("reports")], paused: true, until: now + .hours(2), actor: "olga",
        reason: "deploy: now", now: now))
    _ = try a.setRetention(
      Retention(completed: .forever, dead: .span(.hours(3))), of: try QueueName("emails"), at: now)
  }

  struct Missing: Error {}
}

/// A memory store with a place, and perhaps without minutes.
final class NamedStore: ForwardingStore {
  let base: any StorageAdapter
  private let path: String
  private let keepsMinutes: Bool

  private let beforeApply: @Sendable (ApplyRequest) throws(StorageError) -> Void
  private let beforeJobs: @Sendable () throws(StorageError) -> Void

  init(
    _ base: any StorageAdapter, _ path: String, keepsMinutes: Bool = true,
    beforeApply: @escaping @Sendable (ApplyRequest) throws(StorageError) -> Void = {
      (_) throws(StorageError) in
    },
    beforeJobs: @escaping @Sendable () throws(StorageError) -> Void = { () throws(StorageError) in }
  ) {
    (self.base, self.path, self.keepsMinutes) = (base, path, keepsMinutes)
    (self.beforeApply, self.beforeJobs) = (beforeApply, beforeJobs)
  }

  func apply(_ request: ApplyRequest) throws(StorageError) -> [ItemOutcome] {
    try beforeApply(request)
    return try base.apply(request)
  }

  func jobs(_ ids: [JobID]) throws(StorageError) -> [JobDetail] {
    try beforeJobs()
    return try base.jobs(ids)
  }

  var identity: StoreIdentity { StoreIdentity(kind: "memory", location: path, formatVersion: 1) }

  var capabilities: Capabilities {
    guard !keepsMinutes else { return base.capabilities }
    return Capabilities(absent: [.minutes: .none(reason: "it has no clock", remedy: "none")])
  }

  func restore(
    _ parts: [ArchivePart], at now: Instant
  ) throws(StorageError) -> [RestoreOutcome] {
    guard !keepsMinutes else { return try base.restore(parts, at: now) }
    var outcomes: [RestoreOutcome] = []
    for part in parts {
      if case .minute = part {
        outcomes.append(.unsupported(.minutes))
      } else {
        outcomes += try base.restore([part], at: now)
      }
    }
    return outcomes
  }
}

/// The lines of an export but for the first and the last, which tell of the store and the time.
func body(_ export: String) -> [String] {
  export.split(separator: "\n").map(String.init).dropFirst().dropLast()
}
