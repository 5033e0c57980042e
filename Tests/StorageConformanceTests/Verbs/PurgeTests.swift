import Jobs
import Storage
import Testing

@Suite struct PurgeTests {
  @Test(
    "A purged job is gone with all its parts", arguments: Adapters.all,
    [
      JobState.ready, .scheduled, .retrying, .completed, .dead, .cancelled,
    ])
  func gone(_ adapter: Adapter, _ state: JobState) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(state)
    #expect(try shop.operate(.purge, on: [id]) == [.done])
    #expect(try shop.store.job(id) == nil)
    #expect(try shop.listing().isEmpty)
    #expect(try shop.queue()?.count(state) == 0)
    let record = try #require(try shop.log().last)
    #expect(record.event == .purged && record.jobID == id && record.actor == "olga")
  }

  @Test("An active job is never purged", arguments: Adapters.all)
  func active(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.active)
    #expect(try shop.plan(.purge).items.isEmpty)
    let outcomes = try shop.apply(.purge, [PlanItem(id: id, state: .active)])
    #expect(outcomes == [.changedMeanwhile(.active)])
    #expect(try shop.job(id).state == .active)
  }

  @Test("The queue stays known", arguments: Adapters.all)
  func queueStays(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    _ = try shop.operate(.purge, on: [id])
    #expect(try shop.store.queues(at: shop.now).map(\.queue.description) == ["emails"])
  }
}
