import DirectoryStorage
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

/// A store that an earlier qctl wrote opens for ever.
///
/// `Fixtures/make-format-1.sh` made the files; what it put in is what is found.
@Suite struct OldFormatTests {
  private let scratch: ScratchDirectory
  private let path: String
  private let jobs: [String: JobDetail]
  /// A second after its last change: no lease has run out.
  private let now: Instant

  init() throws {
    scratch = try ScratchDirectory()
    path = scratch.path("spool")
    let old = try #require(FileSystem.parent(of: #filePath)) + "/../Fixtures/format-1"
    try Self.copy(old, to: path)
    // What version control does not keep.
    for folder in ["tmp", "workers"] {
      try FileSystem.makeDirectory(path + "/" + folder, mode: 0o700)
    }
    let store = try Self.open(path)
    defer { store.close() }
    let page = try store.page(
      JobPageRequest(JobFilter(), size: 100, now: Instant(milliseconds: 0)))
    jobs = Dictionary(
      try page.jobs.map { ("\($0.queue)/\($0.type)", try #require(try store.job($0.id))) },
      uniquingKeysWith: { first, _ in first })
    let last = try store.log(LogPageRequest(LogFilter(), .last, size: 1)).records.last
    now = try #require(last).timestamp + .seconds(1)
  }

  private static func copy(_ folder: String, to target: String) throws {
    try FileSystem.makeDirectory(target, mode: 0o700)
    for entry in try FileSystem.entries(of: folder) {
      let (from, to) = (folder + "/" + entry.name, target + "/" + entry.name)
      if try FileSystem.linkStatus(of: from).kind == .directory {
        try copy(from, to: to)
      } else {
        try FileSystem.replaceFile(
          to, with: try FileSystem.readFile(from, limit: 1 << 20), mode: 0o600)
      }
    }
  }

  private static func open(_ path: String) throws -> DirectoryStore {
    try DirectoryStore(path, for: .write) { (try? Random.word()) ?? 1 }
  }

  private func format() throws -> String {
    String(decoding: try FileSystem.readFile(path + "/format", limit: 100), as: UTF8.self)
  }

  @Test func everyJobIsThere() throws {
    let states = jobs.mapValues(\.job.state)
    #expect(
      states == [
        "mail/good": .completed, "mail/failed": .retrying, "mail/dying": .dead,
        "mail/waiting": .ready, "mail/later": .scheduled, "mail/withdrawn": .cancelled,
        "slow/kept": .active, "many/default": .ready,
      ])
    #expect(jobs["mail/failed"]?.payload == Array("not JSON".utf8))
    #expect(jobs["mail/good"]?.attempts.map(\.worker) == ["old-worker"])
    #expect(jobs["mail/dying"]?.tags.map(\.name) == ["user"])
    #expect(jobs.values.allSatisfy { $0.actions.isEmpty })
  }

  @Test func itsKeysAreKnown() throws {
    let store = try Self.open(path)
    defer { store.close() }
    let mail = try QueueName("mail")
    var unique = NewJob(queue: mail)
    unique.uniqueKey = "u2"
    #expect(try store.enqueue(unique, at: now).id == jobs["mail/waiting"]?.job.id)
    var free = NewJob(queue: mail)
    free.uniqueKey = "u1"
    #expect(try store.enqueue(free, at: now).created)
    #expect(try store.requests(KnownRequestPageRequest(size: 10)).requests.map(\.key) == ["i2"])
  }

  @Test func itCanBeWorkedOnAndKeepsItsFormat() throws {
    let store = try Self.open(path)
    defer { store.close() }
    #expect(store.identity.formatVersion == 1)
    let queues = try ["mail", "many", "slow"].map { try QueueName($0) }
    let claimed = try store.claim(
      ClaimRequest(queues: queues, limit: 10, worker: "new", lease: .minutes(1), now: now))
    #expect(claimed.count == 4)
    let outcomes = try store.settle(
      claimed.map { Settlement($0.lease, .complete(result: nil)) }, thenClaim: nil, at: now
    ).outcomes
    #expect(outcomes.allSatisfy { $0 == .settled(.completed) })
    #expect(try store.queues(at: now).first { $0.queue == queues[2] }?.paused == true)
    #expect(try store.findings().allSatisfy { $0.grade != .error && $0.grade != .warning })
    #expect(try format().hasSuffix("format 1\n"))
  }

  @Test(
    "It becomes one of the present format before what an older qctl would undo",
    arguments: [0, 1, 2])
  func raising(_ number: Int) throws {
    let store = try Self.open(path)
    defer { store.close() }
    let reports = try QueueName("reports")
    let verbs: [OperatorVerb] = [
      .edit(.replace(with: Array("new".utf8), of: Array("{\"n\":4}".utf8))),
      .move(to: reports), .replay(at: nil, to: reports),
    ]
    let name = number == 2 ? "mail/dying" : "mail/waiting"
    let job = try #require(jobs[name]).job
    let outcomes = try store.apply(
      ApplyRequest(verbs[number], [PlanItem(job)], actor: "ann", reason: nil, now: now))
    #expect(outcomes == [.done])
    #expect(try format().hasSuffix("format 3\n"))
    #expect(try FileSystem.entries(of: path + "/tmp").isEmpty)
    let again = try Self.open(path)
    defer { again.close() }
    #expect(again.identity.formatVersion == 3)
    #expect(try again.job(job.id)?.actions.count == 1)
    #expect(try again.findings().allSatisfy { $0.grade != .error && $0.grade != .warning })
  }

  /// What `Fixtures/make-format-2.sh` put in.
  @Test func aStoreOfFormat2KeepsItAndHasItsEditedAndMovedJobs() throws {
    let path = scratch.path("second")
    try Self.copy(
      try #require(FileSystem.parent(of: #filePath)) + "/../Fixtures/format-2", to: path)
    for folder in ["tmp", "workers"] {
      try FileSystem.makeDirectory(path + "/" + folder, mode: 0o700)
    }
    let store = try Self.open(path)
    defer { store.close() }
    #expect(store.identity.formatVersion == 2)
    let page = try store.page(
      JobPageRequest(JobFilter(), order: .oldestFirst, size: 9, now: Instant(milliseconds: 0)))
    let details = try store.jobs(page.jobs.map(\.id))
    #expect(details.map(\.job.type.description) == ["edited", "moved", "dying"])
    #expect(details.map(\.job.queue.description) == ["mail", "elsewhere", "mail"])
    #expect(
      details.map { String(decoding: $0.payload, as: UTF8.self) } == [
        #"{"n":2}"#, #"{"n":3}"#, #"{"n":4}"#,
      ])
    #expect(details.map { $0.actions.map(\.event) } == [[.edited], [.moved], [.replayed]])
    #expect(details.allSatisfy { $0.after.isEmpty && $0.job.uniqueScope == .active })
    var new = NewJob(queue: try QueueName("mail"))
    new.concurrencyKey = "tenant"
    let last = try #require(details.last?.actions.last).at
    let id = try store.enqueue(new, at: last).id
    #expect(try store.job(id)?.job.concurrencyKey == "tenant")
    let format = try FileSystem.readFile(path + "/format", limit: 100)
    #expect(String(decoding: format, as: UTF8.self).hasSuffix("format 3\n"))
    #expect(try store.findings().allSatisfy { $0.grade != .error && $0.grade != .warning })
  }

  @Test func aNewStoreIsOfThePresentFormat() throws {
    let rig = try SpoolRig()
    #expect(try rig.format().hasSuffix("format 3\n"))
    #expect(rig.store.identity.formatVersion == 3)
  }

  @Test func aNewerFormatIsRefused() throws {
    try FileSystem.replaceFile(
      path + "/format", with: Array("qctl directory store\nformat 4\n".utf8), mode: 0o600)
    #expect(throws: StorageError.newerVersion(path: path, found: 4, known: 3)) {
      try Self.open(path)
    }
  }
}
