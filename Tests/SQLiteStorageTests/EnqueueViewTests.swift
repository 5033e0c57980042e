import Jobs
import Storage
import TestSupport
import Testing

@testable import SQLiteStorage

/// `INSERT INTO qctl_enqueue` from any program makes the same job as `qctl enqueue`.
@Suite struct EnqueueViewTests {
  private let rig: StoreRig
  private let application: PlainDatabase

  init() throws {
    rig = try StoreRig()
    application = try rig.application()
  }

  /// An insert that did nothing and said nothing would be a lost job.
  @Test(arguments: ["INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE"])
  func anInsertWithoutTheScratchRowIsRefused(_ verb: String) throws {
    try application.run("DELETE FROM qctl_request")
    #expect(throws: SQLiteFailure.self) {
      try application.run("\(verb) INTO qctl_enqueue(queue) VALUES ('a')")
    }
    #expect(try application.number("SELECT count(*) FROM qctl_jobs") == 0)
  }

  @Test func everythingHasADefault() throws {
    let id = try #require(JobID(rawValue: try application.enqueue("INSERT", ["type": nil])))
    let made = try rig.job(id)
    var job = Job(id: id, accepting: NewJob(), now: made.job.enqueuedAt)
    #expect(made.job == job)
    #expect(made.payload.isEmpty)
    #expect(made.tags.isEmpty)
    job.state = .ready
    #expect(rig.now <= job.enqueuedAt)
  }

  @Test func aJobIsAsTheEngineWouldMakeIt() throws {
    let number = try application.enqueue(
      "INSERT",
      [
        "queue": "emails", "type": "send:welcome/1", "payload": .bytes([0, 255, 10]),
        "priority": 2, "run_at": .integer(rig.now.milliseconds + 3_600_000), "max_attempts": 3,
        "backoff": "fixed:10s", "timeout_ms": 5000, "unique_key": "u1", "idempotency_key": "i1",
        "tags": #"{"user_id":"42"}"#,
      ])
    var new = NewJob(queue: try QueueName("emails"), type: try JobType("send:welcome/1"))
    new.priority = try Priority(2)
    new.runAt = rig.now + .hours(1)
    new.maxAttempts = 3
    new.backoff = try Backoff("fixed:10s")
    new.timeout = .seconds(5)
    new.uniqueKey = "u1"
    new.idempotencyKey = "i1"
    let id = try #require(JobID(rawValue: number))
    let made = try rig.job(id)
    #expect(made.job == Job(id: id, accepting: new, now: made.job.enqueuedAt))
    #expect(made.payload == [0, 255, 10])
    #expect(made.tags == [try Tag(name: "user_id", value: "42")])
    #expect(made.job.state == .scheduled)
  }

  @Test func theOrderIsTheEngines() throws {
    let priorities: [Int64] = [5, 9, 0, 3]
    for level in priorities {
      try application.enqueue("INSERT", ["priority": .integer(level)])
      try rig.add { $0.priority = try Priority(level) }
    }
    rig.now = rig.now + .seconds(60)
    let claimed = try rig.claim(100).map(\.job.priority.level)
    #expect(claimed == [0, 0, 3, 3, 5, 5, 9, 9])
  }

  @Test func lastTellsTheIDAsShownEverywhere() throws {
    let number = try application.enqueue()
    let shown = try #require(try application.text("SELECT id FROM qctl_last"))
    #expect(try JobID(shown).rawValue == number)
    #expect(try application.rows("SELECT * FROM qctl_last").count == 1)
    #expect(try application.rows("SELECT * FROM qctl_enqueue").isEmpty)
  }

  @Test func countsAreKept() throws {
    let later = PlainDatabase.Value.integer(rig.now.milliseconds + 3_600_000)
    try application.enqueue()
    try application.enqueue("INSERT", ["unique_key": "k"])
    try application.enqueue("INSERT", ["unique_key": "k"])
    try application.enqueue("INSERT", ["run_at": later])
    try application.enqueue("INSERT", ["queue": "other"])
    #expect(try rig.counts() == [.ready: 2, .scheduled: 1])
    #expect(try application.number("SELECT sum(total_enqueued) FROM qctl_queues") == 4)
    #expect(try rig.problems().isEmpty)
  }

  @Test func manyRowsOfOneInsertGetRisingIDs() throws {
    try application.run(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
      INSERT INTO qctl_enqueue(type, payload) SELECT 't', CAST(i AS TEXT) FROM n
      """)
    let payloads = try application.rows(
      "SELECT CAST(payload AS TEXT) FROM qctl_payloads ORDER BY id")
    #expect(payloads.map { $0[0] } == (1...100).map(String.init))
    #expect(try rig.counts() == [.ready: 100])
  }

  @Test func aRolledBackTransactionLeavesNothing() throws {
    try application.run("BEGIN IMMEDIATE")
    try application.enqueue("INSERT", ["idempotency_key": "i", "unique_key": "u"])
    try application.run("ROLLBACK")
    #expect(try rig.counts().isEmpty)
    #expect(try rig.problems().isEmpty)
    try application.enqueue("INSERT", ["idempotency_key": "i", "unique_key": "u"])
    #expect(try application.hasCreated())
  }

  @Test func aRefusalLeavesTheApplicationsTransactionStanding() throws {
    try application.run("CREATE TABLE orders(id INTEGER PRIMARY KEY)")
    try application.transaction {
      try application.run("INSERT INTO orders DEFAULT VALUES")
      #expect(throws: SQLiteRefusal.self) { try refused("INSERT", ["priority": 10]) }
    }
    #expect(try application.number("SELECT count(*) FROM orders") == 1)
    #expect(try application.number("SELECT count(*) FROM qctl_jobs") == 0)
  }

  /// The outer word becomes the rule of every statement in the trigger; none may be hurt by it.
  @Test(arguments: [
    "INSERT", "REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL",
    "INSERT OR ABORT",
  ])
  func anOuterConflictWordHarmsNothing(_ verb: String) throws {
    let first = try application.enqueue(
      "INSERT", ["unique_key": "u", "idempotency_key": "i", "payload": "one"])
    for _ in 0..<2 {
      let again = try application.enqueue(verb, ["unique_key": "u", "payload": "two"])
      #expect(again == first)
      #expect(try !application.hasCreated())
      let same = try application.enqueue(verb, ["idempotency_key": "i", "payload": "one"])
      #expect(same == first)
    }
    #expect(throws: SQLiteRefusal.self) {
      try refused(verb, ["idempotency_key": "i", "payload": "two"])
    }
    #expect(throws: SQLiteRefusal.self) { try refused(verb, ["queue": "not a name"]) }
    let other = try application.enqueue(verb, ["payload": "three"])
    #expect(other > first)
    #expect(try rig.counts() == [.ready: 2])
    #expect(try rig.problems().isEmpty)
    #expect(try rig.job(try #require(JobID(rawValue: first))).payload == Array("one".utf8))
  }

  /// Some languages bind every text as bytes; a key must not mean two things at once.
  @Test(
    arguments: ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE"],
    [PlainDatabase.Value.text("5"), .integer(5), .bytes([53])])
  func aKeyOfAnyKindIsFoundAgainOrRefused(_ verb: String, _ key: PlainDatabase.Value) throws {
    let held = try application.enqueue(
      "INSERT", ["unique_key": "5", "idempotency_key": "5", "payload": "x"])
    for column in ["unique_key", "idempotency_key"] {
      for queue in [PlainDatabase.Value.text("default"), .bytes(Array("default".utf8))] {
        let sql =
          "\(verb) INTO qctl_enqueue(queue, \(column), payload) VALUES (?, ?, 'x')"
        guard (try? application.rows(sql, [queue, key])) != nil else { continue }
        #expect(try application.number("SELECT number FROM qctl_last") == held)
        #expect(try !application.hasCreated())
      }
    }
    #expect(try rig.counts() == [.ready: 1])
    #expect(try rig.problems().isEmpty)
    #expect(
      try application.number("SELECT count(*) FROM qctl_jobs WHERE id = ?", .integer(held)) == 1)
  }

  private struct SQLiteRefusal: Error {}

  private func refused(
    _ verb: String, _ columns: KeyValuePairs<String, PlainDatabase.Value>
  ) throws {
    do { try application.enqueue(verb, columns) } catch { throw SQLiteRefusal() }
  }
}
