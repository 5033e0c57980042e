import Jobs
import Storage
import Testing

@Suite struct RetryTests {
  @Test("A waiting job runs now", arguments: Adapters.all, [JobState.scheduled, .retrying])
  func waiting(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state)
    let before = try shop.job(id)
    #expect(try shop.operate(.retry(at: nil), on: [id]) == [.done])
    let job = try shop.job(id)
    #expect(job.state == .ready && job.runAt == shop.now)
    #expect(job.failures == before.failures && job.replays == 0)
    let record = try #require(try shop.log().last)
    #expect(record.event == .retried && record.actor == "olga" && record.reason == "because")
    #expect(try shop.claimOne().job.id == id)
  }

  @Test(
    "An ended job comes back with a clean slate", arguments: Adapters.all,
    [
      JobState.completed, .dead, .cancelled,
    ])
  func ended(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state)
    let before = try shop.job(id)
    shop.wait(.hours(1))
    #expect(try shop.operate(.retry(at: nil), on: [id]) == [.done])
    let job = try shop.job(id)
    #expect(job.state == .ready && job.runAt == shop.now && job.replays == 1)
    #expect(job.failures == 0 && job.finishedAt == nil)
    #expect(job.attempt == before.attempt && job.error == before.error)
    #expect(try shop.log().last?.event == .replayed)
  }

  @Test("A time in the future schedules", arguments: Adapters.all)
  func later(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.dead)
    let when = shop.now + .hours(1)
    #expect(try shop.operate(.replay(at: when), on: [id]) == [.done])
    #expect(try shop.job(id).state == .scheduled && shop.job(id).runAt == when)
  }

  @Test("A replayed job keeps its history", arguments: Adapters.all)
  func history(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.dead)
    _ = try shop.operate(.replay(at: nil), on: [id])
    try shop.settle(shop.claimOne(), .complete(result: nil))
    let detail = try shop.detail(id)
    #expect(detail.attempts.map(\.attempt) == [1, 2])
    #expect(detail.attempts.map(\.outcome) == [.rejected, .completed])
  }
}
