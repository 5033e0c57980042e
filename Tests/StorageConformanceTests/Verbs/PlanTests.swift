import Jobs
import Storage
import Testing

@Suite struct PlanTests {
  @Test(
    "A plan holds what the verb can change, with the state each must keep", arguments: Adapters.all)
  func fits(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var ids: [JobState: JobID] = [:]
    for state in [JobState.scheduled, .active, .retrying, .completed, .dead, .cancelled, .ready] {
      ids[state] = try shop.job(state, in: "q-\(state.rawValue)")
    }
    let states = { (verb: OperatorVerb) in try Set(shop.plan(verb).items.map(\.state)) }
    #expect(try states(.retry(at: nil)) == [.scheduled, .retrying, .completed, .dead, .cancelled])
    #expect(try states(.replay(at: nil)) == [.dead])
    #expect(try states(.cancel) == [.scheduled, .ready, .active, .retrying])
    #expect(
      try states(.purge) == [.scheduled, .ready, .retrying, .completed, .dead, .cancelled])
    let plan = try shop.plan(.cancel)
    #expect(plan.queues.values.allSatisfy { $0 == 1 } && plan.queues.count == 4)
    #expect(plan.missing.isEmpty && plan.unfit.isEmpty)
  }

  @Test("A due job is ready: it cannot be retried", arguments: Adapters.all)
  func due(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try shop.job(.scheduled)
    shop.wait(.hours(1))
    #expect(try shop.plan(.retry(at: nil)).items.isEmpty)
    #expect(try shop.plan(.cancel).items == [PlanItem(id: id, state: .scheduled)])
    let named = try shop.plan(.retry(at: nil)) { $0.ids = [id] }
    #expect(named.unfit == [PlanItem(id: id, state: .ready)])
  }

  @Test(
    "The limit counts what the verb can change, in the order of the listing",
    arguments: Adapters.all)
  func limit(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var dead: [JobID] = []
    for _ in 0..<4 {
      dead.append(try shop.job(.dead))
      _ = try shop.job(.completed)
    }
    let replay = try shop.plan(.replay(at: nil)) { $0.limit = 3 }
    #expect(replay.items.map(\.id) == Array(dead.prefix(3)))
    let purge = try shop.plan(.purge) { filter in
      filter.limit = 2
      filter.states.anyOf = [.dead]
    }
    #expect(purge.items.map(\.id) == [dead[3], dead[2]])
    #expect(purge.queues == [try QueueName("emails"): 2])
  }

  @Test("The sample shows the first few", arguments: Adapters.all)
  func sample(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = try (0..<7).map { _ in try shop.add() }
    let plan = try shop.store.plan(PlanRequest(.cancel, JobFilter(), sampleSize: 3, now: shop.now))
    #expect(plan.items.count == 7)
    #expect(plan.sample == (try ids.suffix(3).reversed().map { try shop.job($0) }))
  }

  @Test("Named jobs that are missing or unfit are told", arguments: Adapters.all)
  func named(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let dead = try shop.job(.dead)
    let done = try shop.job(.completed)
    let unknown = try #require(JobID(rawValue: 42))
    let plan = try shop.plan(.replay(at: nil)) { $0.ids = [done, unknown, dead] }
    #expect(plan.items == [PlanItem(id: dead, state: .dead, attempt: 1)])
    #expect(plan.unfit == [PlanItem(id: done, state: .completed)])
    #expect(plan.missing == [unknown])
  }

  @Test("A full plan still tells which named jobs are missing", arguments: Adapters.all)
  func fullAndMissing(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = try (0..<2).map { _ in try shop.job(.dead) }
    let unknown = try #require(JobID(rawValue: 42))
    let plan = try shop.plan(.replay(at: nil)) { filter in
      filter.ids = ids + [unknown]
      filter.limit = 1
    }
    #expect(plan.items.map(\.id) == [ids[0]])
    #expect(plan.missing == [unknown])
  }

  @Test("What changed since the plan is left alone", arguments: Adapters.all)
  func changed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = try (0..<4).map { _ in try shop.job(.dead) }
    let plan = try shop.plan(.replay(at: nil))
    _ = try shop.operate(.purge, on: [ids[0]])
    _ = try shop.operate(.retry(at: nil), on: [ids[1]])
    _ = try shop.operate(.retry(at: nil), on: [ids[2]])
    _ = try shop.operate(.cancel, on: [ids[2]])
    let outcomes = try shop.apply(.replay(at: nil), plan.items)
    #expect(outcomes == [.missing, .alreadyDone, .changedMeanwhile(.cancelled), .done])
  }

  @Test("What is where the verb would bring it is already done", arguments: Adapters.all)
  func already(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let scheduled = try shop.job(.scheduled)
    let retried = try shop.plan(.retry(at: nil)).items
    let cancelled = try shop.plan(.cancel).items
    _ = try shop.apply(.cancel, cancelled)
    #expect(try shop.apply(.cancel, cancelled) == [.alreadyDone])
    #expect(try shop.apply(.retry(at: nil), retried) == [.changedMeanwhile(.cancelled)])
    _ = try shop.operate(.retry(at: nil), on: [scheduled])
    #expect(try shop.apply(.retry(at: nil), retried) == [.alreadyDone])
    #expect(try shop.apply(.cancel, cancelled) == [.changedMeanwhile(.ready)])
    #expect(try shop.apply(.purge, cancelled) == [.changedMeanwhile(.ready)])
  }

  @Test("A plan works through the largest batch", arguments: Adapters.all)
  func largestBatch(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    _ = try shop.addAll((0..<ApplyRequest.largestBatch).map { _ in NewJob() })
    let items = try shop.plan(.cancel).items
    #expect(items.count == ApplyRequest.largestBatch)
    #expect(try shop.apply(.cancel, items).allSatisfy { $0 == .done })
    #expect(try shop.queue("default")?.count(.cancelled) == 500)
    #expect(try shop.apply(.purge, []) == [])
  }
}
