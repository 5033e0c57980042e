import Calendar
import DirectoryStorage
import Jobs
import Storage
import TestSupport
import Testing

/// Opens the store on what a power cut could leave at any moment of firing a schedule.
@Suite struct ScheduleCrashTests {
  private let start = Instant(milliseconds: 1_790_000_000_000)
  private let ticks = 1...6

  /// What becomes of the jobs before anybody looks at the schedule.
  enum Fate: CaseIterable { case waiting, purged }

  @Test(
    "Whatever a kill or a power cut leaves, each tick gets one job",
    arguments: [true, false], Fate.allCases)
  func powerCuts(hasKey: Bool, fate: Fate) throws {
    let tree = SimulatedTree()
    for folder in ["tmp", "log", "keys", "bulks", "workers", "queues"] {
      try tree.makeFolder(folder)
    }
    try tree.syncFolder("")
    let store = CrashWorkload.open(tree, seed: 1)
    let schedule = try schedule(hasKey: hasKey)
    _ = try store.put(PutScheduleRequest(schedule, actor: "olga", now: start))
    let added = tree.events.count
    // One tick, then two at once, then the rest.
    for minutes in [10, 35, 65] { try fire(store, at: start + .minutes(Int64(minutes))) }
    var generator = SeededGenerator()
    var count = 0
    for end in added..<tree.events.count {
      let events = tree.events[...end]
      let killed = PowerCut(after: (events + [.syncAll])[...]).states(atMost: 1, &generator)
      for state in killed + PowerCut(after: events).states(atMost: 6, &generator) {
        count += 1
        let found = try recovered(state, fate)
        let wanted = ticks.map { start + .minutes(Int64($0) * 10) }
        #expect(
          found == wanted,
          "after event \(end - added) of firing, \(events.suffix(3)); \(generator.note)")
      }
    }
    #expect(count > 100)
  }

  private func schedule(hasKey: Bool) throws -> Schedule {
    var job = NewJob(queue: try QueueName("reports"), payload: [1, 2, 3])
    if hasKey { (job.concurrencyKey, job.tags) = ("c", [try Tag(name: "a", value: "b")]) }
    let rule = ScheduleRule(.every(.minutes(10)), catchup: .all, overlap: .allow, job: job)
    return Schedule(
      try ScheduleName("report"), rule, createdAt: start, next: start + .minutes(10))
  }

  private func fire(_ store: DirectoryStore, at now: Instant) throws {
    try store.finishFirings(at: now)
    for schedule in try store.schedules() {
      guard let due = schedule.due(at: now, in: .utc) else { continue }
      _ = try store.fire(FireRequest(schedule, due, now: now))
    }
  }

  /// The ticks for which there are jobs, or were, once somebody has fired what is left.
  private func recovered(_ state: DiskState, _ fate: Fate) throws -> [Instant] {
    let store = CrashWorkload.open(SimulatedTree(state), seed: 2)
    var purged: [Instant] = []
    if fate == .purged {
      let plan = try store.plan(PlanRequest(.purge, JobFilter(), now: start + .minutes(64)))
      let jobs = try CrashWorkload.snapshot(of: store, at: start + .minutes(64)).values
      purged = jobs.map(\.job.runAt)
      _ = try store.apply(
        ApplyRequest(.purge, plan.items, actor: "olga", reason: nil, now: start + .minutes(64)))
    }
    try fire(store, at: start + .minutes(65))
    #expect(try store.nextTick() == start + .minutes(70))
    let jobs = try CrashWorkload.snapshot(of: store, at: start + .minutes(65)).values
    #expect(jobs.allSatisfy { $0.payload == [1, 2, 3] })
    return (purged + jobs.map(\.job.runAt)).sorted()
  }
}
