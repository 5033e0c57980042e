import Jobs
import Storage
import Testing

@Suite struct RequestsTests {
  @Test("Remembered requests come by queue and key, page by page", arguments: Adapters.all)
  func pages(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for (queue, key) in [("b", "1"), ("a", "z"), ("a", "ä"), ("a", "Z"), ("a-b", "0")] {
      try shop.add(queue) { $0.idempotencyKey = key }
    }
    try shop.add()
    shop.wait(.hours(25))
    let expected = ["a Z", "a z", "a ä", "a-b 0", "b 1"]
    for size in [1, 2, 5, 9] {
      let found = try Archive.requests(of: shop.store, size: size)
      #expect(found.map { "\($0.queue) \($0.key)" } == expected)
    }
  }

  @Test("A request that was taken in is known again", arguments: Adapters.all)
  func known(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    let id = try source.add { $0.idempotencyKey = "k" }
    let request = try #require(try Archive.requests(of: source.store).first)
    #expect(request.id == id && request.expiresAt == source.now + NewJob.requestLifetime)
    #expect(try target.restore(.request(request)) == .restored)
    #expect(try target.restore(.request(request)) == .alreadyThere)
    #expect(try Archive.requests(of: target.store) == [request])
    #expect(try target.add { $0.idempotencyKey = "k" } == id)
    #expect(throws: StorageError.self) {
      try target.add {
        $0.idempotencyKey = "k"
        $0.payload = []
      }
    }
    target.wait(.hours(25))
    #expect(try target.add { $0.idempotencyKey = "k" } != id)
  }

  @Test("A request under a key that is known otherwise is left out", arguments: Adapters.all)
  func differs(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    source.wait(.seconds(1))
    try source.add { $0.idempotencyKey = "k" }
    let own = try target.add { $0.idempotencyKey = "k" }
    let request = try #require(try Archive.requests(of: source.store).first)
    #expect(try target.restore(.request(request)) == .differs)
    #expect(try target.add { $0.idempotencyKey = "k" } == own)
    target.wait(.hours(25))
    #expect(try target.restore(.request(request)) == .restored)
  }
}
