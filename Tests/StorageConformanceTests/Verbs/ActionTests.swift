import Jobs
import Storage
import Testing

@Suite struct ActionTests {
  @Test(
    "What operators did stays with the job, in its order, with all that was said",
    arguments: Adapters.all)
  func kept(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.dead)
    var request = ApplyRequest(
      .replay(at: nil), [PlanItem(try shop.job(id))], actor: "ola \"x\"\u{1b}", reason: "fixed\n#7",
      now: shop.now)
    (request.filter, request.planned) = ("-q emails --error boom", 4_200)
    #expect(try shop.store.apply(request) == [.done])
    shop.wait(.seconds(1))
    try shop.settle(shop.claimOne(), .fail(retryAfter: .hours(1))) { $0.error = "boom" }
    _ = try shop.operate(.retry(at: nil), on: [id])
    shop.wait(.seconds(1))
    _ = try shop.operate(.cancel, on: [id])
    let actions = try shop.detail(id).actions
    #expect(actions.map(\.event) == [.replayed, .retried, .cancelled])
    var first = JobAction(.replayed, at: request.now, actor: request.actor)
    first.reason = request.reason
    (first.filter, first.planned) = (request.filter, 4_200)
    #expect(actions.first == first)
    #expect(actions.last?.at == shop.now && actions.last?.filter == nil)
    let record = try #require(try shop.log().first { $0.event == .replayed })
    #expect(record.filter == request.filter && record.reason == request.reason)
  }

  @Test("The last batch of a command writes the command's record", arguments: Adapters.all)
  func ending(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = try (0..<3).map { _ in try shop.add() }
    _ = try shop.operate(.cancel, on: [ids[0]])
    let items = ids.map { PlanItem(id: $0, state: .ready) }
    var request = ApplyRequest(.cancel, items, actor: "olga", reason: nil, now: shop.now)
    var record = LogRecord(.operation, at: shop.now)
    (record.verb, record.planned, record.changed) = ("cancel", 9, 4)
    request.ending = record
    #expect(try shop.store.apply(request) == [.alreadyDone, .done, .done])
    record.changed = 6
    #expect(try shop.log().last == record)
    #expect(try shop.log().count { $0.event == .operation } == 1)
  }

  @Test("A job that ran again since the plan is left alone", arguments: Adapters.all)
  func ranAgain(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.dead)
    let plan = try shop.plan(.replay(at: nil))
    #expect(try shop.apply(.replay(at: nil), plan.items) == [.done])
    try shop.settle(shop.claimOne(), .reject) { $0.error = "boom" }
    #expect(try shop.apply(.replay(at: nil), plan.items) == [.changedMeanwhile(.dead)])
    #expect(try shop.job(id).replays == 1)
  }

  @Test("Each job comes back when its item says", arguments: Adapters.all)
  func times(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = try (0..<3).map { _ in try shop.job(.dead) }
    var items = try shop.plan(.replay(at: nil)).items
    for index in items.indices { items[index].at = shop.now + .seconds(Int64(index)) }
    #expect(try shop.apply(.replay(at: shop.now + .hours(9)), items) == [.done, .done, .done])
    #expect(try ids.map { try shop.job($0).state } == [.ready, .scheduled, .scheduled])
    #expect(try ids.map { try shop.job($0).runAt } == items.map { $0.at })
  }

  @Test("Errors of one shape are one group", arguments: Adapters.all)
  func groups(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for error in ["user 1 gone", "user 22 gone", "no route"] {
      try shop.add()
      try shop.settle(shop.claimOne(), .reject) { $0.error = error }
    }
    var filter = JobFilter()
    filter.errorGroups.anyOf = [ErrorGroupID(of: "user 333 gone")]
    #expect(try shop.listing(filter).count == 2)
    #expect(try shop.plan(.replay(at: nil)) { $0 = filter }.items.count == 2)
    filter.errorGroups = Selection(noneOf: filter.errorGroups.anyOf)
    #expect(try shop.listing(filter).map(\.error) == ["no route"])
  }

  @Test("Jobs are selected by how often they were brought back", arguments: Adapters.all)
  func replays(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let often = try shop.job(.dead)
    for _ in 0..<2 {
      _ = try shop.operate(.replay(at: nil), on: [often])
      try shop.settle(shop.claimOne(), .reject)
    }
    let never = try shop.job(.dead)
    var filter = JobFilter()
    filter.replays = 2...9
    #expect(try shop.listing(filter).map(\.id) == [often])
    #expect(try shop.plan(.replay(at: nil)) { $0.replays = 0...1 }.items.map(\.id) == [never])
  }
}
