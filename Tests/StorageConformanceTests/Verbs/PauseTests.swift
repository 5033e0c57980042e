import Jobs
import Storage
import Testing

@Suite struct PauseTests {
  @Test("A paused queue gives nothing, and its running jobs go on", arguments: Adapters.all)
  func paused(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    try shop.add()
    try shop.add("reports")
    let running = try shop.claimOne()
    #expect(try shop.pause() == [true])
    #expect(try shop.claim("emails", "reports").map(\.job.queue.description) == ["reports"])
    #expect(try shop.settle(running, .complete(result: nil)) == .settled(.completed))
    let queue = try #require(try shop.queue())
    #expect(queue.paused && queue.pausedUntil == nil && queue.pauseReason == "deploy")
    #expect(try shop.resume() == [true])
    #expect(try shop.claim().count == 1)
    #expect(try shop.queue()?.paused == false && shop.queue()?.pauseReason == nil)
  }

  @Test("A pause ends by itself", arguments: Adapters.all)
  func until(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    let until = shop.now + .minutes(5)
    #expect(try shop.pause(until: until) == [true])
    #expect(try shop.queue()?.pausedUntil == until)
    shop.wait(TimeSpan(milliseconds: 299_999))
    #expect(try shop.claim().isEmpty)
    shop.wait(TimeSpan(milliseconds: 1))
    let queue = try #require(try shop.queue())
    #expect(!queue.paused && queue.pausedUntil == nil && queue.pauseReason == nil)
    #expect(try shop.claim().count == 1)
    #expect(try shop.resume() == [false])
  }

  @Test("What is so already changes nothing and is not logged", arguments: Adapters.all)
  func unchanged(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    #expect(try shop.resume() == [false])
    #expect(try shop.pause() == [true])
    #expect(try shop.pause() == [false])
    #expect(try shop.pause(until: shop.now + .hours(1)) == [true])
    #expect(try shop.resume() == [true])
    let log = try shop.log()
    #expect(log.map(\.event) == [.paused, .paused, .resumed])
    #expect(log.allSatisfy { $0.queue?.description == "emails" && $0.actor == "olga" })
    #expect(log.map(\.reason) == ["deploy", "deploy", nil])
  }

  // traps.md 20: a misspelt queue is an error, and nothing was done.
  @Test("An unknown queue is refused, and the others are left alone", arguments: Adapters.all)
  func unknown(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    let (known, misspelt) = (try QueueName("emails"), try QueueName("emials"))
    let request = PauseRequest(
      [known, misspelt], paused: true, actor: "olga", reason: nil, now: shop.now)
    #expect(throws: StorageError.unknownQueue(misspelt)) { try shop.store.setPaused(request) }
    #expect(try shop.queue()?.paused == false)
    #expect(try shop.log().isEmpty)
    #expect(try shop.store.queues(at: shop.now).count == 1)
  }

  @Test("A paused queue frees lost jobs and leaves due ones as they are", arguments: Adapters.all)
  func leavesAlone(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let lost = try shop.job(.active)
    let due = try shop.job(.scheduled)
    _ = try shop.pause()
    shop.wait(.hours(2))
    #expect(try shop.claim().isEmpty)
    #expect(try shop.job(lost).state == .ready && shop.job(due).state == .scheduled)
    _ = try shop.resume()
    #expect(try shop.claim().map(\.job.id) == [lost])  // marked, so it comes alone
    #expect(try shop.claim().map(\.job.id) == [due])
  }
}
