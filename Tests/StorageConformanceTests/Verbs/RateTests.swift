import Jobs
import Storage
import Testing

@Suite struct RateTests {
  private func limited(_ adapter: Adapter, _ rate: Rate?, burst: Int64? = nil) throws -> Workshop {
    let shop = try Workshop(adapter)
    try shop.set(.rate(rate), .burst(burst))
    for _ in 0..<20 { try shop.add() }
    return shop
  }

  @Test("No more jobs start than the rate allows", arguments: Adapters.having(.rateLimits))
  func paced(_ adapter: Adapter) throws {
    let shop = try limited(adapter, Rate(6, per: .minute))
    #expect(try shop.claim().count == 1)
    #expect(try shop.claim().isEmpty)
    shop.wait(.seconds(9))
    #expect(try shop.claim().isEmpty)
    shop.wait(.seconds(1))
    #expect(try shop.claim().count == 1)
    // An idle queue saves up one burst, and no more.
    shop.wait(.hours(1))
    #expect(try shop.claim().count == 1)
  }

  @Test("A burst may start at once", arguments: Adapters.having(.rateLimits))
  func burst(_ adapter: Adapter) throws {
    let shop = try limited(adapter, Rate(6, per: .minute), burst: 3)
    #expect(try shop.claim(limit: 2).count == 2)
    #expect(try shop.claim().count == 1)
    #expect(try shop.claim().isEmpty)
    shop.wait(.seconds(20))
    #expect(try shop.claim().count == 2)
  }

  @Test("A claim that gives nothing is not charged", arguments: Adapters.having(.rateLimits))
  func free(_ adapter: Adapter) throws {
    let shop = try limited(adapter, Rate(6, per: .minute))
    #expect(try shop.claim(types: ["nobody"]).isEmpty)
    #expect(try shop.claim().count == 1)
    for _ in 0..<5 {
      shop.wait(.seconds(1))
      #expect(try shop.claim().isEmpty)
    }
    shop.wait(.seconds(5))
    #expect(try shop.claim().count == 1)
  }

  @Test("A clock that was set back holds nothing up", arguments: Adapters.having(.rateLimits))
  func clockBack(_ adapter: Adapter) throws {
    let shop = try limited(adapter, Rate(6, per: .minute), burst: 2)
    _ = try shop.claim()
    shop.wait(.hours(-5))
    let queue = try QueueName("emails")
    for _ in 0..<2 { _ = try shop.store.enqueue(NewJob(queue: queue), at: shop.now) }
    #expect(try shop.claim(limit: 9).count == 2)
    #expect(try shop.claim(limit: 9).isEmpty)
    shop.wait(.seconds(10))
    #expect(try shop.claim(limit: 9).count == 1)
  }

  @Test("It is told when the next may start", arguments: Adapters.having(.rateLimits))
  func next(_ adapter: Adapter) throws {
    let shop = try limited(adapter, Rate(6, per: .minute))
    let queues = [try QueueName("emails")]
    #expect(try shop.store.outstanding(in: queues, at: shop.now).nextDue == nil)
    _ = try shop.claim()
    shop.wait(.seconds(4))
    #expect(try shop.store.outstanding(in: queues, at: shop.now).nextDue == shop.now + .seconds(6))
  }
}
