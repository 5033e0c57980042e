import Jobs
import Storage
import Testing

/// Jobs that were accepted together and are counted together.
@Suite struct BatchTests {
  private static let adapters = Adapters.having(.batches)

  private static func accept(
    _ count: Int, _ shop: Workshop, follower: NewJob? = nil, rule: ParentFailure? = nil
  ) throws -> BatchResult {
    var left = count
    var follower = follower
    if let rule { follower?.onParentFailure = rule }
    let result = try shop.store.enqueueAll(
      at: shop.now, as: NewBatch(name: "nightly", follower: follower)
    ) { () throws(BulkSourceError) in
      left -= 1
      return left < 0 ? nil : NewJob()
    } progress: { _ in
    }
    #expect(result.created == count)
    return try #require(result.batch)
  }

  @Test("It ends with the last of its jobs", arguments: adapters)
  func ends(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let batch = try Self.accept(3, shop, follower: NewJob(queue: try QueueName("then")))
    let follower = try #require(batch.follower)
    #expect(try shop.detail(follower).waitsFor == [batch.id])
    #expect(
      try shop.detail(follower).payload
        == Array(#"{"batch":"\#(batch.id)","name":"nightly"}"#.utf8))
    for number in 1...3 {
      let claimed = try shop.claimOne("default")
      #expect(claimed.job.batch == batch.id)
      #expect(try shop.claim("then").isEmpty)
      try shop.settle(claimed, .complete(result: nil))
      #expect(try shop.store.batch(batch.id)?.completed == Int64(number))
    }
    let summary = try #require(try shop.store.batch(batch.id))
    #expect(summary.finishedAt == shop.now && summary.stand == .completed)
    #expect(summary.follower == follower)
    #expect(try shop.claimOne("then").job.id == follower)
  }

  @Test("One that has dead jobs ended badly, until they are replayed", arguments: adapters)
  func reopened(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let batch = try Self.accept(2, shop)
    let holding = try shop.add("after") { $0.after = [batch.id] }
    let running = try shop.add("after") { ($0.after, $0.onParentFailure) = ([batch.id], .run) }
    let ending = try shop.add("after") { ($0.after, $0.onParentFailure) = ([batch.id], .cancel) }
    let first = try shop.claimOne("default")
    try shop.settle(first, .reject)
    #expect(try shop.job(running).state == .blocked)
    try shop.settle(shop.claimOne("default"), .complete(result: nil))
    #expect(try shop.job(holding).state == .blocked)
    #expect(try shop.job(running).state == .ready)
    #expect(try shop.job(ending).error == "its parent \(batch.id) has dead or cancelled jobs")
    #expect(try shop.store.batch(batch.id)?.finishedAt == shop.now)

    #expect(try shop.operate(.replay(at: nil), on: [first.job.id]) == [.done])
    let open = try #require(try shop.store.batch(batch.id))
    #expect(open.finishedAt == nil && open.unfinished == 1 && open.dead == 0)
    try shop.settle(shop.claimOne("default"), .complete(result: nil))
    #expect(try shop.job(holding).state == .ready)
  }

  @Test("Cancelled and purged jobs end it too", arguments: adapters)
  func withdrawn(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let batch = try Self.accept(
      2, shop, follower: NewJob(queue: try QueueName("then")), rule: .run)
    let ids = try shop.listing().filter { $0.batch == batch.id }.map(\.id)
    #expect(try shop.operate(.cancel, on: [ids[0]]) == [.done])
    #expect(try shop.operate(.purge, on: [ids[1]]) == [.done])
    let summary = try #require(try shop.store.batch(batch.id))
    #expect(summary.cancelled == 2 && summary.total == 2 && summary.finishedAt == shop.now)
    #expect(try shop.claimOne("then").job.id == batch.follower)
    #expect(try shop.operate(.purge, on: [ids[0]]) == [.done])
    #expect(try shop.store.batch(batch.id) == summary)
  }

  @Test("Where no job was made there is no batch", arguments: adapters)
  func empty(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let result = try shop.store.enqueueAll(
      at: shop.now, as: NewBatch(name: "none", follower: NewJob())
    ) { () throws(BulkSourceError) in
      nil
    } progress: { _ in
    }
    #expect(result.batch == nil)
    #expect(try shop.store.batches(BatchPageRequest(size: 10)).isEmpty)
    #expect(try shop.listing().isEmpty)
  }

  @Test("It is kept for 90 days after its end", arguments: adapters)
  func kept(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try Self.accept(1, shop)
    shop.wait(.seconds(1))
    let second = try Self.accept(1, shop)
    #expect(
      try shop.store.batches(BatchPageRequest(size: 10)).map(\.id) == [second.id, first.id])
    let claimed = try shop.claim("default")
    try shop.settle(claimed[0], .complete(result: nil))
    shop.wait(.hours(90 * 24))
    _ = try shop.tidy()
    #expect(try shop.store.batches(BatchPageRequest(size: 10)).map(\.id) == [second.id])
  }
}
