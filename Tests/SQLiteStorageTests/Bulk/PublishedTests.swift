import Jobs
import Storage
import Testing

@testable import SQLiteStorage

/// The jobs of a published bulk are as if they had been inserted directly, promoted or not.
@Suite struct PublishedTests {
  @Test func readsShowThemWithTheirTrueState() throws {
    let shop = try BulkRig()
    try shop.bulk(20) { index, job in
      if index % 4 == 3 { job.runAt = shop.now + .minutes(5) }
      if index % 4 == 2 { job.runAt = shop.now - .minutes(5) }
      if index % 4 == 1 { job.queue = try QueueName("odd") }
    }
    #expect(try shop.leftovers()[0] == 20)
    #expect(try shop.listing(.ready).count == 15)
    #expect(try shop.listing(.scheduled).count == 5)
    #expect(try shop.listing(.blocked).isEmpty)
    #expect(try shop.counts() == [.ready: 10, .scheduled: 5])
    #expect(try shop.counts("odd") == [.ready: 5])
    let id = try #require(try shop.listing().first?.id)
    #expect(try shop.other.job(id)?.job.state == .ready)
    #expect(try shop.other.queues(at: shop.now).first?.oldestReady == shop.now - .minutes(5))
    #expect(try shop.problems().isEmpty)
  }

  @Test func dueIsReadyAlsoBeforePromotion() throws {
    let shop = try BulkRig()
    try shop.bulk(10) { index, job in job.runAt = shop.now + .minutes(Int64(index) + 1) }
    shop.rig.now = shop.now + .minutes(4)
    #expect(try shop.counts() == [.ready: 4, .scheduled: 6])
    #expect(try shop.listing(.ready).count == 4)
    let rest = try shop.other.outstanding(in: [.default], at: shop.now)
    #expect(rest.ready == 4 && rest.scheduled == 6 && rest.nextDue == shop.now + .minutes(1))
    #expect(try shop.claim(10).count == 4)
  }

  @Test(arguments: [1, 3])
  func theOldestOfAnEvenBulkIsKnownWithoutAWalk(overQueues queues: Int) throws {
    let shop = try BulkRig(rows: 10)
    try shop.rig.add { $0.queue = try QueueName("beside") }
    try shop.bulk(30) { index, job in job.queue = try QueueName("q\(index % queues)") }
    shop.rig.now = shop.now + .minutes(1)
    let bulked = shop.now - .minutes(1)
    try shop.rig.add { $0.queue = try QueueName("younger") }
    func expectAges() throws {
      let known = try shop.store.queues(at: shop.now)
      #expect(known.count == queues + 2)
      for queue in known {
        let since = queue.queue.description == "younger" ? shop.now : bulked
        #expect(queue.oldestReady == since, "\(queue.queue)")
      }
    }
    let texts = try StatementTrace.of(shop.store) { () throws in try expectAges() }
    #expect(texts.contains { $0.contains("FROM qctl_bulks b") })
    #expect(try !shop.claim(30, "q0").isEmpty)
    try expectAges()
  }

  /// Two bulks share a queue, and what is missing in the index may be of either.
  @Test(arguments: [["b", "c"], ["b", "b"], ["later", "b"]])
  func theOldestIsThatOfTheRightBulk(_ second: [String]) throws {
    let shop = try BulkRig(rows: 10)
    try shop.rig.add { $0.queue = try QueueName("c") }
    _ = try shop.claim(1, "c")
    for queues in [["a", "d"], second] {
      try shop.bulk(10) { index, job in
        job.queue = try QueueName(queues[index % 2])
        if queues[index % 2] == "later" { job.runAt = shop.now + .seconds(1) }
      }
      shop.rig.now = shop.now + .minutes(1)
    }
    let first = shop.now - .minutes(2)
    for queue in try shop.store.queues(at: shop.now) {
      let expected: Instant? =
        switch queue.queue.description {
        case "a", "d": first
        case "later": first + .minutes(1) + .seconds(1)
        case "b": first + .minutes(1)
        default: second.contains("c") ? first + .minutes(1) : nil
        }
      #expect(queue.oldestReady == expected, "\(queue.queue)")
    }
  }

  @Test func agesOfAQueueCountWhatABulkOfSeveralHas() throws {
    let shop = try BulkRig(rows: 10)
    try shop.bulk(30) { index, job in job.queue = try QueueName(index % 3 > 0 ? "most" : "few") }
    shop.rig.now = shop.now + .minutes(5)
    try shop.rig.add { $0.queue = try QueueName("none") }
    for (queue, counts) in [("most", [0, 20]), ("few", [0, 10]), ("none", [1, 0])] {
      let ages = try shop.store.readyAges(
        ReadyAgesRequest(of: try QueueName(queue), edges: [.minutes(1)], most: 1000, now: shop.now))
      #expect(ages.counts.map(Int.init) == counts, "\(queue)")
    }
  }

  @Test func claimsTakeThemInOrder() throws {
    let shop = try BulkRig()
    try shop.bulk(21)
    let ids = try shop.listing().map(\.id)
    var taken: [JobID] = []
    for _ in 0..<21 { taken += try shop.claim().map(\.job.id) }
    #expect(taken == ids)
    #expect(try shop.claim().isEmpty)
    #expect(try shop.leftovers() == [0, 0, 0])
  }

  @Test func urgentJobsGoFirstAmongThosePromoted() throws {
    let shop = try BulkRig(promoted: 10)
    try shop.bulk(10) { index, job in job.priority = try Priority(index == 9 ? 0 : 5) }
    #expect(try shop.claim().first?.job.id == shop.listing().last?.id)
  }

  @Test func settlingTakesThemToo() throws {
    let shop = try BulkRig()
    try shop.bulk(9)
    var held = try shop.claim(2)
    var done = 0
    while !held.isEmpty {
      done += held.count
      let next = ClaimRequest(queues: [.default], limit: 2, worker: "w1", now: shop.now)
      held = try shop.other.settle(
        held.map { Settlement($0.lease, .complete(result: nil)) }, thenClaim: next, at: shop.now
      ).claimed
    }
    #expect(done == 9)
    #expect(try shop.counts() == [.completed: 9])
    #expect(try shop.problems().isEmpty)
  }

  @Test(arguments: [OperatorVerb.cancel, .purge, .retry(at: nil)])
  func verbsReachThem(_ verb: OperatorVerb) throws {
    let shop = try BulkRig()
    try shop.bulk(12) { _, job in job.runAt = shop.now + .hours(1) }
    let ids = try shop.listing().map(\.id)
    var filter = JobFilter()
    filter.ids = [ids[0], ids[5], ids[11]]
    let plan = try shop.other.plan(PlanRequest(verb, filter, now: shop.now))
    #expect(plan.items.count == 3)
    let outcomes = try shop.other.apply(
      ApplyRequest(verb, plan.items, actor: "test", reason: nil, now: shop.now))
    #expect(outcomes == [.done, .done, .done])
    #expect(try shop.problems().isEmpty)
    shop.rig.now = shop.now + .hours(2)
    var taken = 0
    while true {
      let claimed = try shop.claim(5)
      guard !claimed.isEmpty else { break }
      taken += claimed.count
    }
    #expect(taken == (verb == .retry(at: nil) ? 12 : 9))
    #expect(try shop.leftovers() == [0, 0, 0])
    #expect(try shop.problems().isEmpty)
  }

  @Test func aQueueBehindManyJobsOfOthersIsReached() throws {
    let shop = try BulkRig(rows: 50)
    try shop.bulk(200) { index, job in
      job.queue = try QueueName(index == 199 ? "last" : "q\(index % 2)")
    }
    #expect(try shop.claim(1, "last").count == 1)
  }

  @Test func aPausedQueueKeepsThem() throws {
    let shop = try BulkRig()
    try shop.bulk(8)
    _ = try shop.other.setPaused(
      PauseRequest([.default], paused: true, actor: "test", reason: nil, now: shop.now))
    #expect(try shop.claim().isEmpty)
    #expect(try shop.counts() == [.ready: 8])
    _ = try shop.other.setPaused(
      PauseRequest([.default], paused: false, actor: "test", reason: nil, now: shop.now))
    #expect(try shop.claim().count == 1)
  }

  @Test func theDoctorTellsOfRowsThatBelongToNoBulk() throws {
    let shop = try BulkRig()
    try shop.bulk(8)
    try shop.rig.application().run("DELETE FROM qctl_bulks")
    #expect(try shop.problems().contains { $0.check == "bulk" })
  }
}
