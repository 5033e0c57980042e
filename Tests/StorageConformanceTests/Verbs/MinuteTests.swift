import Jobs
import Storage
import Testing

@Suite struct MinuteTests {
  @Test(
    "A minute says what was counted, what stood, and how long it took",
    arguments: Adapters.having(.minutes))
  func counted(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<4 { try shop.add { $0.maxAttempts = 2 } }
    try shop.add { $0.runAt = shop.now + .hours(9) }
    shop.wait(.minutes(1))
    let taken = try shop.claim(limit: 4)
    shop.wait(TimeSpan(milliseconds: 15))
    try shop.settle(taken[0], .complete(result: nil))
    try shop.settle(taken[1], .fail(retryAfter: .hours(1)))
    try shop.settle(taken[2], .reject)
    let minutes = try shop.minutes()
    #expect(minutes.map(\.minute) == [shop.now.minute - 1, shop.now.minute])
    #expect(minutes.map(\.totals.enqueued) == [5, 5])
    #expect(minutes.map(\.totals.succeeded) == [0, 1])
    #expect(minutes.map(\.totals.retried) == [0, 1])
    #expect(minutes.map(\.totals.dead) == [0, 1])
    #expect(minutes.map(\.depth.ready) == [4, 0])
    #expect(minutes.map(\.depth.active) == [0, 1])
    #expect(minutes.map(\.depth.waiting) == [1, 2])
    #expect(minutes.map(\.depth.dead) == [0, 1])
    #expect(minutes.map(\.timings.runs.count) == [0, 3])
    #expect(minutes[1].timings.runs.quantile(1)?.milliseconds == 20)
  }

  @Test("What came to no end of its own is not timed", arguments: Adapters.having(.minutes))
  func untimed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<3 { try shop.add() }
    let taken = try shop.claim(limit: 3)
    try shop.settle(taken[0], .release(reason: "drain"))
    try shop.settle(taken[1], .snooze(until: shop.now + .hours(1)))
    shop.wait(.minutes(2))
    _ = try shop.claim()  // rescues the third, takes the first: all counts as they were
    #expect(try shop.minutes().map(\.timings.runs.isEmpty) == [true])
  }

  @Test("A minute in which nothing happened has none", arguments: Adapters.having(.minutes))
  func idle(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let begin = shop.now.minute
    try shop.add()
    shop.wait(.minutes(5))
    try shop.add()
    shop.wait(.minutes(3))
    #expect(try shop.minutes().map { $0.minute - begin } == [0, 5])
    #expect(try shop.minutes().map(\.depth.ready) == [1, 2])
  }

  @Test("A stretch comes with what stood before it", arguments: Adapters.having(.minutes))
  func stretch(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let begin = shop.now
    for _ in 0..<4 {
      try shop.add()
      try shop.add("reports")
      shop.wait(.minutes(10))
    }
    let emails = try QueueName("emails")
    func minutes(_ queue: QueueName?, _ from: Int64, _ to: Int64) throws -> [Int64] {
      try shop.store.minutes(
        MinutesRequest(of: queue, from: begin + .minutes(from), to: begin + .minutes(to))
      ).map { $0.minute - begin.minute }
    }
    #expect(try minutes(emails, 10, 20) == [0, 10, 20])
    #expect(try minutes(emails, 15, 25) == [10, 20])
    #expect(try minutes(emails, 31, 99) == [30])
    #expect(try minutes(emails, -9, -1) == [])
    #expect(try minutes(nil, 15, 25) == [10, 10, 20, 20])
    #expect(try minutes(try QueueName("nobody"), 0, 99) == [])
  }

  @Test(
    "A clock that steps back loses nothing and doubles nothing",
    arguments: Adapters.having(.minutes))
  func steppedBack(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let begin = shop.now.minute
    func work() throws {
      try shop.add()
      try shop.settle(try shop.claimOne(), .complete(result: nil))
    }
    for _ in 0..<3 {
      try work()
      shop.wait(.minutes(1))
    }
    shop.wait(.minutes(-2))  // to the minute in the middle
    try work()
    try check()
    shop.wait(.minutes(5))
    try work()
    try check()

    func check() throws {
      let minutes = try shop.minutes()
      let totals = minutes.map(\.totals.succeeded)
      #expect(totals == totals.sorted())
      #expect(minutes.prefix(3).map { $0.minute - begin } == [0, 1, 2])
      #expect(totals.prefix(3) == [1, 4, 4])
      #expect(minutes.prefix(3).map(\.timings.runs.count) == [1, 2, 1])
      #expect(
        minutes.last?.totals.succeeded == Int64(minutes.reduce(0) { $0 + $1.timings.runs.count }))
    }
  }
}
