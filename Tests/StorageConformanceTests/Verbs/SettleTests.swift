import Jobs
import Storage
import Testing

@Suite struct SettleTests {
  @Test("A completed job keeps its result and forgets its error", arguments: Adapters.all)
  func complete(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.backoff = .fixed(.zero) }
    try shop.settle(shop.claimOne(), .fail(retryAfter: nil)) { $0.error = "boom" }
    let claimed = try shop.claimOne()
    shop.wait(.seconds(3))
    #expect(try shop.settle(claimed, .complete(result: [1, 2])) == .settled(.completed))
    let detail = try shop.detail(id)
    #expect(detail.result == [1, 2] && detail.job.error == nil)
    #expect(detail.job.finishedAt == shop.now && detail.job.token == nil)
    #expect(detail.job.leaseUntil == nil && detail.job.failures == 1)
    #expect(detail.attempts.map(\.outcome) == [.failed, .completed])
    let record = try #require(try shop.log().last)
    #expect(record.event == .completed && record.duration == .seconds(3) && record.attempt == 2)
  }

  @Test("A result of an earlier run does not outlive the next one", arguments: Adapters.all)
  func newResult(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    try shop.settle(shop.claimOne(), .complete(result: [1]))
    _ = try shop.operate(.retry(at: nil), on: [id])
    #expect(try shop.detail(id).result == [1])
    try shop.settle(shop.claimOne(), .complete(result: nil))
    #expect(try shop.detail(id).result == nil)
  }

  @Test("A failure waits as the job's backoff says", arguments: Adapters.all)
  func fail(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { job in
      job.backoff = .list([.seconds(7), .seconds(9)])
      job.maxAttempts = 3
    }
    #expect(
      try shop.settle(shop.claimOne(), .fail(retryAfter: nil)) { $0.error = "boom" }
        == .settled(.retrying))
    #expect(try shop.job(id).runAt == shop.now + .seconds(7))
    #expect(try shop.job(id).error == "boom")
    shop.wait(.seconds(7))
    #expect(
      try shop.settle(shop.claimOne(), .fail(retryAfter: .hours(2))) == .settled(.retrying))
    #expect(try shop.job(id).runAt == shop.now + .hours(2))
    shop.wait(.hours(2))
    #expect(try shop.settle(shop.claimOne(), .timeOut) == .settled(.dead))
    let detail = try shop.detail(id)
    #expect(detail.job.failures == 3 && detail.job.finishedAt == shop.now)
    #expect(detail.attempts.map(\.outcome) == [.failed, .failed, .timedOut])
    #expect(try shop.log().map(\.event) == [.failed, .failed, .dead])
  }

  @Test("Without a policy of its own a job waits as the default says", arguments: Adapters.all)
  func defaultBackoff(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    try shop.settle(shop.claimOne(), .fail(retryAfter: nil))
    let wait = try shop.job(id).runAt.since(shop.now)
    #expect((.seconds(24) ... .seconds(36)).contains(wait))
  }

  @Test("A rejected job is dead at once", arguments: Adapters.all)
  func reject(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let outcome = try shop.settle(shop.claimOne(), .reject) { settlement in
      settlement.error = "no such user"
      settlement.exitCode = 65
      settlement.signal = 11
      settlement.output = [0, 255]
    }
    #expect(outcome == .settled(.dead))
    let attempt = try #require(try shop.detail(id).attempts.first)
    #expect(attempt.outcome == .rejected && attempt.error == "no such user")
    #expect(attempt.exitCode == 65 && attempt.signal == 11 && attempt.output == [0, 255])
    let record = try #require(try shop.log().last)
    #expect(record.event == .dead && record.level == .error && record.status == .dead)
    #expect(record.error == "no such user" && record.exitCode == 65 && record.signal == 11)
  }

  @Test("What is given back counts as no failure", arguments: Adapters.all)
  func giveBack(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    #expect(try shop.settle(shop.claimOne(), .release(reason: "drain")) == .settled(.ready))
    let until = shop.now + .hours(1)
    #expect(try shop.settle(shop.claimOne(), .snooze(until: until)) == .settled(.scheduled))
    let job = try shop.job(id)
    #expect(job.runAt == until && job.failures == 0 && job.attempt == 2 && job.finishedAt == nil)
    #expect(try shop.detail(id).attempts.map(\.outcome) == [.released, .snoozed])
    let log = try shop.log()
    #expect(log.map(\.event) == [.released, .snoozed])
    #expect(log.first?.reason == "drain")
    shop.wait(.hours(1))
    let past = shop.now - .seconds(1)
    #expect(try shop.settle(shop.claimOne(), .snooze(until: past)) == .settled(.ready))
  }

  @Test("Of a long error the end is kept, and no character is cut", arguments: Adapters.all)
  func longError(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let text = String(repeating: "€", count: 1000) + "end"
    try shop.settle(shop.claimOne(), .reject) { $0.error = text }
    let kept = String(repeating: "€", count: 340) + "end"
    #expect(try shop.job(id).error == kept)
    #expect(try shop.detail(id).attempts.first?.error == kept)
    #expect(try shop.log().last?.error == kept)
  }

  @Test("Jobs are finished and the next ones taken in one call", arguments: Adapters.all)
  func settleAndClaim(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = try (0..<4).map { _ in try shop.add() }
    let first = try shop.claim(limit: 2)
    let result = try shop.store.settle(
      [
        Settlement(first[0].lease, .complete(result: nil)),
        Settlement(first[1].lease, .release(reason: "drain")),
      ], thenClaim: shop.request(["emails"], limit: 2, worker: "w2"), at: shop.now)
    #expect(result.outcomes == [.settled(.completed), .settled(.ready)])
    #expect(result.claimed.map(\.job.id) == [ids[1], ids[2]])
    #expect(result.claimed.map(\.job.worker) == ["w2", "w2"])
  }

  @Test("Nothing to settle is a plain claim", arguments: Adapters.all)
  func nothing(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let result = try shop.store.settle([], thenClaim: shop.request([]), at: shop.now)
    #expect(result.outcomes.isEmpty && result.claimed.map(\.job.id) == [id])
    let none = try shop.store.settle([], thenClaim: nil, at: shop.now)
    #expect(none == SettleResult(outcomes: [], claimed: []))
  }

  @Test("What a bulk brought to a later queue is found in one call", arguments: Adapters.all)
  func typeBehindBulk(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add("a")
    let held = try shop.claimOne("a")
    var wanted = NewJob(queue: try QueueName("c"))
    wanted.type = try JobType("t3")
    _ = try shop.addAll([wanted, NewJob(queue: try QueueName("b"))])
    let result = try shop.store.settle(
      [Settlement(held.lease, .complete(result: nil))],
      thenClaim: shop.request(["a", "b", "c"], types: ["t3"], limit: 3), at: shop.now)
    #expect(result.claimed.map(\.job.queue.description) == ["c"])
  }
}
