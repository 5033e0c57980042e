import Jobs
import Storage
import Testing

@testable import SQLiteStorage

/// The minutes of queues, in the file: one statement more at most, and no other table until a minute
/// is over.
@Suite struct PresentMinuteTests {
  private let rig: StoreRig

  init() throws { rig = try StoreRig() }

  @Test func countingTouchesNoOtherTable() throws {
    try rig.addMany(2)
    try rig.settle(try rig.claim(), .complete(result: nil))
    let texts = try StatementTrace.of(rig.store) {
      try rig.settle(try rig.claim(), .complete(result: nil))
    }
    #expect(texts.filter { $0.contains("UPDATE qctl_queues") }.count == 1)
    #expect(texts.filter { $0.contains("SELECT durations") }.count == 1)
    #expect(!texts.contains { $0.contains("qctl_minutes") })
    rig.now = rig.now + .minutes(1)
    let next = try StatementTrace.of(rig.store) { _ = try rig.add() }
    #expect(next.filter { $0.contains("INSERT OR REPLACE INTO qctl_minutes") }.count == 1)
  }

  @Test func aChangeInTheSameMinuteGoesByTheKey() throws {
    try rig.add()
    let application = try rig.application()
    let texts = try StatementTrace.of(rig.store) { _ = try rig.add() }
    for text in texts where text.contains("qctl_queues") {
      let plan = try application.plan(of: text)
      #expect(plan.contains { $0.contains("SEARCH qctl_queues USING PRIMARY KEY (queue=?)") })
    }
  }

  /// What an application inserts is counted, in the latest minute that there is.
  @Test func theViewRaisesTotalsOnly() throws {
    let application = try rig.application()
    try application.enqueue()
    #expect(try minutes().isEmpty)
    try rig.add()
    try application.enqueue()
    #expect(try minutes().map(\.totals.enqueued) == [3])
    #expect(try minutes().map(\.depth.ready) == [3])
    rig.now = rig.now + .minutes(1)
    try rig.add()
    #expect(try minutes().map(\.totals.enqueued) == [3, 4])
  }

  @Test func bytesThatNobodyOfUsWroteAreTakenAsTheyAre() throws {
    try rig.addMany(2)
    try rig.settle(try rig.claim(), .complete(result: nil))
    try rig.application().run("UPDATE qctl_queues SET durations = 'x'")
    try rig.settle(try rig.claim(), .complete(result: nil))
    #expect(try minutes().map(\.timings.runs.count) == [1])
  }

  private func minutes() throws -> [QueueMinute] {
    try rig.store.minutes(
      MinutesRequest(from: Instant(milliseconds: 0), to: Instant(milliseconds: .max)))
  }
}
