import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// A store that an earlier qctl wrote opens for ever.
///
/// `Fixtures/make-format-1.sh` made the file; what it put in is what is found.
@Suite struct OldStoreTests {
  private let scratch: ScratchDirectory
  private let path: String
  private let jobs: [String: JobDetail]
  /// A second after its last change: nothing is due that was not then, and no lease has run out.
  private let now: Instant

  init() throws {
    scratch = try ScratchDirectory()
    path = scratch.path("queue.db")
    let old = try #require(FileSystem.parent(of: #filePath)) + "/Fixtures/format-1.db"
    try FileSystem.replaceFile(path, with: try FileSystem.readFile(old, limit: 1 << 20))
    let store = try StoreRig.open(path, for: .read)
    defer { store.close() }
    let anyTime = Instant(milliseconds: 0)
    let page = try store.page(JobPageRequest(JobFilter(), size: 100, now: anyTime))
    jobs = Dictionary(
      uniqueKeysWithValues: try page.jobs.map {
        ("\($0.queue)/\($0.type)", try #require(try store.job($0.id)))
      })
    let last = try store.log(LogPageRequest(LogFilter(), .last, size: 1)).records.last
    now = try #require(last).timestamp + .seconds(1)
  }

  @Test func itIsBroughtUpToDate() throws {
    let version = "SELECT value FROM qctl_meta WHERE key = 'format_version'"
    let old = try #require(FileSystem.parent(of: #filePath)) + "/Fixtures/format-1.db"
    let copy = scratch.path("untouched.db")
    try FileSystem.replaceFile(copy, with: try FileSystem.readFile(old, limit: 1 << 20))
    #expect(try PlainDatabase(copy).number(version) == 1)
    #expect(try PlainDatabase(path).number(version) == Schema.version)
  }

  @Test func itHasTheSchemaOfANewStore() throws {
    let fresh = scratch.path("fresh.db")
    try StoreRig.open(fresh, for: .create).close()
    let wanted = try Self.schema(fresh)
    #expect(try Self.schema(path) == wanted)
    #expect(wanted.count > 10)
  }

  /// The statements that made a database, however they were laid out.
  static func schema(_ path: String) throws -> [String] {
    try PlainDatabase(path).rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").map {
      let spaced = ($0.first.flatMap(\.self) ?? "").replacing("(", with: " ( ").replacing(
        ")", with: " ) "
      )
      .replacing(",", with: " , ")
      return spaced.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }.sorted()
  }

  @Test func everyJobIsThere() {
    let states = jobs.mapValues(\.job.state)
    #expect(
      states == [
        "default/completed": .completed, "default/dead": .dead, "default/rejected": .dead,
        "default/retrying": .retrying, "default/replayed": .ready, "default/cancelled": .cancelled,
        "default/active": .active, "default/ready": .ready, "later/scheduled": .scheduled,
        "held/ready": .ready, "shop/worked": .completed,
      ])
  }

  @Test func payloadsResultsAndTagsAreThere() throws {
    let completed = try job("default/completed")
    #expect(completed.payload == Array(#"{"type":"completed"}"#.utf8))
    #expect(completed.result == Array(#"{"sent":true}"#.utf8))
    #expect(
      completed.tags == [
        try Tag(name: "user_id", value: "42"), try Tag(name: "plan", value: "pro"),
      ])
    #expect(try job("default/dead").payload == Array("two\nlines\n".utf8))
    #expect(try job("default/rejected").payload.isEmpty)
    #expect(try job("default/active").tags == [try Tag(name: "note", value: #"a "b" é"#)])
  }

  @Test func failuresAndAttemptsAreThere() throws {
    let dead = try job("default/dead")
    #expect(dead.job.error == "no such user")
    #expect(dead.job.failures == 1)
    #expect(dead.job.maxAttempts == 1)
    #expect(dead.job.priority.level == 0)
    #expect(dead.job.finishedAt != nil)
    #expect(dead.attempts.map(\.outcome) == [.failed])
    #expect(dead.attempts.first?.worker == "old-worker")
    #expect(try job("default/rejected").attempts.map(\.outcome) == [.rejected])
    let replayed = try job("default/replayed")
    #expect(replayed.job.replays == 1)
    #expect(replayed.job.failures == 0)
    #expect(replayed.attempts.map(\.error) == ["at first"])
    let worked = try job("shop/worked").attempts
    #expect(worked.map(\.exitCode) == [0])
    let output = String(decoding: worked.first?.output ?? [], as: UTF8.self)
    #expect(output.contains("out") && output.contains("err"))
  }

  @Test func settingsOfJobsAreThere() throws {
    let retrying = try job("default/retrying").job
    #expect(retrying.backoff == .fixed(.seconds(10)))
    #expect(retrying.timeout == .seconds(90))
    #expect(retrying.runAt > now + .hours(23))
    let scheduled = try job("later/scheduled").job
    #expect(scheduled.priority.level == 9)
    #expect(scheduled.runAt == Instant(milliseconds: 3_471_292_800_000))
    #expect(try job("held/ready").job.holdsUniqueKey)
    #expect(try !job("default/rejected").job.holdsUniqueKey)
    let active = try job("default/active").job
    #expect(active.token != nil)
    #expect(active.worker == "old-worker")
    #expect(active.attempt == 1)
  }

  @Test func queuesAndLogAreThere() throws {
    let store = try StoreRig.open(path, for: .read)
    defer { store.close() }
    let queues = try store.queues(at: now)
    #expect(queues.map(\.queue.description) == ["default", "held", "later", "shop"])
    #expect(queues.filter(\.paused).map(\.pauseReason) == ["for ever"])
    #expect(
      queues.first?.counts == [
        .ready: 2, .active: 1, .retrying: 1, .dead: 2, .completed: 1, .cancelled: 1,
      ])
    let log = try store.log(LogPageRequest(LogFilter(), .last, size: 100)).records
    #expect(
      log.map(\.event) == [
        .completed, .dead, .dead, .failed, .dead, .replayed, .cancelled, .paused, .workerStarted,
        .completed, .workerStopped,
      ])
    #expect(log.first { $0.event == .paused }?.actor == "operator")
    #expect(try store.findings().allSatisfy { $0.grade != .error })
  }

  @Test func itsJobsCanBeWorkedOn() throws {
    let store = try StoreRig.open(path, for: .write)
    defer { store.close() }
    let claimed = try store.claim(
      ClaimRequest(queues: [.default], limit: 10, worker: "new", now: now))
    #expect(claimed.map(\.job.type.description) == ["replayed", "ready"])
    var settlements = claimed.map { Settlement($0.lease, .complete(result: nil)) }
    let active = try job("default/active").job
    settlements.append(
      Settlement(Lease(id: active.id, token: try #require(active.token)), .reject))
    let outcomes = try store.settle(settlements, thenClaim: nil, at: now).outcomes
    #expect(outcomes == [.settled(.completed), .settled(.completed), .settled(.dead)])
    let day = now + .hours(25)
    let due = try store.claim(ClaimRequest(queues: [.default], worker: "new", now: day))
    #expect(due.map(\.job.type.description) == ["retrying"])
    #expect(try store.findings().allSatisfy { $0.grade != .error })
  }

  @Test func itsKeysAreStillKnown() throws {
    let store = try StoreRig.open(path, for: .create)
    defer { store.close() }
    var again = NewJob(type: try JobType("ready"), payload: Array(#"{"n":1}"#.utf8))
    again.idempotencyKey = "again"
    let known = try job("default/ready").job.id
    #expect(try store.enqueue(again, at: now) == EnqueueResult(id: known, created: false))
    var taken = NewJob(queue: try QueueName("held"))
    taken.uniqueKey = "taken"
    let holder = try job("held/ready").job.id
    #expect(try store.enqueue(taken, at: now) == EnqueueResult(id: holder, created: false))
    var freed = NewJob()
    freed.uniqueKey = "freed"
    let fresh = try store.enqueue(freed, at: now)
    #expect(fresh.created)
    #expect(jobs.values.allSatisfy { $0.job.id < fresh.id })
  }

  @Test func itsViewStillTakesJobs() throws {
    let application = try PlainDatabase(path)
    let number = try application.enqueue("INSERT", ["type": "new", "payload": "x"])
    let store = try StoreRig.open(path, for: .read)
    defer { store.close() }
    let id = try #require(JobID(rawValue: number))
    #expect(try store.job(id)?.payload == [UInt8(ascii: "x")])
    #expect(try store.findings().allSatisfy { $0.grade != .error })
  }

  private func job(_ name: String) throws -> JobDetail { try #require(jobs[name], "\(name)") }
}
