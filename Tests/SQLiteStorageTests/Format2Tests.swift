import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// What format 2 brought is found in the store that `Fixtures/make-format-2.sh` made.
@Suite struct Format2Tests {
  private let scratch: ScratchDirectory
  private let path: String
  private let now: Instant

  init() throws {
    scratch = try ScratchDirectory()
    path = scratch.path("queue.db")
    let old = try #require(FileSystem.parent(of: #filePath)) + "/Fixtures/format-2.db"
    try FileSystem.replaceFile(path, with: try FileSystem.readFile(old, limit: 1 << 20))
    let store = try StoreRig.open(path, for: .read)
    defer { store.close() }
    let newest = try store.page(
      JobPageRequest(JobFilter(), size: 1, now: Instant(milliseconds: 0))
    ).jobs.first
    now = try #require(newest).enqueuedAt + .seconds(1)
  }

  @Test func itIsOfItsVersion() throws {
    let old = try #require(FileSystem.parent(of: #filePath)) + "/Fixtures/format-2.db"
    let copy = scratch.path("untouched.db")
    try FileSystem.replaceFile(copy, with: try FileSystem.readFile(old, limit: 1 << 20))
    let version = "SELECT value FROM qctl_meta WHERE key = 'format_version'"
    #expect(try PlainDatabase(copy).number(version) == 2)
    #expect(try PlainDatabase(path).number(version) == Schema.version)
  }

  @Test func aPublishedBulkIsThereAndCanBeWorkedOn() throws {
    let store = try StoreRig.open(path, for: .write)
    defer { store.close() }
    #expect(try PlainDatabase(path).number("SELECT count(*) FROM qctl_bulks") > 0)
    let queue = try store.queues(at: now).first { $0.queue == .default }
    #expect(queue?.counts == [.ready: 150])
    var filter = JobFilter()
    filter.states = Selection(anyOf: [.ready])
    let page = try store.page(JobPageRequest(filter, size: 500, now: now))
    #expect(page.jobs.count == 150)
    let claimed = try store.claim(
      ClaimRequest(queues: [.default], limit: 150, worker: "new", now: now))
    #expect(claimed.count == 150)
    #expect(try store.findings().allSatisfy { $0.grade != .error })
  }

  @Test func aJobKeptByASignOfLifeIsRescued() throws {
    let store = try StoreRig.open(path, for: .write)
    defer { store.close() }
    let presence = try #require(try store.presences().first)
    #expect(try store.claim(request(at: now + .hours(48))).isEmpty)
    #expect(try store.rescue(RescueRequest(presence: presence, started: nil, now: now)) == 1)
    let job = try #require(try store.claim(request(at: now)).first).job
    #expect(job.type.description == "kept" && job.marked && job.attempt == 2)
  }

  @Test func theMinutesAreThere() throws {
    let store = try StoreRig.open(path, for: .read)
    defer { store.close() }
    let mail = try QueueName("mail")
    let minutes = try store.minutes(MinutesRequest(of: mail, from: now - .hours(1), to: now))
    #expect(minutes.count == 2)
    #expect(minutes.first?.totals.succeeded == 1 && minutes.first?.totals.retried == 1)
    #expect(minutes.first?.timings.runs.count == 2)
    #expect(minutes.last?.totals.enqueued == 4)
  }

  private func request(at now: Instant) throws -> ClaimRequest {
    ClaimRequest(
      queues: [try QueueName("mail")], types: [try JobType("kept")], worker: "new", now: now)
  }
}
