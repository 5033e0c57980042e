import Jobs
import Storage
import TestSupport
import Testing
import Text

@testable import SQLiteStorage

/// What an operator does to jobs, as far as it is this store's own matter: keys, counts, history.
///
/// What the verbs mean is compared with the model elsewhere.
@Suite struct OperateTests {
  private let rig: StoreRig
  private let elsewhere: QueueName

  init() throws {
    rig = try StoreRig()
    elsewhere = try QueueName("elsewhere")
  }

  private func apply(
    _ verb: OperatorVerb, on ids: [JobID], reason: String? = nil
  ) throws -> [ItemOutcome] {
    var filter = JobFilter()
    filter.ids = ids
    let items = try rig.store.plan(PlanRequest(verb, filter, now: rig.now)).items
    var request = ApplyRequest(verb, items, actor: "olga", reason: reason, now: rig.now)
    (request.filter, request.planned) = ("-q default", Int64(items.count))
    return try rig.store.apply(request)
  }

  private func set(_ path: String, _ value: String) throws -> OperatorVerb {
    .edit(.set([.init(path: try JSONPath.parse(path), value: Array(value.utf8))]))
  }

  @Test func aReplayIntoAnotherQueueChecksTheKeyThere() throws {
    let id = try rig.add { $0.uniqueKey = "one" }
    try rig.settle(try rig.claim(), .reject)
    // In the old queue the key has another holder, which does not matter.
    try rig.add { $0.uniqueKey = "one" }
    #expect(try apply(.replay(at: nil, to: elsewhere), on: [id]) == [.done])
    #expect(try rig.job(id).job.holdsUniqueKey)
    #expect(try rig.job(id).job.queue == elsewhere)
    #expect(try rig.problems().isEmpty)
  }

  @Test func aMoveToAQueueWhereTheKeyIsTakenIsRefusedAndStopsNoOther() throws {
    let id = try rig.add { $0.uniqueKey = "one" }
    let other = try rig.add()
    let holder = try rig.add {
      $0.queue = elsewhere
      $0.uniqueKey = "one"
    }
    let conflict = KeyConflict(kind: .unique, key: "one", queue: elsewhere, holder: holder)
    #expect(
      Set(try apply(.move(to: elsewhere), on: [id, other]).map { "\($0)" })
        == Set(["\(ItemOutcome.conflict(conflict))", "\(ItemOutcome.done)"]))
    #expect(try rig.job(other).job.queue == elsewhere)
    #expect(try rig.job(id).job.queue == .default)
    #expect(try rig.problems().isEmpty)
  }

  @Test func countsFollowAJobToItsNewQueue() throws {
    let dead = try rig.add()
    try rig.settle(try rig.claim(), .reject)
    let ready = try rig.add()
    #expect(try apply(.move(to: elsewhere), on: [ready, dead]) == [.done, .done])
    let queues = try rig.store.queues(at: rig.now)
    #expect(queues.map { $0.counts.filter { $0.value != 0 } } == [[:], [.ready: 1, .dead: 1]])
    #expect(try rig.problems().isEmpty)
  }

  @Test func aRequestOfTheViewIsKnownAgainAfterItsPayloadWasEditedAndItsJobMoved() throws {
    let application = try rig.application()
    let columns: KeyValuePairs<String, PlainDatabase.Value> = [
      "payload": "{\"a\":1}", "idempotency_key": "k",
    ]
    let number = try application.enqueue("INSERT", columns)
    let id = try #require(JobID(rawValue: number))
    #expect(try apply(set("a", "2"), on: [id]) == [.done])
    #expect(try apply(.move(to: elsewhere), on: [id]) == [.done])
    #expect(try application.enqueue("INSERT", columns) == number)
    #expect(try !application.hasCreated())
    var again = NewJob(payload: Array("{\"a\":1}".utf8))
    again.idempotencyKey = "k"
    #expect(try rig.store.enqueue(again, at: rig.now) == EnqueueResult(id: id, created: false))
    again.payload = Array("{\"a\":2}".utf8)
    #expect(throws: StorageError.self) { try rig.store.enqueue(again, at: rig.now) }
  }

  @Test func payloadsOfAnyBytesAreKeptWithTheHistory() throws {
    let old: [UInt8] = [0, 255, 10, 34, 0xE2, 0x80, 0xAE, 13]
    let text = Array("two\nlines \u{0} \"é\u{202E}".utf8)
    let id = try rig.add { $0.payload = old }
    #expect(try apply(.edit(.replace(with: text, of: old)), on: [id], reason: "a\nb") == [.done])
    #expect(try apply(.edit(.replace(with: [], of: text)), on: [id]) == [.done])
    let detail = try rig.job(id)
    #expect(detail.payload.isEmpty)
    #expect(detail.actions.map(\.payload) == [old, text])
    #expect(detail.actions.map(\.reason) == ["a\nb", nil])
    #expect(detail.actions.allSatisfy { $0.actor == "olga" && $0.filter == "-q default" })
    #expect(try rig.store.findings().allSatisfy { $0.check != "history" })
  }

  @Test func aHistoryThatCannotBeReadIsNotedAndTheRestShown() throws {
    let id = try rig.add()
    #expect(try apply(.cancel, on: [id]) == [.done])
    let application = try rig.application()
    try application.run("UPDATE qctl_payloads SET actions = 'nonsense' || char(10) || actions")
    #expect(try rig.job(id).actions.map(\.event) == [.cancelled])
    let note = try rig.store.findings().first { $0.check == "history" }
    #expect(note?.grade == .note && note?.message.contains("\(id)") == true)
    #expect(try apply(.retry(at: nil), on: [id]) == [.done])
    #expect(try rig.job(id).actions.map(\.event) == [.cancelled, .replayed])
    try application.run("UPDATE qctl_payloads SET actions = 42")
    #expect(try rig.job(id).actions.isEmpty)
  }

  @Test func aDeadJobMovedToAQueueThatKeepsLessIsTidiedThere() throws {
    for (queue, keep) in [(QueueName.default, Keep.forever), (elsewhere, .span(.hours(1)))] {
      _ = try rig.store.configure(
        ConfigureRequest(queue, [.keep(.dead, keep)], actor: "olga", now: rig.now))
    }
    let ids = [try rig.add(), try rig.add()]
    try rig.settle(try rig.claim(2), .reject)
    try rig.add { $0.queue = elsewhere }
    rig.now = rig.now + .hours(3)
    let tidy = { try rig.store.tidy(TidyRequest(now: rig.now)).removed[.dead] }
    #expect(try tidy() == nil)
    #expect(try apply(.move(to: elsewhere), on: [ids[0]]) == [.done])
    #expect(try tidy() == 1)
    #expect(try rig.store.job(ids[0]) == nil)
    #expect(try rig.store.job(ids[1]) != nil)
  }

  /// Whoever claims or settles pays nothing for what operators did.
  @Test func neitherClaimsNorSettlesReadTheHistory() throws {
    let id = try rig.add()
    #expect(try apply(.cancel, on: [id]) == [.done])
    #expect(try apply(.retry(at: nil), on: [id]) == [.done])
    let texts = try StatementTrace.of(rig.store) {
      try rig.settle(try rig.claim(), .complete(result: [1]))
    }
    #expect(texts.count > 4)
    #expect(texts.allSatisfy { !$0.contains("actions") && !$0.contains("from_queue") })
    #expect(try rig.job(id).actions.map(\.event) == [.cancelled, .replayed])
  }
}
