import Jobs
import MemoryStorage
import Storage
import Testing

@Suite struct TidyTests {
  @Test(
    "Ended jobs go when their time is over, not before", arguments: Adapters.all,
    [JobState.completed, .cancelled, .dead])
  func jobs(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state)
    let live = try shop.add()
    shop.wait(Retention.standard(state) + TimeSpan(milliseconds: -1))
    _ = try shop.tidy()
    #expect(try shop.job(id).state == state)
    shop.wait(TimeSpan(milliseconds: 1))
    let result = try shop.tidy()
    #expect(result.removed.first { $0.key.state == state }?.value == 1)
    #expect(!result.hasMore)
    #expect(try shop.store.job(id) == nil)
    #expect(try shop.job(live).state == .ready)
    #expect(try shop.queue()?.count(state) == 0)
    #expect(try shop.tidy() == TidyResult())
  }

  @Test("A queue's own rules go before the rules for all", arguments: Adapters.all)
  func ownRules(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let kept = try shop.job(.completed)
    let other = try shop.job(.completed, in: "reports")
    let short = try shop.job(.completed, in: "quick")
    #expect(try shop.keep("emails", Retention(completed: .forever)))
    #expect(try !shop.keep("emails", Retention(completed: .forever)))
    #expect(try shop.keep("quick", Retention(completed: .span(.hours(1)))))
    #expect(try shop.store.retention(of: QueueName("quick")).completed == .span(.hours(1)))
    shop.wait(.hours(1))
    #expect(try shop.tidy().removed == [.completed: 1])
    #expect(try shop.store.job(short) == nil)
    shop.wait(.hours(1000 * 24))
    #expect(try shop.tidy().removed[.completed] == 1)
    #expect(try shop.store.job(other) == nil)
    #expect(try shop.job(kept).state == .completed)
    #expect(try shop.keep("emails", Retention()))
    #expect(try shop.tidy().removed[.completed] == 1)
    #expect(try shop.store.job(kept) == nil)
  }

  @Test("Rules make a queue known, which has none before", arguments: Adapters.all)
  func unknown(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let queue = try QueueName("new")
    #expect(throws: StorageError.unknownQueue(queue)) { try shop.store.settings(of: queue) }
    #expect(try shop.keep("new", Retention()))
    #expect(try !shop.keep("new", Retention()))
    #expect(try shop.store.settings(of: queue) == QueueSettings())
    #expect(try shop.store.queues(at: shop.now).map(\.queue) == [queue])
    #expect(try shop.log().map(\.event) == [.configured])
  }

  // traps.md 22: nothing dead is dropped without a log line, a count and a configured rule.
  @Test("Dead jobs never go without a word", arguments: Adapters.all)
  func loud(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<3 { _ = try shop.job(.dead) }
    _ = try shop.job(.dead, in: "reports")
    _ = try shop.job(.completed)
    _ = try shop.keep("reports", Retention(dead: .span(.hours(30 * 24))))
    shop.wait(.hours(90 * 24))
    #expect(try shop.tidy().removed[.dead] == 4)
    let told = try shop.log().filter { $0.event == .expired }
    #expect(told.map(\.queue?.description) == ["emails", "reports"])
    #expect(
      told.map(\.reason) == [
        "3 dead jobs removed, kept for 90d by the rule for all queues",
        "1 dead job removed, kept for 30d by the queue's own rule",
      ])
    #expect(told.allSatisfy { $0.level == .warning && $0.timestamp == shop.now })
  }

  @Test(
    "Attempts go after 30 days though their job stays",
    arguments: Adapters.having(.attemptRetention))
  func attempts(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.maxAttempts = 9 }
    for _ in 0..<2 {
      try shop.settle(try shop.claimOne(), .fail(retryAfter: .zero)) { $0.output = [65] }
      shop.wait(.hours(20 * 24))
    }
    #expect(try shop.detail(id).attempts.count == 2)
    #expect(try shop.tidy().removed[.attempts] == 1)
    #expect(try shop.detail(id).attempts.map(\.attempt) == [2])
    shop.wait(.hours(20 * 24))
    #expect(try shop.tidy().removed[.attempts] == 1)
    #expect(try shop.detail(id).attempts.isEmpty)
    #expect(try shop.job(id).attempt == 2)
  }

  @Test(
    "The log goes after 30 days, and followers keep their place",
    arguments: Adapters.having(.attemptRetention))
  func log(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<3 { _ = try shop.job(.cancelled) }
    let end = try shop.store.log(LogPageRequest(LogFilter(), .last, size: 1)).next
    shop.wait(.hours(30 * 24))
    #expect(try shop.tidy().removed[.log] == 2)
    #expect(try shop.log().count == 1)
    #expect(try shop.tidy() == TidyResult())
    _ = try shop.pause()
    let page = try shop.store.log(LogPageRequest(LogFilter(), .after(end), size: 9))
    #expect(page.records.map(\.event) == [.paused])
  }

  @Test(
    "Records of a clock that was far ahead hold nothing up",
    arguments: Adapters.having(.attemptRetention))
  func ahead(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    _ = try shop.job(.cancelled)
    shop.wait(.hours(900 * 24))
    _ = try shop.job(.cancelled)
    shop.wait(.hours(-900 * 24))
    for _ in 0..<2 { _ = try shop.job(.cancelled) }
    shop.wait(.hours(31 * 24))
    #expect(try shop.tidy().removed[.log] == 3)
  }

  @Test("Minutes go after 90 days", arguments: Adapters.having(.minutes))
  func minutes(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<3 {
      try shop.add()
      shop.wait(.minutes(1))
    }
    shop.wait(.hours(90 * 24))
    #expect(try shop.tidy().removed == [.minutes: 2])
    #expect(try shop.minutes().map(\.totals.enqueued) == [3])
  }

  @Test("Idempotency keys go a day after their use", arguments: Adapters.all)
  func keys(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for key in ["one", "two"] { try shop.add { $0.idempotencyKey = key } }
    shop.wait(.hours(23))
    #expect(try shop.tidy() == TidyResult())
    try shop.add { $0.idempotencyKey = "three" }
    shop.wait(.hours(1))
    #expect(try shop.tidy().removed == [.keys: 2])
  }

  @Test("A call removes no more rows than it may", arguments: Adapters.having(.attemptRetention))
  func bounded(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<5 { _ = try shop.job(.cancelled) }  // 2 rows each
    shop.wait(.hours(7 * 24))
    let first = try shop.tidy(limit: 5)
    #expect(first.removed == [.cancelled: 2] && first.hasMore)
    #expect(try shop.tidy(limit: 4).removed == [.cancelled: 2])
    let last = try shop.tidy(limit: 2)
    #expect(last.removed == [.cancelled: 1] && !last.hasMore)
  }

  @Test(
    "A job with more attempts than fit goes bit by bit",
    arguments: Adapters.having(.attemptRetention))
  func large(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.maxAttempts = 6 }
    for _ in 0..<6 {
      try shop.settle(try shop.claimOne(), .fail(retryAfter: .zero)) { $0.output = [65] }
    }
    #expect(try shop.job(id).state == .dead)  // 2 rows and 6 times 2
    shop.wait(.hours(90 * 24))
    let first = try shop.tidy(limit: 6)
    #expect(first.removed == [.attempts: 3] && first.hasMore)
    #expect(try shop.detail(id).attempts.map(\.attempt) == [4, 5, 6])
    let second = try shop.tidy(limit: 6)
    #expect(second.removed == [.attempts: 3] && second.hasMore)
    #expect(try shop.tidy(limit: 6).removed[.dead] == 1)
    #expect(try shop.log().filter { $0.event == .expired }.count == 1)
  }

  @Test("Ids still rise after the newest job went", arguments: Adapters.all)
  func idsRise(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    shop.wait(.hours(8 * 24))
    let ahead = try shop.job(.cancelled)
    shop.wait(.hours(7 * 24))
    #expect(try shop.tidy().removed[.cancelled] == 1)
    shop.wait(.hours(-8 * 24))
    #expect(try shop.add() > ahead)
  }

  @Test("A job that came back is not removed", arguments: Adapters.all)
  func replayed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.dead)
    shop.wait(.hours(100 * 24))
    _ = try shop.operate(.replay(at: nil), on: [id])
    #expect(try shop.tidy().removed[.dead] == nil)
    #expect(try shop.job(id).state == .ready)
  }
}

@Suite struct TidyByPiecesTests {
  @Test("Attempts go with their job", arguments: Adapters.lacking(.attemptRetention))
  func attempts(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.maxAttempts = 2 }
    for _ in 0..<2 {
      try shop.settle(try shop.claimOne(), .fail(retryAfter: .zero)) { $0.output = [65] }
    }
    shop.wait(.hours(80 * 24))
    #expect(try shop.tidy() == TidyResult())
    #expect(try shop.detail(id).attempts.count == 2)
    shop.wait(.hours(10 * 24))
    #expect(try shop.tidy(limit: 2).removed == [.dead: 1, .log: 1])
    #expect(try shop.store.job(id) == nil)
  }

  @Test("The log goes by whole days", arguments: Adapters.lacking(.attemptRetention))
  func log(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<3 { _ = try shop.job(.cancelled) }
    let end = try shop.store.log(LogPageRequest(LogFilter(), .last, size: 1)).next
    _ = try shop.keep("emails", Retention(cancelled: .forever))
    shop.wait(.hours(31 * 24))
    #expect(try shop.tidy() == TidyResult())
    _ = try shop.pause()
    #expect(try shop.tidy().removed == [.log: 1])
    #expect(try shop.log().map(\.event) == [.paused])
    let page = try shop.store.log(LogPageRequest(LogFilter(), .after(end), size: 9))
    #expect(page.records.map(\.event) == [.paused])
  }

  @Test("A clock that steps back puts nothing out of order", arguments: Adapters.all)
  func order(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for hours in [48, -24, -24, 30, 100] as [Int64] {
      _ = try shop.job(.cancelled)
      shop.wait(.hours(hours))
    }
    let told = try shop.log().compactMap(\.jobID)
    #expect(told.count == 5 && told == told.sorted())
  }

  @Test("Each job is one row", arguments: Adapters.lacking(.attemptRetention))
  func bounded(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<5 { _ = try shop.job(.cancelled) }
    shop.wait(.hours(7 * 24))
    let first = try shop.tidy(limit: 2)
    #expect(first.removed == [.cancelled: 2] && first.hasMore)
    #expect(try shop.tidy(limit: 2).hasMore)
    let last = try shop.tidy(limit: 2)
    #expect(last.removed == [.cancelled: 1] && !last.hasMore)
  }
}
