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
    #expect(try old.number("SELECT value FROM qctl_meta WHERE key = 'format_version'") == 3)
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
}
