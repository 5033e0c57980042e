import Jobs
import Storage
import Testing

/// For how long a job holds its unique key, by its scope (design.md §7).
@Suite struct UniqueScopeTests {
  /// A scope, a state, and whether a job in it holds its key.
  struct Case: CustomTestStringConvertible {
    let scope: UniqueScope
    let state: JobState
    let isHeld: Bool

    var testDescription: String { "\(scope.rawValue), \(state.rawValue)" }

    static let all: [Case] = UniqueScope.allCases.flatMap { scope in
      let states: [JobState] = [
        .ready, .scheduled, .active, .retrying, .completed, .dead, .cancelled,
      ]
      return states.map { state in
        let isHeld =
          switch scope {
          case .queued: !state.isTerminal && state != .active
          case .active: !state.isTerminal
          case .kept: true
          }
        return Case(scope: scope, state: state, isHeld: isHeld)
      }
    }
  }

  @Test("A job holds its key in its scope, and not outside", arguments: Adapters.all, Case.all)
  func scope(_ adapter: Adapter, _ aCase: Case) throws {
    let shop = try Workshop(adapter)
    let holder = try shop.job(aCase.state) {
      $0.uniqueKey = "k"
      $0.uniqueScope = aCase.scope
    }
    #expect(try shop.job(holder).holdsUniqueKey == aCase.isHeld)
    #expect(try shop.job(holder).uniqueScope == aCase.scope)
    let other = try shop.store.enqueue(keyed(shop), at: shop.now)
    #expect(other.created == !aCase.isHeld)
    #expect((other.id == holder) == aCase.isHeld)
  }

  @Test("A purge frees a key that is kept, and so does retention", arguments: Adapters.all)
  func removed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let first = try kept(shop)
    #expect(try shop.operate(.purge, on: [first]) == [.done])
    let second = try kept(shop)
    #expect(second != first)
    shop.wait(.hours(24 * 8))
    #expect(try shop.tidy().removed[.completed] == 1)
    #expect(try shop.store.enqueue(keyed(shop), at: shop.now).created)
  }

  private func kept(_ shop: Workshop) throws -> JobID {
    try shop.job(.completed) {
      $0.uniqueKey = "k"
      $0.uniqueScope = .kept
    }
  }

  /// The ways in which a claimed job comes back by itself.
  enum Return: CaseIterable {
    case fail, timeOut, release, putBack, snooze, rescue

    func apply(_ claimed: ClaimedJob, _ shop: Workshop) throws {
      switch self {
      case .fail: try shop.settle(claimed, .fail(retryAfter: nil))
      case .timeOut: try shop.settle(claimed, .timeOut)
      case .release: try shop.settle(claimed, .release(reason: "drain"))
      case .putBack: try shop.settle(claimed, .putBack)
      case .snooze: try shop.settle(claimed, .snooze(until: shop.now + .minutes(1)))
      case .rescue:
        shop.wait(.minutes(10))
        _ = try shop.claim(limit: 0)
        // The lease is over; whoever claims next puts the job back.
        _ = try shop.claim(types: ["none"])
      }
    }
  }

  @Test(
    "A job that comes back by itself retakes a key that is free", arguments: Adapters.all,
    Return.allCases)
  func retakes(_ adapter: Adapter, _ way: Return) throws {
    let shop = try Workshop(adapter)
    let id = try queued(shop)
    let claimed = try shop.claimOne()
    try way.apply(claimed, shop)
    #expect(try shop.job(id).state != .active)
    #expect(try shop.job(id).holdsUniqueKey)
    #expect(try shop.store.enqueue(keyed(shop), at: shop.now).id == id)
  }

  @Test(
    "A job that comes back by itself goes on without a key that is taken",
    arguments: Adapters.all, Return.allCases)
  func goesWithout(_ adapter: Adapter, _ way: Return) throws {
    let shop = try Workshop(adapter)
    let id = try queued(shop)
    let claimed = try shop.claimOne()
    let taker = try shop.add {
      $0.uniqueKey = "k"
      $0.priority = try Priority(9)
    }
    try way.apply(claimed, shop)
    #expect(try shop.job(id).state != .active)
    #expect(try !shop.job(id).holdsUniqueKey)
    #expect(try shop.job(taker).holdsUniqueKey)
    #expect(try shop.store.enqueue(keyed(shop), at: shop.now).id == taker)
    shop.wait(.hours(7))
    // A rescued one comes alone.
    let again = try shop.claim() + shop.claim()
    #expect(Set(again.map(\.job.id)) == [id, taker])
    for job in again { try shop.settle(job, .complete(result: nil)) }
    #expect(try shop.job(id).state == .completed)
  }

  @Test(
    "A replay and a move onto a taken key are conflicts, whatever the scopes",
    arguments: Adapters.all, UniqueScope.allCases)
  func operators(_ adapter: Adapter, _ scope: UniqueScope) throws {
    let shop = try Workshop(adapter)
    let dead = try shop.job(.dead, in: "other") { $0.uniqueKey = "k" }
    let waiting = try shop.add("third") { $0.uniqueKey = "k" }
    let holder = try shop.add {
      $0.uniqueKey = "k"
      $0.uniqueScope = scope
    }
    let before = try Everything(of: shop.store, at: shop.now)
    let queue = try QueueName("emails")
    let conflict = KeyConflict(kind: .unique, key: "k", queue: queue, holder: holder)
    #expect(try shop.operate(.replay(at: nil, to: queue), on: [dead]) == [.conflict(conflict)])
    #expect(try shop.operate(.move(to: queue), on: [waiting]) == [.conflict(conflict)])
    #expect(try Everything(of: shop.store, at: shop.now) == before)
  }

  @Test("A kept job that is replayed still has its key", arguments: Adapters.all)
  func replayed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let id = try kept(shop)
    #expect(try shop.operate(.retry(at: nil), on: [id]) == [.done])
    #expect(try shop.job(id).holdsUniqueKey)
    #expect(try shop.claimOne().job.id == id)
  }

  private func queued(_ shop: Workshop) throws -> JobID {
    try shop.add {
      $0.uniqueKey = "k"
      $0.uniqueScope = .queued
    }
  }

  private func keyed(_ shop: Workshop) throws -> NewJob {
    var job = NewJob(queue: try QueueName("emails"))
    job.uniqueKey = "k"
    return job
  }
}
