import Jobs
import Storage
import Testing

@Suite struct RescueTests {
  @Test("A lease holds to its last millisecond", arguments: Adapters.all)
  func lastMoment(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    _ = try shop.claim(lease: .seconds(10))
    shop.wait(.seconds(10))
    #expect(try shop.claim().isEmpty)
    shop.wait(TimeSpan(milliseconds: 1))
    #expect(try shop.claim().count == 1)
  }

  @Test("A lost job is free again at once, marked and charged nothing", arguments: Adapters.all)
  func freed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add { $0.tags = [try Tag(name: "u", value: "1")] }
    _ = try shop.claim(worker: "lost", lease: .seconds(10))
    let started = shop.now
    shop.wait(.seconds(11))
    let claimed = try #require(try shop.claim(worker: "next").first)
    #expect(claimed.job.id == id && claimed.job.attempt == 2)
    #expect(claimed.job.failures == 0 && claimed.job.crashes == 0 && claimed.job.marked)
    let attempts = try shop.detail(id).attempts
    #expect(
      attempts == [
        Attempt(
          attempt: 1, startedAt: started, finishedAt: shop.now, outcome: .lost, worker: "lost")
      ])
    let record = try #require(try shop.log().first)
    #expect(record.event == .rescued && record.jobID == id && record.attempt == 1)
    #expect(record.status == .ready && record.worker == "lost")
    #expect(record.duration == .seconds(11))
    #expect(record.tags.map(\.name) == ["u"])
  }

  @Test("A pause keeps no lost job in the hands of the dead", arguments: Adapters.all)
  func whilePaused(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    _ = try shop.claim(lease: .seconds(10))
    #expect(try shop.pause() == [true])
    shop.wait(.seconds(11))
    #expect(try shop.claim().isEmpty)
    #expect(try shop.detail(id).job.state == .ready)
  }

  @Test("A lost job that was asked to stop ends cancelled", arguments: Adapters.all)
  func cancelled(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.active)
    #expect(try shop.operate(.cancel, on: [id]) == [.requested])
    shop.wait(.minutes(5))
    #expect(try shop.claim().isEmpty)
    #expect(try shop.job(id).state == .cancelled)
    #expect(try shop.detail(id).attempts.map(\.outcome) == [.lost])
    #expect(try shop.log().map(\.event) == [.cancelRequested, .cancelled])
  }

  @Test("A claim rescues 500 jobs at most, the longest lost first", arguments: Adapters.all)
  func bounded(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    _ = try shop.addAll((0..<510).map { _ in NewJob() })
    let first = try shop.claim("default", limit: 500, lease: .seconds(20))
    let second = try shop.claim("default", limit: 10, lease: .seconds(10))
    #expect(first.count == 500 && second.count == 10)
    shop.wait(.seconds(30))
    #expect(try shop.claim("default", limit: 1).count == 1)
    let rescued = Set(try shop.log().compactMap(\.jobID))
    #expect(rescued.count == 500)
    #expect(rescued.isSuperset(of: second.map(\.job.id)))
  }

  @Test("Jobs of queues that are not claimed are left alone", arguments: Adapters.all)
  func otherQueues(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.active, in: "reports")
    shop.wait(.hours(1))
    _ = try shop.claim("emails")
    #expect(try shop.job(id).state == .active)
  }
}
