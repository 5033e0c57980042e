import Jobs
import Storage
import Testing

@Suite struct CancelTests {
  @Test(
    "A waiting job is withdrawn", arguments: Adapters.all, [JobState.ready, .scheduled, .retrying])
  func waiting(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state)
    #expect(try shop.operate(.cancel, on: [id]) == [.done])
    #expect(try shop.job(id).state == .cancelled)
    #expect(try shop.job(id).finishedAt == shop.now)
    let record = try #require(try shop.log().last)
    #expect(record.event == .cancelled && record.status == .cancelled)
    #expect(record.actor == "olga" && record.reason == "because")
  }

  @Test("An active job is asked, once", arguments: Adapters.all)
  func active(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.active)
    #expect(try shop.operate(.cancel, on: [id]) == [.requested])
    #expect(try shop.job(id).state == .active && shop.job(id).cancelRequested)
    #expect(try shop.operate(.cancel, on: [id]) == [.alreadyDone])
    let log = try shop.log()
    #expect(log.map(\.event) == [.cancelRequested])
    #expect(log.first?.status == .active && log.first?.actor == "olga")
  }

  @Test("Whatever a worker gives back was cancelled, if that was asked", arguments: Adapters.all)
  func givenBack(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let verdicts: [Settlement.Verdict] = [
      .cancel, .fail(retryAfter: nil), .timeOut, .release(reason: "drain"),
      .snooze(until: shop.now + .hours(1)),
    ]
    for verdict in verdicts {
      let id = try shop.add()
      let claimed = try shop.claimOne()
      _ = try shop.operate(.cancel, on: [id])
      #expect(try shop.settle(claimed, verdict) == .settled(.cancelled))
      #expect(try shop.job(id).state == .cancelled)
      #expect(try shop.log().last?.event == .cancelled)
    }
  }

  @Test("A job that succeeds all the same is completed", arguments: Adapters.all)
  func succeeds(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let claimed = try shop.claimOne()
    _ = try shop.operate(.cancel, on: [id])
    #expect(try shop.settle(claimed, .complete(result: nil)) == .settled(.completed))
    #expect(try !shop.job(id).cancelRequested)
  }
}
