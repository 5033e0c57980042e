import Jobs
import Storage
import Testing

@testable import SQLiteStorage

/// Keys take effect when a bulk is promoted, each once.
@Suite struct BulkKeyTests {
  @Test func keysThatAreThereOrComeTwiceMakeNoJob() throws {
    let shop = try BulkRig()
    var known = NewJob()
    known.uniqueKey = "k0"
    _ = try shop.other.enqueue(known, at: shop.now)
    let result = try shop.bulk(20) { index, job in job.uniqueKey = "k\(index % 8)" }
    #expect(result == BulkResult(created: 7, existing: 13))
    #expect(try shop.listing().count == 8)
    #expect(try shop.listing().allSatisfy(\.holdsUniqueKey))
    #expect(try shop.leftovers() == [0, 0, 0])
  }

  // Found by a random sequence: the unique key of the store was asked before the bulk's own request.
  @Test func anIdempotencyKeyOfTheBulkSpeaksBeforeAUniqueKeyOfTheStore() throws {
    let shop = try BulkRig()
    var known = NewJob()
    known.uniqueKey = "k"
    _ = try shop.other.enqueue(known, at: shop.now)
    #expect {
      try shop.bulk(9) { index, job in
        guard index == 1 || index == 8 else { return }
        job.idempotencyKey = "i"
        job.payload = Array("\(index)".utf8)
        if index == 8 { job.uniqueKey = "k" }
      }
    } throws: { error in
      guard case BulkError.job(index: 8, .keyConflict(let conflict)) = error else { return false }
      return conflict.kind == .idempotency
    }
  }

  @Test func aKeyThatSomebodyElseTookMeanwhileWins() throws {
    let shop = try BulkRig()
    var other = NewJob(payload: Array("mine".utf8))
    (other.uniqueKey, other.idempotencyKey) = ("k1", "i1")
    let result = try shop.bulk(12) { index, job in
      if index == 1 { job.uniqueKey = "k1" }
      if index == 2 { job.idempotencyKey = "i1" }
      if index == 3 { job.uniqueKey = "k3" }
    } before: { index in
      if index == 10 { _ = try shop.other.enqueue(other, at: shop.now) }
    }
    #expect(result == BulkResult(created: 10, existing: 2))
    #expect(try shop.listing().count == 11)
    #expect(try shop.counts() == [.ready: 11])
    #expect(try shop.problems().isEmpty)
    let total = try shop.rig.application().number("SELECT total_enqueued FROM qctl_queues")
    #expect(total == 11)
  }

  @Test func keysOfABulkThatIsNotPublishedAreFree() throws {
    let shop = try BulkRig()
    var other = NewJob()
    other.uniqueKey = "k1"
    #expect(throws: BulkError.source) {
      try shop.bulk(20) { index, job in
        job.uniqueKey = "k\(index)"
        guard index == 15 else { return }
        #expect(try shop.other.enqueue(other, at: shop.now).created)
        throw BulkSourceError()
      }
    }
    #expect(try shop.listing().map(\.uniqueKey) == ["k1"])
  }

  /// What the enqueuing process did not live to do, claims do.
  @Test func claimsTakeTheKeysOfABulkWhoseOwnerDied() throws {
    let shop = try BulkRig()
    let jobs = (0..<9).map { index in
      var job = NewJob(payload: Array("\(index)".utf8))
      job.uniqueKey = "k\(index)"
      job.idempotencyKey = "i\(index)"
      return job
    }
    try publish(jobs, in: shop)
    #expect(try shop.counts() == [.ready: 9])
    _ = try shop.other.enqueue(jobs[4], at: shop.now)
    var taken = 0
    while true {
      let claimed = try shop.claim(2)
      guard !claimed.isEmpty else { break }
      #expect(claimed.allSatisfy { $0.job.holdsUniqueKey })
      taken += claimed.count
    }
    #expect(taken == 9)
    #expect(try shop.counts() == [.active: 9])
    #expect(try !shop.other.enqueue(jobs[8], at: shop.now).created)
    #expect(try shop.claim().isEmpty)
    #expect(try shop.leftovers() == [0, 0, 0])
    #expect(try shop.problems().isEmpty)
  }

  /// Killed after it was published: the same command again finds all of its jobs, and makes none.
  @Test(arguments: [3, 1]) func theSameBulkAgainFindsWhatADeadProcessPublished(of: Int) throws {
    let shop = try BulkRig()
    let jobs = (0..<9).map { index in
      var job = NewJob(payload: Array("\(index)".utf8))
      if index % of == 0 { job.uniqueKey = "k\(index)" }
      job.idempotencyKey = "i\(index)"
      return job
    }
    try publish(jobs, in: shop)
    let again = try shop.bulk(9) { index, job in job = jobs[index] }
    #expect(again == BulkResult(created: 0, existing: 9))
    #expect(try !shop.other.enqueue(jobs[8], at: shop.now).created)
    #expect(try shop.listing().count == 9)
    #expect(try shop.counts() == [.ready: 9])
    #expect(try shop.problems().isEmpty)
  }

  @Test func oneJobFindsTheKeyThatADeadProcessPublished() throws {
    let shop = try BulkRig()
    var job = NewJob()
    job.uniqueKey = "k"
    try publish([NewJob(), job], in: shop)
    let id = try #require(try shop.listing().last?.id)
    #expect(try shop.other.enqueue(job, at: shop.now) == EnqueueResult(id: id, created: false))
  }

  @Test func cancellingAJobTakesItsKeysFirst() throws {
    let shop = try BulkRig()
    let jobs = (0..<4).map { index in
      var job = NewJob()
      job.idempotencyKey = "i\(index)"
      return job
    }
    try publish(jobs, in: shop)
    let id = try #require(try shop.listing().last?.id)
    let items = [PlanItem(id: id, state: .ready)]
    let outcomes = try shop.other.apply(
      ApplyRequest(.cancel, items, actor: "test", reason: nil, now: shop.now))
    #expect(outcomes == [.done])
    #expect(try shop.other.enqueue(jobs[3], at: shop.now) == EnqueueResult(id: id, created: false))
  }

  /// Stages and publishes, and then does nothing more, as if killed.
  private func publish(_ jobs: [NewJob], in shop: BulkRig) throws {
    var bulk = StagedBulk(shop.store, at: shop.now)
    try bulk.add(jobs)
    try bulk.publish()
  }
}
