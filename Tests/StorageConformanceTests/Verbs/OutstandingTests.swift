import Jobs
import Storage
import Testing

@Suite struct OutstandingTests {
  @Test("Due counts as ready, and the next due time is ahead", arguments: Adapters.all)
  func counts(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for state in [JobState.dead, .completed, .cancelled, .retrying, .scheduled, .active] {
      _ = try shop.job(state)
    }
    try shop.add()
    try shop.add { $0.runAt = shop.now + .hours(5) }
    try shop.add("reports") { $0.runAt = shop.now + .minutes(1) }
    let queues = [try QueueName("emails")]
    #expect(
      try shop.store.outstanding(in: queues, at: shop.now)
        == Outstanding(
          ready: 1, active: 1, retrying: 1, scheduled: 2, nextDue: shop.now + .hours(1)))
    let later = shop.now + .hours(1)
    #expect(
      try shop.store.outstanding(in: queues, at: later)
        == Outstanding(
          ready: 3, active: 1, retrying: 0, scheduled: 1, nextDue: shop.now + .hours(5)))
  }

  @Test("Queues are added up, paused or not; unknown ones hold nothing", arguments: Adapters.all)
  func several(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add("emails")
    try shop.add("reports") { $0.runAt = shop.now + .minutes(1) }
    _ = try shop.pause("emails")
    let queues = try ["emails", "reports", "nobody"].map { try QueueName($0) }
    #expect(
      try shop.store.outstanding(in: queues, at: shop.now)
        == Outstanding(ready: 1, scheduled: 1, nextDue: shop.now + .minutes(1)))
    #expect(try shop.store.outstanding(in: [], at: shop.now) == Outstanding())
  }
}
