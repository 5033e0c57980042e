import Jobs
import Storage
import TestSupport

/// Makes up the next step of a sequence from a seed and from what earlier steps gave.
struct OperationGenerator {
  private(set) var now = Instant(milliseconds: 1_790_000_000_000)
  var random: SeededGenerator
  private(set) var ids: [JobID] = []
  private(set) var leases: [Lease] = []
  private var executions: [Execution] = []
  private var plans: [(OperatorVerb, Plan)] = []

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
  }

  /// The next step.
  mutating func next() -> Operation {
    switch number(0...99) {
    case 0..<19: .enqueue(newJob())
    case 19..<22: .schedule(scheduleStep())
    case 22..<26: bulk()
    case 26..<41: .claim(claimRequest())
    case 41..<57: settle()
    case 57..<60: .tidy(TidyRequest(now: now, limit: any(of: [2, 5, 20, 500])))
    case 60..<61: .configure(settings(), any(of: Self.queues))
    case 61..<65: .renew(someLeases(), until: now + .seconds(Int64(number(-5...120))))
    case 65..<66: .status(someLeases())
    case 66..<68: .rescue(rescueRequest())
    case 68..<74: .plan(PlanRequest(verb(), filter(), sampleSize: number(0...3), now: now))
    case 74..<82: apply()
    case 82..<85: pause()
    case 85..<89: .list(filter(), any(of: orders), size: number(1...9))
    case 89..<91: .log(logFilter(), size: number(1...9))
    case 91..<92: .outstanding(some(of: Self.queues))
    default: .wait(step())
    }
  }

  /// Remembers what a step gave, so that later ones can refer to it.
  mutating func learn(_ operation: Operation, _ observation: Observation) {
    switch (operation, observation) {
    case (.wait(let span), _): now = now + span
    case (_, .enqueued(.success(let result))): ids.append(result.id)
    case (_, .bulk(.success(let result))):
      ids += result.labelled.values.sorted()
      ids += [result.batch?.id, result.batch?.follower].compactMap(\.self)
    case (_, .claimed(.success(let claimed))): learn(claimed)
    case (_, .settled(.success(let result))): learn(result.claimed)
    case (.plan(let request), .planned(.success(let plan))): plans.append((request.verb, plan))
    case (.apply(let request), .applied(.success(let outcomes))):
      for (item, outcome) in zip(request.items, outcomes) where outcome == .requested {
        bringForward(item.id)
      }
    case (_, .listed(.success(let jobs))): ids += jobs.prefix(2).map(\.id)
    default: break
    }
  }

  private mutating func learn(_ claimed: [ClaimedJob]) {
    leases += claimed.map(\.lease)
    executions += claimed.map { Execution(id: $0.job.id, attempt: $0.job.attempt) }
  }

  /// Makes it likely that a worker soon hears of a request to stop.
  private mutating func bringForward(_ id: JobID) {
    if let lease = leases.last(where: { $0.id == id }) { leases.append(lease) }
  }

  private let orders: [JobOrder] = [.newestFirst, .oldestFirst, .latestFinishedFirst]
}

// MARK: - Steps

extension OperationGenerator {
  /// A bulk that is refused for what its source says has no conflict of keys in it too: a store may
  /// read the source to its end before it looks at keys, or may not, so either error is right.
  private mutating func bulk() -> Operation {
    let breaksOff = chance(15)
    var jobs = (0..<number(0...6)).map { _ in newJob() }
    if breaksOff || jobs.contains(where: { $0.maxAttempts == 0 }) {
      for index in jobs.indices {
        jobs[index].idempotencyKey = nil
        jobs[index].after = []
        jobs[index].onConflict = .ignore
      }
    }
    for index in jobs.indices.dropFirst() where chance(40) {
      let earlier = number(0...index - 1)
      jobs[earlier].label = jobs[earlier].label ?? number(1...3)
      jobs[index].afterLabels = [jobs[earlier].label ?? 0]
      jobs[index].onParentFailure = any(of: ParentFailure.allCases)
    }
    return .bulk(jobs, breaksOff: breaksOff, batch: chance(50) ? batch() : nil)
  }

  private mutating func batch() -> NewBatch {
    var batch = NewBatch(name: any(of: ["nightly", "x y"]))
    guard chance(60) else { return batch }
    var follower = NewJob(queue: any(of: Self.queues), type: any(of: Self.types))
    follower.onParentFailure = any(of: ParentFailure.allCases)
    batch.follower = follower
    return batch
  }

  private mutating func claimRequest() -> ClaimRequest {
    ClaimRequest(
      queues: some(of: Self.queues), types: chance(20) ? some(of: Self.types) : [],
      limit: any(of: [0, 1, 1, 2, 3, 10]), atOnce: chance(50) ? number(0...4) : nil,
      worker: any(of: ["w1", "w2"]),
      lease: .seconds(Int64(number(1...90))),
      presence: chance(50) ? any(of: Self.presences) : nil, now: now)
  }

  private static let presences = [PresenceID(random: 2), PresenceID(random: 4)]

  private mutating func rescueRequest() -> RescueRequest {
    let started = executions.suffix(12).filter { _ in chance(70) }
    return RescueRequest(
      presence: any(of: Self.presences), started: Set(started), isDead: chance(80), now: now)
  }

  private mutating func settle() -> Operation {
    let settlements = someLeases().map { settlement($0) }
    return .settle(settlements, thenClaim: chance(50) ? claimRequest() : nil)
  }

  /// Mostly of the leases given out lately; also old ones, and some that never were.
  private mutating func someLeases() -> [Lease] {
    let recent = Array(leases.suffix(6))
    return (0..<number(1...3)).compactMap { _ in
      if chance(5) { return forged() }
      return chance(85)
        ? recent.randomElement(using: &random) : leases.randomElement(using: &random)
    }
  }

  private mutating func forged() -> Lease? {
    let token = LeaseToken(rawValue: Int64(bitPattern: random.next()))
    return (ids.randomElement(using: &random)).map { Lease(id: $0, token: token) }
  }

  private mutating func apply() -> Operation {
    let request: (OperatorVerb, [PlanItem])
    let recent = chance(70) ? plans.suffix(2) : plans[...]
    if let planned = recent.randomElement(using: &random), chance(90) {
      var items = Array(planned.1.items.prefix(number(1...8)))
      if chance(20), !items.isEmpty { items[0].at = now + .seconds(Int64(number(-60...600))) }
      request = (planned.0, items)
    } else {
      let item = ids.randomElement(using: &random).map {
        PlanItem(
          id: $0, state: any(of: JobState.allCases),
          attempt: Int64(number(0...2)))
      }
      request = (any(of: [.cancel, .purge]), item.map { [$0] } ?? [])
    }
    var operation = ApplyRequest(
      request.0, request.1, actor: any(of: ["olga", "ravi"]),
      reason: chance(50) ? "because" : nil, now: now)
    if chance(30) { (operation.filter, operation.planned) = ("-q a", Int64(number(1...9))) }
    return .apply(operation)
  }

  private mutating func pause() -> Operation {
    let isPause = chance(50)
    return .pause(
      PauseRequest(
        some(of: Self.queues), paused: isPause,
        until: isPause && chance(50) ? now + .seconds(Int64(number(1...300))) : nil,
        actor: "olga", reason: chance(50) ? "deploy" : nil, now: now))
  }

  private mutating func verb() -> OperatorVerb {
    let time = chance(30) ? now + .seconds(Int64(number(-60...600))) : nil
    let queue = any(of: Self.queues)
    return any(of: [
      .retry(at: time), .replay(at: time), .replay(at: time, to: queue), .cancel, .cancel, .purge,
      .move(to: queue), .edit(payloadEdit()),
    ])
  }

  /// Forward by little, now and then by much, and sometimes back.
  private mutating func step() -> TimeSpan {
    switch number(0...19) {
    case 0: .hours(any(of: [25, 25, 8 * 24, 32 * 24, 91 * 24]))
    case 1...2: .minutes(-Int64(number(1...20)))
    case 3...8: .minutes(Int64(number(1...30)))
    default: TimeSpan(milliseconds: Int64(number(0...20_000)))
    }
  }
}

// MARK: - Choosing

extension OperationGenerator {
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

  mutating func any<Value>(of values: [Value]) -> Value {
    values[number(0...(values.count - 1))]
  }

  /// At least one of the values, each once, in any order.
  mutating func some<Value>(of values: [Value]) -> [Value] {
    Array(values.shuffled(using: &random).prefix(number(1...values.count)))
  }
}
