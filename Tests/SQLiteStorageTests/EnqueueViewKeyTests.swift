import Jobs
import SQLiteStorage
import Storage
import TestSupport
import Testing

/// A key means the same whether the command line or the application used it first.
@Suite struct EnqueueViewKeyTests {
  /// Who enqueues.
  enum Door: CaseIterable {
    case engine, view
  }

  private struct Conflict: Error {}

  private let rig: StoreRig
  private let application: PlainDatabase

  init() throws {
    rig = try StoreRig()
    application = try rig.application()
  }

  @Test(arguments: Door.allCases, Door.allCases)
  func theSameRequestGivesTheFirstJobBack(_ first: Door, _ second: Door) throws {
    let id = try enqueue(first, key: "i", payload: "one", tag: "x").id
    let again = try enqueue(second, key: "i", payload: "one", tag: "x")
    #expect(again == EnqueueResult(id: id, created: false))
  }

  @Test(arguments: Door.allCases, Door.allCases)
  func otherContentIsAConflict(_ first: Door, _ second: Door) throws {
    _ = try enqueue(first, key: "i", payload: "one", tag: "x")
    #expect(throws: Conflict.self) { try enqueue(second, key: "i", payload: "two", tag: "x") }
    #expect(throws: Conflict.self) { try enqueue(second, key: "i", payload: "one", tag: "y") }
    #expect(throws: Conflict.self) { try enqueue(second, key: "i", payload: "one", tag: nil) }
    #expect(throws: Conflict.self) {
      try enqueue(second, key: "i", payload: "one", tag: "x", type: "other")
    }
    #expect(try rig.counts() == [.ready: 1])
  }

  @Test(arguments: Door.allCases, Door.allCases)
  func theSameRequestIsKnownAfterItsJobIsDone(_ first: Door, _ second: Door) throws {
    let id = try enqueue(first, key: "i", payload: "one").id
    rig.now = rig.now + .seconds(10)
    try rig.settle(try rig.claim(), .complete(result: nil))
    #expect(try enqueue(second, key: "i", payload: "one").id == id)
  }

  @Test func aKeyOfTheEngineEndsAfterADayForTheViewToo() throws {
    let wall = rig.now
    rig.now = wall + .hours(-25)
    let old = try enqueue(.engine, key: "i", payload: "one").id
    let new = try enqueue(.view, key: "i", payload: "two")
    #expect(new.created)
    #expect(new.id > old)
    rig.now = wall + .seconds(10)
    #expect(try enqueue(.engine, key: "i", payload: "two").id == new.id)
  }

  @Test func aKeyOfTheViewEndsAfterADayForTheEngineToo() throws {
    let old = try enqueue(.view, key: "i", payload: "one").id
    rig.now = rig.now + .hours(25)
    let new = try enqueue(.engine, key: "i", payload: "two")
    #expect(new.created)
    #expect(new.id > old)
  }

  @Test(arguments: Door.allCases, Door.allCases)
  func aUniqueKeyGivesTheLiveJobBack(_ first: Door, _ second: Door) throws {
    let id = try enqueue(first, unique: "u", payload: "one").id
    let again = try enqueue(second, unique: "u", payload: "two")
    #expect(again == EnqueueResult(id: id, created: false))
    #expect(try enqueue(second, unique: "u", payload: "two", queue: "other").created)
  }

  @Test(arguments: Door.allCases, Door.allCases)
  func aUniqueKeyIsFreeOnceItsJobIsDone(_ first: Door, _ second: Door) throws {
    let id = try enqueue(first, unique: "u", payload: "one").id
    rig.now = rig.now + .seconds(10)
    try rig.settle(try rig.claim(), .complete(result: nil))
    let next = try enqueue(second, unique: "u", payload: "two")
    #expect(next.created)
    #expect(next.id > id)
  }

  @Test(arguments: Door.allCases, Door.allCases)
  func keysOfTwoQueuesAreTwoKeys(_ first: Door, _ second: Door) throws {
    _ = try enqueue(first, key: "i", payload: "one")
    #expect(try enqueue(second, key: "i", payload: "two", queue: "other").created)
  }

  @Test(arguments: UniqueScope.allCases)
  func aRowSaysItsScope(_ scope: UniqueScope) throws {
    let id = try insert(["unique_key": .text("u"), "unique_scope": .text(scope.rawValue)])
    #expect(try rig.store.job(id)?.job.uniqueScope == scope)
    rig.now = rig.now + .seconds(10)
    let claimed = try rig.claim()
    #expect(try isFree() == (scope == .queued))
    guard scope != .queued else { return }
    try rig.settle(claimed, .complete(result: nil))
    #expect(try isFree() == (scope == .active))
  }

  @Test func aRowThatMayNotMeetItsKeyIsRefused() throws {
    let row: KeyValuePairs<String, PlainDatabase.Value> = [
      "unique_key": .text("u"), "on_conflict": .text("fail"), "idempotency_key": .text("i"),
    ]
    let id = try insert(row)
    // The same request is known before its unique key is asked for.
    #expect(try insert(row) == id)
    #expect(throws: (any Error).self) {
      try insert(["unique_key": .text("u"), "on_conflict": .text("fail")])
    }
    #expect(try insert(["unique_key": .text("u"), "on_conflict": .text("ignore")]) == id)
  }

  @Test(arguments: [
    ("unique_scope", "live"), ("on_conflict", "replace"), ("on_conflict", ""),
    ("idempotency_ttl_ms", "60000"),
  ])
  func otherWordsAreRefused(_ column: String, _ word: String) throws {
    #expect(throws: (any Error).self) { try insert([column: .text(word)]) }
    #expect(try rig.counts() == [:])
  }

  @Test func aRowSaysForHowLongItsRequestIsKnown() throws {
    let row: KeyValuePairs<String, PlainDatabase.Value> = [
      "idempotency_key": .text("i"), "idempotency_ttl_ms": .integer(3_600_000),
    ]
    let id = try insert(row)
    var job = NewJob()
    job.idempotencyKey = "i"
    rig.now = rig.now + .minutes(50)
    #expect(try rig.store.enqueue(job, at: rig.now).id == id)
    rig.now = rig.now + .minutes(20)
    #expect(try rig.store.enqueue(job, at: rig.now).created)
    #expect(throws: (any Error).self) { try insert(["idempotency_ttl_ms": .integer(999)]) }
  }

  private func isFree() throws -> Bool {
    try insert(["unique_key": .text("u")])
    return try application.hasCreated()
  }

  @discardableResult
  private func insert(_ row: KeyValuePairs<String, PlainDatabase.Value>) throws -> JobID {
    let number = try application.enqueue("INSERT", row)
    return try #require(JobID(rawValue: number))
  }

  private func enqueue(
    _ door: Door, key: String? = nil, unique: String? = nil, payload: String,
    tag: String? = nil, queue: String = "default", type: String = "default"
  ) throws -> EnqueueResult {
    switch door {
    case .engine:
      var job = NewJob(
        queue: try QueueName(queue), type: try JobType(type), payload: Array(payload.utf8))
      job.idempotencyKey = key
      job.uniqueKey = unique
      job.tags = try tag.map { [try Tag(name: "tag", value: $0)] } ?? []
      do { return try rig.store.enqueue(job, at: rig.now) } catch { throw Conflict() }
    case .view:
      let optional = { (text: String?) in text.map { PlainDatabase.Value.text($0) } ?? .null }
      do {
        let number = try application.enqueue(
          "INSERT",
          [
            "queue": .text(queue), "type": .text(type), "payload": .text(payload),
            "idempotency_key": optional(key), "unique_key": optional(unique),
            "tags": optional(tag.map { #"{"tag":"\#($0)"}"# }),
          ])
        guard let id = JobID(rawValue: number) else { throw Conflict() }
        return EnqueueResult(id: id, created: try application.hasCreated())
      } catch { throw Conflict() }
    }
  }
}
