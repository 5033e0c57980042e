import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// A store of format 2 gets what format 3 brought, and whoever has it open goes on.
@Suite struct Format3Tests {
  private let scratch: ScratchDirectory
  private let path: String

  init() throws {
    scratch = try ScratchDirectory()
    path = scratch.path("queue.db")
    let old = try #require(FileSystem.parent(of: #filePath)) + "/Fixtures/format-2.db"
    try FileSystem.replaceFile(path, with: try FileSystem.readFile(old, limit: 1 << 20))
  }

  @Test func theStoreOfFormat2HasTheSchemaOfANewOne() throws {
    try StoreRig.open(path, for: .read).close()
    let fresh = scratch.path("fresh.db")
    try StoreRig.open(fresh, for: .create).close()
    let wanted = try OldStoreTests.schema(fresh)
    #expect(try OldStoreTests.schema(path) == wanted)
  }

  /// What a process of format 2 runs, on the connection that it opened before.
  @Test func aProcessOfFormat2ThatIsBesideItGoesOn() throws {
    let old = try PlainDatabase(path)
    let first = try old.enqueue("INSERT", ["queue": "beside", "payload": "1"])
    let store = try StoreRig.open(path, for: .write)
    defer { store.close() }
    #expect(try old.number("SELECT value FROM qctl_meta WHERE key = 'format_version'") == 4)
    let second = try old.enqueue("INSERT", ["queue": "beside", "payload": "2"])
    try old.run("UPDATE qctl_payloads SET result = 'r' WHERE id = ?", .integer(second))
    try old.run(
      """
      INSERT INTO qctl_log(timestamp, event, queue, job_id, job_type, attempt, status,
        duration_ms, error, exit_code, signal, worker, actor, reason, tags)
      VALUES (1, 'retried', 'beside', ?, 't', 1, 'ready', 1, 'e', 1, 1, 'w', 'a', 'r', NULL)
      """, .integer(first))
    let ids = try [first, second].map { try #require(JobID(rawValue: $0)) }
    let details = try store.jobs(ids)
    #expect(details.map(\.payload) == [[0x31], [0x32]])
    #expect(details.map(\.result) == [nil, [0x72]])
    #expect(details.allSatisfy { $0.actions.isEmpty })
    let last = try store.log(LogPageRequest(LogFilter(), .last, size: 1)).records.last
    #expect(last?.reason == "r" && last?.fromQueue == nil && last?.planned == nil)
  }

  @Test func itsJobsKeepWhatOperatorsDo() throws {
    let store = try StoreRig.open(path, for: .write)
    defer { store.close() }
    var filter = JobFilter()
    filter.types.anyOf = [try JobType("later")]
    let now = Instant(milliseconds: 1_800_000_000_000)
    let elsewhere = OperatorVerb.move(to: try QueueName("elsewhere"))
    let plan = try store.plan(PlanRequest(elsewhere, filter, now: now))
    let outcomes = try store.apply(
      ApplyRequest(elsewhere, plan.items, actor: "olga", reason: nil, now: now))
    #expect(outcomes == [.done])
    let detail = try #require(try plan.items.first.flatMap { try store.job($0.id) })
    #expect(detail.actions.map(\.event) == [.moved])
    #expect(detail.actions.first?.fromQueue?.description == "mail")
    #expect(try store.findings().allSatisfy { $0.grade != .error })
  }

  /// What `Fixtures/make-format-3.sh` put in.
  @Test func aStoreOfFormat3IsThereWithItsHistory() throws {
    let old = try #require(FileSystem.parent(of: #filePath)) + "/Fixtures/format-3.db"
    let copy = scratch.path("format-3.db")
    try FileSystem.replaceFile(copy, with: try FileSystem.readFile(old, limit: 1 << 20))
    let version = "SELECT value FROM qctl_meta WHERE key = 'format_version'"
    #expect(try PlainDatabase(copy).number(version) == 3)
    let store = try StoreRig.open(copy, for: .write)
    defer { store.close() }
    let anyTime = Instant(milliseconds: 0)
    let page = try store.page(
      JobPageRequest(JobFilter(), order: .oldestFirst, size: 9, now: anyTime))
    let details = try store.jobs(page.jobs.map(\.id))
    #expect(details.map(\.job.type.description) == ["twice", "later", "plain"])
    #expect(details.map(\.job.state) == [.ready, .cancelled, .ready])
    #expect(
      details.map { $0.actions.map(\.event) } == [
        [.replayed, .replayed], [.cancelled, .replayed, .cancelled], [],
      ])
    #expect(details.first?.actions.first?.reason == "fixed by hand")
    #expect(details[1].actions.first?.reason == #"é "quoted""#)
    #expect(details.allSatisfy { $0.actions.allSatisfy { $0.actor == "operator" } })
    #expect(try store.findings().allSatisfy { $0.grade != .error })
    let now = try #require(details.first?.actions.last?.at) + .seconds(1)
    let claimed = try store.claim(
      ClaimRequest(queues: [try QueueName("mail")], limit: 9, worker: "new", now: now))
    #expect(claimed.map(\.job.type.description) == ["twice", "plain"])
  }
}
