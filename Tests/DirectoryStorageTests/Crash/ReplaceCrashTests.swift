import DirectoryStorage
import Jobs
import Storage
import TestSupport
import Testing

/// Opens the store as a kill, or a power cut, could leave it at any moment of one job's taking another's
/// place: whoever comes next, in the end one of the two has the key, and the other is gone.
@Suite struct ReplaceCrashTests {
  /// How the job stands that gives way.
  enum Holder: CaseIterable { case ready, later, blocked, ended, inBulk }
  /// Who comes next.
  enum Next: CaseIterable { case worker, producer, doctor, canceller, parent, remover }

  private let start = Instant(milliseconds: 1_790_000_000_000)
  private let key = "digest-7"

  @Test("One of two has the key, whenever somebody dies", arguments: Holder.allCases, Next.allCases)
  func dies(_ holder: Holder, _ next: Next) throws {
    let tree = SimulatedTree()
    for folder in ["tmp", "log", "keys", "bulks", "workers", "queues"] {
      try tree.makeFolder(folder)
    }
    try tree.syncFolder("")
    let store = CrashWorkload.open(tree, seed: 1)
    let (old, parent) = try enqueueOld(holder, store)
    let before = tree.events.count
    let new = try replace(holder, store)
    var generator = SeededGenerator()
    var count = 0
    for end in before..<tree.events.count {
      let events = tree.events[...end]
      // A kill leaves all that was done; a power cut what was synced, and any part of the rest.
      let killed = PowerCut(after: (events + [.syncAll])[...]).states(atMost: 1, &generator)
      for state in killed + PowerCut(after: events).states(atMost: 4, &generator) {
        count += 1
        let store = CrashWorkload.open(SimulatedTree(state), seed: 2)
        let trouble = try trouble(in: store, holder, old, new, parent, next)
        #expect(
          trouble == nil, "after event \(end - before), \(events.suffix(2)); \(generator.note)")
      }
    }
    #expect(count > 30)
  }

  private func job() throws -> NewJob {
    var job = NewJob(queue: try QueueName("emails"))
    (job.uniqueKey, job.onConflict) = (key, .replace)
    return job
  }

  private func enqueueOld(
    _ holder: Holder, _ store: DirectoryStore
  ) throws -> (old: JobID, parent: JobID) {
    let parent = try store.enqueue(NewJob(queue: try QueueName("reports")), at: start).id
    var job = try job()
    switch holder {
    case .ready, .inBulk: break
    case .later: job.runAt = start + .seconds(30)
    case .blocked: job.after = [parent]
    case .ended: job.uniqueScope = .kept
    }
    let old = try store.enqueue(job, at: start).id
    guard holder == .ended else { return (old, parent) }
    let claimed = try store.claim(claim(at: start))
    let settlements = claimed.map { Settlement($0.lease, .complete(result: nil)) }
    _ = try store.settle(settlements, thenClaim: nil, at: start)
    return (old, parent)
  }

  private func claim(_ queue: String = "emails", at now: Instant) throws -> ClaimRequest {
    ClaimRequest(
      queues: [try QueueName(queue)], limit: 5, worker: "w", lease: .hours(1), now: now)
  }

  private func replace(_ holder: Holder, _ store: DirectoryStore) throws -> JobID {
    var job = try job()
    let now = start + .seconds(1)
    guard holder == .inBulk else { return try store.enqueue(job, at: now).id }
    job.label = 1
    var rest = [job, NewJob(queue: job.queue)][...]
    let result = try store.enqueueAll(at: now) { () throws(BulkSourceError) in
      rest.popFirst()
    } progress: { _ in
    }
    return try #require(result.labelled[1])
  }

  /// What is wrong once somebody has come.
  private func trouble(
    in store: DirectoryStore, _ holder: Holder, _ old: JobID, _ new: JobID, _ parent: JobID,
    _ next: Next
  ) throws -> String? {
    let now = start + .seconds(2)
    let isMade = try store.job(new) != nil
    switch next {
    case .worker:
      // Of the two, workers get one.
      let claimed = try [now, start + .minutes(2)].flatMap { try store.claim(claim(at: $0)) }
      let ids = claimed.map(\.job).filter { $0.uniqueKey != nil }.map(\.id)
      guard ids.count < 2 else { return "workers got \(ids)" }
    case .producer:
      var job = try job()
      job.onConflict = .ignore
      let found = try store.enqueue(job, at: now)
      guard found == EnqueueResult(id: isMade ? new : old, created: false) else {
        return "a producer got \(found)"
      }
    case .doctor: break
    case .canceller: try apply(.cancel, to: old, store, now)
    case .parent:
      let leases = try store.claim(claim("reports", at: now)).map(\.lease)
      let settlements = leases.map { Settlement($0, .complete(result: nil)) }
      _ = try store.settle(settlements, thenClaim: nil, at: now)
      _ = try store.claim(claim(at: start + .minutes(2)))
    case .remover:
      // Nobody may come to think that the new one never was.
      try apply(.purge, to: new, store, now)
      let claimed = try store.claim(claim(at: start + .minutes(2))).map(\.job.id)
      guard !isMade || !claimed.contains(old) else { return "the old one runs" }
    }
    // Who comes for something else may leave it for others.
    let isDone = next == .producer || next == .worker && holder != .blocked && holder != .ended
    if !isDone { _ = try store.repair(RepairRequest(actor: "ann", now: now)) }
    let finds = try store.findings().filter { $0.check == "keys" && $0.grade != .note }
    guard finds.isEmpty else { return "\(finds)" }
    let jobs = [try store.job(old)?.job, try store.job(new)?.job].compactMap(\.self)
    let holders = jobs.filter(\.holdsUniqueKey)
    let live = jobs.filter { !$0.state.isTerminal }
    guard holders.count < 2, live.count < 2 else { return "both are there: \(jobs)" }
    guard !jobs.contains(where: { $0.cancelRequested }) else {
      return "one is still asked: \(jobs)"
    }
    guard next == .canceller || next == .remover || holders.count == 1 else {
      return "nobody has the key: \(jobs)"
    }
    guard !isMade || !holders.contains(where: { $0.id == old }) else { return "the old one has it" }
    return nil
  }

  private func apply(
    _ verb: OperatorVerb, to id: JobID, _ store: DirectoryStore, _ now: Instant
  ) throws {
    var filter = JobFilter()
    filter.ids = [id]
    let plan = try store.plan(PlanRequest(verb, filter, now: now))
    _ = try store.apply(ApplyRequest(verb, plan.items, actor: "ann", reason: nil, now: now))
  }
}
