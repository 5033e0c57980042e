import Jobs
import Storage
import TestSupport
import Testing

/// How long ready jobs have been due, as every store tells it.
@Suite struct ReadyAgeTests {
  private static let edges: [TimeSpan] = [.seconds(1), .seconds(2), .seconds(4), .minutes(1)]

  private func ages(_ shop: Workshop, most: Int = 1000) throws -> ReadyAges {
    try shop.store.readyAges(
      ReadyAgesRequest(of: try QueueName("emails"), edges: Self.edges, most: most, now: shop.now))
  }

  @Test("Ages are counted by stretches, whatever the priority", arguments: Adapters.all)
  func stretches(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for priority: Int64 in [0, 1, 5, 9] {
      try shop.add { $0.priority = try? Priority(priority) }
    }
    shop.wait(.seconds(2))
    for priority: Int64 in [0, 9] { try shop.add { $0.priority = try? Priority(priority) } }
    shop.wait(.seconds(1))
    // 3 s, 1 s, and one that is taken.
    #expect(try ages(shop).counts == [0, 2, 4, 0, 0])
    shop.wait(.seconds(1))
    #expect(try ages(shop).counts == [0, 0, 2, 4, 0])
    shop.wait(.hours(1))
    #expect(try ages(shop).counts == [0, 0, 0, 0, 6])
    _ = try shop.claim("emails", limit: 1)
    #expect(try ages(shop).counts == [0, 0, 0, 0, 5])
  }

  @Test("What is due counts, from when it was due; what is not does not", arguments: Adapters.all)
  func due(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add { $0.runAt = shop.now + .seconds(10) }
    try shop.add { $0.runAt = shop.now + .hours(10) }
    #expect(try ages(shop).counts == [0, 0, 0, 0, 0])
    shop.wait(.seconds(13))
    #expect(try ages(shop).counts == [0, 0, 1, 0, 0])
  }

  @Test("Queues with aging tell it too", arguments: Adapters.all)
  func aging(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.set(.aging(.minutes(1)))
    for priority: Int64 in [0, 4, 9] { try shop.add { $0.priority = try? Priority(priority) } }
    shop.wait(.seconds(3))
    #expect(try ages(shop).counts == [0, 0, 3, 0, 0])
  }

  @Test("No more are counted than asked for", arguments: Adapters.all)
  func bounded(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<7 { try shop.add() }
    shop.wait(.seconds(5))
    let few = try ages(shop, most: 5)
    #expect(few.counts == [0, 0, 0, 5, 0])
    #expect(few.isCutOff)
    let all = try ages(shop, most: 7)
    #expect(all.counts == [0, 0, 0, 7, 0])
    #expect(!all.isCutOff)
  }

  @Test("The sum is what the queue says is ready", arguments: Adapters.all)
  func sum(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var random = SeededGenerator()
    for _ in 0..<40 {
      let priority = Int64.random(in: 0...9, using: &random)
      let delay = Int64.random(in: 0...20_000, using: &random)
      try shop.add {
        $0.priority = try? Priority(priority)
        $0.runAt = shop.now + TimeSpan(milliseconds: delay)
      }
      shop.wait(TimeSpan(milliseconds: Int64.random(in: 0...2000, using: &random)))
    }
    let ready = try shop.store.queues(at: shop.now).first?.count(.ready) ?? 0
    #expect(try ages(shop).counts.reduce(0, +) == ready, "\(random.note)")
  }

  @Test("An unknown queue has none", arguments: Adapters.all)
  func unknown(_ adapter: Adapter) throws {
    #expect(try ages(try Workshop(adapter)).counts == [0, 0, 0, 0, 0])
  }
}
