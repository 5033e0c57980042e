import Jobs
import Storage
import Testing

/// A job that runs once more after the one that is running: `--on-conflict after` (design.md §7).
@Suite struct UniqueFollowerTests {
  @Test(
    "Under 'after' a new job waits for a running holder, then has the key", arguments: Adapters.all)
  func follows(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let (holder, claimed) = try running(shop)
    let result = try enqueue(shop)
    #expect(result.outcome == .queuedAfter(holder))
    let follower = try shop.detail(result.id)
    #expect(follower.job.state == .blocked)
    #expect(!follower.job.holdsUniqueKey)
    #expect(follower.after == [holder])
    #expect(follower.job.onParentFailure == .run)
    #expect(try shop.job(holder).holdsUniqueKey)
    #expect(try shop.claim().isEmpty)
    try shop.settle(claimed, .complete(result: nil))
    #expect(try shop.job(result.id).state == .ready)
    #expect(try shop.job(result.id).holdsUniqueKey)
    #expect(try shop.claimOne().job.id == result.id)
  }

  /// The ways in which the holder ends.
  enum End: CaseIterable {
    case complete, reject, cancel

    var verdict: Settlement.Verdict {
      switch self {
      case .complete: .complete(result: nil)
      case .reject: .reject
      case .cancel: .cancel
      }
    }
  }

  @Test("However the holder ends, its follower runs", arguments: Adapters.all, End.allCases)
  func ends(_ adapter: Adapter, _ end: End) throws {
    let shop = try Workshop(adapter)
    let (_, claimed) = try running(shop)
    let follower = try enqueue(shop).id
    try shop.settle(claimed, end.verdict)
    #expect(try shop.claimOne().job.id == follower)
    #expect(try shop.job(follower).holdsUniqueKey)
  }

  @Test("A follower waits through the retries of the holder", arguments: Adapters.all)
  func retries(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let (holder, claimed) = try running(shop)
    let follower = try enqueue(shop).id
    try shop.settle(claimed, .fail(retryAfter: nil))
    #expect(try shop.job(follower).state == .blocked)
    #expect(try enqueue(shop) == EnqueueResult(id: holder, created: false))
    shop.wait(.hours(1))
    try shop.settle(shop.claimOne(), .complete(result: nil))
    #expect(try shop.job(follower).holdsUniqueKey)
  }

  @Test("There is one follower at most", arguments: Adapters.all)
  func once(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let (holder, _) = try running(shop)
    let first = try enqueue(shop)
    #expect(try enqueue(shop) == EnqueueResult(id: first.id, created: false))
    #expect(try shop.listing().count == 2)
    // One that waits for the same job without its key is none.
    _ = try shop.operate(.cancel, on: [first.id])
    try shop.add { $0.after = [holder] }
    #expect(try enqueue(shop).outcome == .queuedAfter(holder))
  }

  @Test(
    "A holder that has not started is the answer", arguments: Adapters.all,
    [JobState.ready, .scheduled, .retrying])
  func waiting(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let holder = try shop.job(state) { $0.uniqueKey = "k" }
    #expect(try enqueue(shop) == EnqueueResult(id: holder, created: false))
  }

  @Test("A follower whose key somebody else took goes on without it", arguments: Adapters.all)
  func withoutKey(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let (holder, claimed) = try running(shop) { $0.uniqueScope = .kept }
    let follower = try enqueue(shop).id
    try shop.settle(claimed, .complete(result: nil))
    #expect(try shop.job(holder).holdsUniqueKey)
    #expect(try !shop.job(follower).holdsUniqueKey)
    #expect(try shop.claimOne().job.id == follower)
  }

  @Test("A line of a bulk can't follow one that is running", arguments: Adapters.all)
  func bulk(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let (holder, claimed) = try running(shop)
    let conflict = KeyConflict(
      kind: .unique, key: "k", queue: try QueueName("emails"), holder: holder)
    #expect(throws: BulkError.job(index: 0, .keyConflict(conflict))) { try shop.addAll([job()]) }
    try shop.settle(claimed, .complete(result: nil))
    let result = try shop.addAll([job(), job()])
    #expect(result.created == 1 && result.existing == 1)
  }

  private func job() throws -> NewJob {
    var job = NewJob(queue: try QueueName("emails"))
    job.uniqueKey = "k"
    job.onConflict = .after
    return job
  }

  private func enqueue(_ shop: Workshop) throws -> EnqueueResult {
    try shop.store.enqueue(job(), at: shop.now)
  }

  private func running(
    _ shop: Workshop, _ edit: (inout NewJob) -> Void = { _ in }
  ) throws -> (JobID, ClaimedJob) {
    let id = try shop.add {
      $0.uniqueKey = "k"
      edit(&$0)
    }
    return (id, try shop.claimOne())
  }
}
