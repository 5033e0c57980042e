import Jobs
import PosixIO
import Storage
import Testing

@testable import SQLiteStorage

/// What is seen of a bulk while it is staged: nothing at all.
@Suite struct StagingTests {
  @Test func nothingIsSeenBeforeAllIsThere() throws {
    let shop = try BulkRig()
    let own = try shop.rig.application()
    try shop.bulk(30) { index, job in
      if index % 2 == 0 { job.runAt = shop.now + .hours(1) }
    } before: { index in
      guard index == 25 else { return }
      #expect(try own.number("SELECT count(*) FROM qctl_jobs WHERE bulk IS NOT NULL") == 24)
      let id = try #require(JobID(rawValue: try own.number("SELECT max(id) FROM qctl_jobs")))
      #expect(try shop.other.queues(at: shop.now).isEmpty)
      #expect(try shop.listing().isEmpty)
      #expect(try shop.listing(.ready, .scheduled, .blocked).isEmpty)
      #expect(try shop.other.job(id) == nil)
      #expect(try shop.claim().isEmpty)
      #expect(try shop.other.outstanding(in: [.default], at: shop.now) == Outstanding())
      var filter = JobFilter()
      filter.ids = [id]
      let plan = try shop.other.plan(PlanRequest(.cancel, filter, now: shop.now))
      #expect(plan.items.isEmpty && plan.missing == [id])
      let items = [PlanItem(id: id, state: .ready), PlanItem(id: id, state: .blocked)]
      let outcomes = try shop.other.apply(
        ApplyRequest(.purge, items, actor: "test", reason: nil, now: shop.now))
      #expect(outcomes == [.missing, .missing])
      #expect(try shop.problems().isEmpty)
    }
    #expect(try shop.listing().count == 30)
    #expect(try shop.counts() == [.ready: 15, .scheduled: 15])
    #expect(try shop.problems().isEmpty)
  }

  @Test func othersGoOnMeanwhile() throws {
    let shop = try BulkRig(promoted: 100)
    let gate = try FileLock.open(shop.rig.path + ".qctl/gate")
    var claimed: [JobID] = []
    var enqueued: [JobID] = []
    try shop.watched(40) { index in
      #expect(try gate.tryLock())
      try gate.unlock()
      guard index % 10 == 9 else { return }
      enqueued.append(try shop.other.enqueue(NewJob(), at: shop.now).id)
      claimed += try shop.claim(10).map(\.job.id)
    }
    #expect(claimed == enqueued && claimed.count == 4)
    let ids = try shop.listing().map(\.id)
    #expect(ids.count == 44 && Set(ids).isSuperset(of: enqueued))
    #expect(try shop.claim(100).count == 40)
    #expect(try shop.leftovers() == [0, 0, 0])
    #expect(try shop.problems().isEmpty)
  }

  @Test func twoBulksAtATimeAreBothAcceptedWhole() throws {
    let shop = try BulkRig(promoted: 100)
    var second = BulkResult()
    let first = try shop.watched(20) { index in
      guard index == 11 else { return }
      var left = 15
      second = try shop.other.enqueueAll(
        at: shop.now,
        from: { () throws(BulkSourceError) -> NewJob? in
          left -= 1
          return left >= 0 ? NewJob() : nil
        }, progress: { _ in })
      #expect(try shop.listing().count == 15)
    }
    #expect([first.created, second.created] == [20, 15])
    #expect(try shop.listing().count == 35)
    #expect(try shop.claim(100).count == 35)
    #expect(try shop.leftovers() == [0, 0, 0])
  }

  @Test func aSourceThatBreaksOffLeavesNothing() throws {
    let shop = try BulkRig()
    #expect(throws: BulkError.source) {
      try shop.bulk(30) { index, job in
        if index == 29 { throw BulkSourceError() }
      }
    }
    #expect(try shop.listing().isEmpty)
    #expect(try shop.leftovers() == [0, 0, 0])
    #expect(try shop.rig.application().number("SELECT count(*) FROM qctl_payloads") == 0)
  }

  @Test func aBadLastJobIsNamedAndLeavesNothing() throws {
    let shop = try BulkRig()
    let error = #expect(throws: BulkError.self) {
      try shop.bulk(5000) { index, job in if index == 4999 { job.maxAttempts = 0 } }
    }
    guard case .job(4999, .invalid)? = error else { return #expect(Bool(false), "\(error as Any)") }
    #expect(try shop.leftovers() == [0, 0, 0])
  }

  @Test func aFullDiskLeavesNothingThatIsSeen() throws {
    let shop = try BulkRig(rows: 100)
    let error = #expect(throws: BulkError.self) {
      try shop.watched(20_000) { index in
        guard index == 1000 else { return }
        let pages = try shop.store.connection.scalarText("PRAGMA page_count") ?? "0"
        try shop.store.connection.execute("PRAGMA max_page_count=\((Int(pages) ?? 0) + 50)")
      }
    }
    guard case .storage(.full)? = error else { return #expect(Bool(false), "\(error as Any)") }
    #expect(try shop.listing().isEmpty)
    #expect(try shop.claim().isEmpty)
    #expect(try shop.leftovers() == [0, 0, 0])
    try shop.store.connection.execute("PRAGMA max_page_count=1073741823")
    #expect(try shop.bulk(500).created == 500)
    #expect(try shop.problems().isEmpty)
  }

  @Test func aBulkOfWhichSomethingIsGoneIsNotPublished() throws {
    let shop = try BulkRig()
    let own = try shop.rig.application()
    #expect(throws: BulkError.self) {
      try shop.watched(30) { index in
        guard index == 20 else { return }
        try own.run("UPDATE qctl_bulks SET first_id = first_id + 1")
      }
    }
    #expect(try shop.listing().isEmpty)
  }

  /// A stretch for each step would make thousands of rows of a large bulk.
  @Test func stretchesThatFollowEachOtherBecomeOne() throws {
    let shop = try BulkRig()
    try shop.bulk(300)
    #expect(try shop.leftovers() == [300, 1, 0])
  }
}
