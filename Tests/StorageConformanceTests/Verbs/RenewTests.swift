import Jobs
import Storage
import Testing

@Suite struct RenewTests {
  @Test("A renewed lease holds longer", arguments: Adapters.all)
  func extends(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let claimed = try shop.claimOne()
    shop.wait(.seconds(50))
    let until = shop.now + .seconds(60)
    #expect(try shop.store.renew([claimed.lease], until: until, at: shop.now) == [.held])
    #expect(try shop.job(id).leaseUntil == until)
    shop.wait(.seconds(60))
    #expect(try shop.claim().isEmpty)
    #expect(try shop.log().isEmpty)
  }

  @Test("A worker that must stop hears so and keeps its lease meanwhile", arguments: Adapters.all)
  func asked(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.add()
    let claimed = try shop.claimOne()
    _ = try shop.operate(.cancel, on: [id])
    #expect(try shop.store.status(of: [claimed.lease]) == [.cancelRequested])
    let until = shop.now + .hours(1)
    #expect(try shop.store.renew([claimed.lease], until: until, at: shop.now) == [.cancelRequested])
    #expect(try shop.job(id).leaseUntil == until)
    #expect(try shop.settle(claimed, .cancel) == .settled(.cancelled))
    #expect(try shop.store.status(of: [claimed.lease]) == [.lost])
  }

  @Test("A lost lease cannot be renewed, the others of the call are", arguments: Adapters.all)
  func lost(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    try shop.add()
    let claimed = try shop.claim()
    try shop.settle(claimed[0], .release(reason: "drain"))
    let until = shop.now + .hours(1)
    let statuses = try shop.store.renew(claimed.map(\.lease), until: until, at: shop.now)
    #expect(statuses == [.lost, .held])
    #expect(try shop.job(claimed[0].job.id).leaseUntil == nil)
    #expect(try shop.job(claimed[1].job.id).leaseUntil == until)
  }
}
