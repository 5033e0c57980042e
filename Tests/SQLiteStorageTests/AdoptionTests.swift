import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// A queue inside an application's own database changes nothing else in there.
@Suite struct AdoptionTests {
  private let scratch: ScratchDirectory
  private let path: String

  init() throws {
    scratch = try ScratchDirectory()
    path = scratch.path("app.db")
    let application = try PlainDatabase(path)
    try application.run("CREATE TABLE orders(id INTEGER PRIMARY KEY, total INTEGER)")
    try application.run("CREATE INDEX orders_total ON orders(total)")
    try application.run("INSERT INTO orders(total) VALUES (7), (8)")
    try application.run("PRAGMA user_version = 42")
    try application.run("PRAGMA application_id = 4711")
  }

  @Test func leavesTheApplicationsTablesAndNumbersAlone() throws {
    let before = try foreignParts()
    try adopt().close()
    #expect(try foreignParts() == before)
    let application = try PlainDatabase(path)
    #expect(try application.number("PRAGMA user_version") == 42)
    #expect(try application.number("PRAGMA application_id") == 4711)
    #expect(try application.number("SELECT sum(total) FROM orders") == 15)
  }

  @Test(arguments: ["delete", "wal"])
  func leavesTheJournalModeAlone(_ mode: String) throws {
    try PlainDatabase(path).run("PRAGMA journal_mode = \(mode)")
    let store = try adopt()
    defer { store.close() }
    try work(store)
    #expect(try PlainDatabase(path).text("PRAGMA journal_mode") == mode)
  }

  @Test(arguments: [("delete", Int64(3)), ("wal", 1)])
  func syncsWithinTheCommitWhereThereIsNoLog(_ mode: String, _ synchronous: Int64) throws {
    try PlainDatabase(path).run("PRAGMA journal_mode = \(mode)")
    try adopt().close()
    for intent in [StoreIntent.write, .create, .adopt] {
      let store = try StoreRig.open(path, for: intent)
      defer { store.close() }
      let set = try store.connection.scalarText("PRAGMA synchronous")
      #expect(set == String(synchronous), "\(intent)")
    }
  }

  @Test func opensAgainForEveryIntentOnceAdopted() throws {
    try adopt().close()
    for intent in [StoreIntent.read, .write, .create, .adopt] {
      let store = try StoreRig.open(path, for: intent)
      defer { store.close() }
      #expect(try store.queues(at: Instant(milliseconds: 0)).isEmpty)
    }
  }

  @Test(arguments: ["delete", "wal"])
  func takesJobsWithinTheApplicationsTransaction(_ mode: String) throws {
    try PlainDatabase(path).run("PRAGMA journal_mode = \(mode)")
    let store = try adopt()
    defer { store.close() }
    let application = try PlainDatabase(path)
    try application.transaction {
      try application.run("INSERT INTO orders(total) VALUES (9)")
      try application.run("INSERT INTO qctl_enqueue(type) VALUES ('invoice')")
    }
    let now = Instant(milliseconds: SystemClock.wallMilliseconds() + 1000)
    #expect(try store.queues(at: now).first?.count(.ready) == 1)
  }

  private func adopt() throws -> SQLiteStore { try StoreRig.open(path, for: .adopt) }

  private func work(_ store: SQLiteStore) throws {
    let now = Instant(milliseconds: 1_790_000_000_000)
    let id = try store.enqueue(NewJob(payload: [1, 2]), at: now).id
    let claimed = try store.claim(
      ClaimRequest(queues: [.default], worker: "w1", now: now))
    let first = try #require(claimed.first)
    let result = try store.settle(
      [Settlement(first.lease, .complete(result: nil))], thenClaim: nil, at: now)
    #expect(result.outcomes == [.settled(.completed)])
    #expect(try store.job(id)?.job.state == .completed)
  }

  private func foreignParts() throws -> [[String?]] {
    try PlainDatabase(path).rows(
      "SELECT type, name, sql FROM sqlite_master WHERE name NOT GLOB '*qctl_*' ORDER BY name")
  }
}
