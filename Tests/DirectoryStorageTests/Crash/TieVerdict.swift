import DirectoryStorage
import Jobs
import Storage

/// Judges jobs that wait, and batches, after a power cut, against what was promised before it.
struct TieVerdict {
  let workload: TieWorkload
  /// The last call that had returned.
  let returned: Int

  private var before: TieWorkload.Snapshot { workload.snapshots[returned] }
  private var after: TieWorkload.Snapshot {
    workload.snapshots[min(returned + 1, workload.snapshots.count - 1)]
  }

  /// The first thing that is wrong; `nil` where nothing is.
  ///
  /// - Parameter depth: from 1 on also what tidying makes of it later, from 2 on whether everything can be
  ///   worked off.
  func trouble(in state: DiskState, seed: UInt64, depth: Int) throws -> String? {
    let tree = SimulatedTree(state)
    let store = CrashWorkload.open(tree, seed: seed &+ 1)
    let now = workload.now
    let found = try TieWorkload.snapshot(of: store, at: now)
    if let trouble = presence(found) ?? states(found) ?? earliness(found) ?? sizes(found) {
      return trouble
    }
    try touch(store, at: now)
    let told = try TieWorkload.snapshot(of: store, at: now)
    if let trouble = waiting(told) { return trouble }
    guard depth > 0 else { return nil }
    // An entry of a job that is not there counts for an hour.
    let later = CrashWorkload.open(tree, seed: seed &+ 2)
    try touch(later, at: now + .hours(2))
    let settled = try TieWorkload.snapshot(of: later, at: now + .hours(2))
    if let trouble = waiting(settled) ?? counts(settled) { return trouble }
    if let trouble = try complaints(later) { return trouble }
    guard depth > 1 else { return nil }
    if let trouble = try TieShift(later, settled, from: now + .hours(3)).trouble() {
      return trouble
    }
    return try leftovers(tree.state, of: later)
  }

  /// What the next worker, or a tidying, does.
  private func touch(_ store: DirectoryStore, at now: Instant) throws {
    _ = try store.claim(
      ClaimRequest(
        queues: [try QueueName("nothing")], limit: 1, worker: "w", lease: .hours(1), now: now))
    // A worker that has just found nothing to do has looked at the batches of late.
    while try store.tidy(TidyRequest(now: now + .minutes(2))).hasMore {}
  }

  /// Nothing that was accepted is lost, nothing is there that was not.
  private func presence(_ found: TieWorkload.Snapshot) -> String? {
    let jobs = [before, after].map { Set($0.jobs.keys) }
    let batches = [before, after].map { Set($0.batches.keys) }
    if let trouble = Self.presence(Set(found.jobs.keys), jobs, workload.tidied) { return trouble }
    return Self.presence(Set(found.batches.keys), batches, workload.tidied).map { "batch " + $0 }
  }

  private static func presence(
    _ found: Set<JobID>, _ known: [Set<JobID>], _ tidied: Set<JobID>
  ) -> String? {
    if let lost = known[0].intersection(known[1]).subtracting(found).min() {
      return "\(lost) is lost"
    }
    let strange = found.subtracting(known[0]).subtracting(known[1]).subtracting(tidied)
    return strange.min().map { "\($0) is back from nowhere" }
  }

  /// Whether a job waits, is live or has ended, and how.
  private enum Phase: Equatable {
    case blocked, live
    case ended(JobState)

    init(_ state: JobState) {
      self = state == .blocked ? .blocked : state.isTerminal ? .ended(state) : .live
    }
  }

  /// What was told of a job's end, or of its beginning, is so.
  private func states(_ found: TieWorkload.Snapshot) -> String? {
    for (id, job) in found.jobs.sorted(by: { $0.key < $1.key }) {
      var allowed = [before, after].compactMap { $0.jobs[id].map { Phase($0.job.state) } }
      // A new one hears of a parent that has ended once it is there.
      if before.jobs[id] == nil { allowed.append(.blocked) }
      guard !allowed.isEmpty, !allowed.contains(Phase(job.job.state)) else { continue }
      return "\(id) is \(job.job.state), allowed: \(allowed)"
    }
    return nil
  }

  /// None that waited may run before its parents have ended, whatever of both is on the disk.
  private func earliness(_ found: TieWorkload.Snapshot) -> String? {
    for (id, job) in found.jobs.sorted(by: { $0.key < $1.key }) {
      guard Phase(job.job.state) == .live, let old = before.jobs[id], old.job.state == .blocked
      else { continue }
      for parent in old.waitsFor where found.stand(of: parent) == .live {
        return "\(id) is \(job.job.state), but its parent \(parent) has not ended"
      }
    }
    return nil
  }

  /// A batch is there with all of its jobs, or not at all.
  private func sizes(_ found: TieWorkload.Snapshot) -> String? {
    for (id, batch) in found.batches.sorted(by: { $0.key < $1.key }) {
      guard let known = after.batches[id] ?? before.batches[id] else { continue }
      guard batch.total == known.total, batch.follower == known.follower else {
        return "batch \(batch) instead of \(known)"
      }
      guard before.batches[id] == nil else { continue }
      let jobs = found.jobs.values.filter { $0.job.batch == id }
      guard jobs.count == Int(batch.total), batch.follower.map({ found.jobs[$0] != nil }) ?? true
      else { return "batch \(batch) has \(jobs.count) jobs" }
    }
    return nil
  }

  /// Each job that waits has something to wait for.
  private func waiting(_ found: TieWorkload.Snapshot) -> String? {
    for (id, job) in found.jobs.sorted(by: { $0.key < $1.key }) where job.job.state == .blocked {
      let rule = job.job.onParentFailure ?? .hold
      let effects = job.waitsFor.map { found.stand(of: $0).effect(by: rule, parent: $0) }
      guard effects.contains(.none), effects.allSatisfy({ $0 == .none }) else {
        return
          "\(id) (\(rule)) is never told: it waits for \(job.waitsFor), which stand so: \(effects)"
      }
    }
    return nil
  }

  /// What a batch counts is true, and one that is done has ended.
  private func counts(_ found: TieWorkload.Snapshot) -> String? {
    for (id, batch) in found.batches.sorted(by: { $0.key < $1.key }) {
      let jobs = found.jobs.values.filter { $0.job.batch == id }.map(\.job.state)
      func count(_ state: JobState) -> Int64 { Int64(jobs.filter { $0 == state }.count) }
      let live = Int64(jobs.filter { !$0.isTerminal }.count)
      guard batch.unfinished == live, batch.dead >= count(.dead),
        batch.cancelled >= count(.cancelled), batch.completed >= count(.completed)
      else { return "batch \(batch) counts what is not so: \(jobs)" }
      guard (batch.finishedAt != nil) == (live == 0) else { return "the end of batch \(batch)" }
    }
    return nil
  }

  private func complaints(_ store: DirectoryStore) throws -> String? {
    let strange: Set<String> = ["disk", "owner", "counter", "permissions"]
    let found = try store.findings().first {
      $0.grade != .ok && $0.grade != .note && !strange.contains($0.check)
    }
    return found.map { "doctor: \($0)" }
  }

  /// Once every job has ended, nobody is said to wait for anything.
  private func leftovers(_ state: DiskState, of store: DirectoryStore) throws -> String? {
    let jobs = try TieWorkload.snapshot(of: store, at: workload.now).jobs.values
    guard jobs.allSatisfy({ $0.job.state.isTerminal }) else { return nil }
    let left = state.files.filter { $0.hasPrefix("dependants/") || $0.hasPrefix("ended/") }
    return left.isEmpty ? nil : "after all was done, there are \(left)"
  }
}

/// Works off what a power cut left, and judges the order.
struct TieShift {
  private let store: DirectoryStore
  private let start: Instant
  private let queues: [QueueName]
  /// For whom the jobs that wait in the beginning wait.
  private var waitsFor: [JobID: [JobID]] = [:]

  init(_ store: DirectoryStore, _ found: TieWorkload.Snapshot, from start: Instant) throws {
    (self.store, self.start) = (store, start)
    queues = Array(Set(found.jobs.values.map(\.job.queue))).sorted()
    for (id, job) in found.jobs where job.job.state == .blocked { waitsFor[id] = job.waitsFor }
  }

  /// The first thing that is wrong.
  func trouble() throws -> String? {
    for presence in try store.presences() {
      _ = try store.rescue(RescueRequest(presence: presence, started: [], now: start))
    }
    var time = start + .hours(20_000)
    var waitsFor = waitsFor
    for _ in 0..<60 {
      let claimed = try store.claim(
        ClaimRequest(queues: queues, limit: 3, worker: "w", lease: .hours(1), now: time))
      for job in claimed {
        if let trouble = try order(of: job.job.id, waitsFor) { return trouble }
      }
      if claimed.isEmpty {
        let brought = try bringBack(at: time)
        guard !brought.isEmpty else { break }
        // Whom somebody brings back runs at once, whatever it waited for when it was cancelled.
        for id in brought { waitsFor[id] = nil }
      }
      let settlements = claimed.map { Settlement($0.lease, .complete(result: nil)) }
      _ = try store.settle(settlements, thenClaim: nil, at: time)
      time = time + .seconds(1)
    }
    let rest = try TieWorkload.snapshot(of: store, at: time)
    let left = rest.jobs.values.filter { !$0.job.state.isTerminal }
    if let stuck = left.first(where: { !isHopeless($0, in: rest) }) {
      return "\(stuck.job.id) can't be worked off: \(stuck)"
    }
    guard left.isEmpty else { return nil }
    while try store.tidy(TidyRequest(now: time + .hours(2))).hasMore {}
    return try TieWorkload.snapshot(of: store, at: time).batches.values
      .first { $0.finishedAt == nil || $0.unfinished > 0 }
      .map { "after all was done, \($0)" }
  }

  private func order(of id: JobID, _ waitsFor: [JobID: [JobID]]) throws -> String? {
    for parent in waitsFor[id] ?? [] {
      let stand: ParentStand
      if let job = try store.job(parent) {
        stand = ParentStand(job.job.state)
      } else {
        stand = try store.batch(parent)?.stand ?? .removed
      }
      guard stand == .live else { continue }
      return "\(id) was given out before its parent \(parent) had ended"
    }
    return nil
  }

  /// What somebody waits for is brought back.
  private func bringBack(at now: Instant) throws -> [JobID] {
    let jobs = try TieWorkload.snapshot(of: store, at: now).jobs.values
    guard jobs.contains(where: { $0.job.state == .blocked }) else { return [] }
    var filter = JobFilter()
    filter.states = Selection(anyOf: [.dead, .cancelled])
    let verb = OperatorVerb.retry(at: nil)
    let plan = try store.plan(PlanRequest(verb, filter, now: now))
    let outcomes = try store.apply(
      ApplyRequest(verb, plan.items, actor: "olga", reason: "why", now: now))
    return zip(plan.items, outcomes).compactMap { $1 == .done ? $0.id : nil }
  }

  /// Whether a job waits for one that nobody can bring back: a batch whose dead jobs were removed.
  private func isHopeless(_ job: JobDetail, in rest: TieWorkload.Snapshot) -> Bool {
    guard job.job.state == .blocked else { return false }
    return job.waitsFor.contains { parent in
      if let other = rest.jobs[parent] { return isHopeless(other, in: rest) }
      let members = rest.jobs.values.filter { $0.job.batch == parent && !isDone($0) }
      return members.isEmpty || members.contains { isHopeless($0, in: rest) }
    }
  }

  private func isDone(_ job: JobDetail) -> Bool { job.job.state == .completed }
}
