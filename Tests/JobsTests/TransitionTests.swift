import Jobs
import Testing

/// Every event in every state, against the table of design.md §2 as written out here.
@Suite struct TransitionTests {
  /// A row of the table: what happens, under which circumstances, and where that leads from where.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let event: JobEvent
    var isDue = true
    var isAsked = false
    var failures: Int64 = 0
    var crashes: Int64 = 0
    let leads: [JobState: JobState]

    var testDescription: String { name }
  }

  private static let now = Instant(milliseconds: 1_790_000_000_000)
  private static let later = now + .hours(1)
  private static let token = LeaseToken(rawValue: 42)

  private static let failing = JobEvent.fail(
    error: "boom", retryAfter: nil, policy: .fixed(.seconds(9)), random: 0)

  private static let crashing = JobEvent.rescue(
    .alone(policy: .fixed(.seconds(9)), random: 0))

  static let table: [Row] = [
    Row(
      name: "becomes due", event: .becomeDue, leads: [.scheduled: .ready, .retrying: .ready]),
    Row(name: "becomes due too early", event: .becomeDue, isDue: false, leads: [:]),
    Row(name: "is unblocked", event: .unblock, leads: [.blocked: .ready]),
    Row(
      name: "is unblocked before its time", event: .unblock, isDue: false,
      leads: [.blocked: .scheduled]),
    Row(name: "is abandoned", event: .abandon(reason: "why"), leads: [.blocked: .cancelled]),
    Row(
      name: "is claimed", event: .claim(token: token, worker: "w", hold: .until(later)),
      leads: [.ready: .active]),
    Row(name: "is renewed", event: .renew(until: later), leads: [.active: .active]),
    Row(name: "completes", event: .complete, leads: [.active: .completed]),
    Row(
      name: "completes though asked", event: .complete, isAsked: true, leads: [.active: .completed]),
    Row(name: "fails", event: failing, leads: [.active: .retrying]),
    Row(name: "fails for the last time", event: failing, failures: 2, leads: [.active: .dead]),
    Row(name: "fails when asked", event: failing, isAsked: true, leads: [.active: .cancelled]),
    Row(name: "is rejected", event: .reject(error: "no"), leads: [.active: .dead]),
    Row(name: "is released", event: .release, leads: [.active: .ready]),
    Row(
      name: "is released when asked", event: .release, isAsked: true, leads: [.active: .cancelled]),
    Row(name: "is snoozed", event: .snooze(until: later), leads: [.active: .scheduled]),
    Row(name: "is snoozed until now", event: .snooze(until: now), leads: [.active: .ready]),
    Row(
      name: "is snoozed when asked", event: .snooze(until: later), isAsked: true,
      leads: [.active: .cancelled]),
    Row(name: "is rescued", event: .rescue(.started), leads: [.active: .ready]),
    Row(
      name: "is rescued when asked", event: .rescue(.started), isAsked: true,
      leads: [.active: .cancelled]),
    Row(name: "is rescued unstarted", event: .rescue(.unstarted), leads: [.active: .ready]),
    Row(name: "fails by a crash alone", event: crashing, leads: [.active: .retrying]),
    Row(
      name: "fails by the third crash alone", event: crashing, crashes: 2, leads: [.active: .dead]),
    Row(
      name: "fails by a crash for the last time", event: crashing, failures: 2,
      leads: [.active: .dead]),
    Row(
      name: "fails by a crash alone when asked", event: crashing, isAsked: true,
      leads: [.active: .cancelled]),
    Row(
      name: "fails by the third crash when asked", event: crashing, isAsked: true, crashes: 2,
      leads: [.active: .cancelled]),
    Row(
      name: "is cancelled", event: .cancel,
      leads: [
        .scheduled: .cancelled, .ready: .cancelled, .retrying: .cancelled, .blocked: .cancelled,
        .active: .active,
      ]),
    Row(name: "stops as asked", event: .finishCancel, isAsked: true, leads: [.active: .cancelled]),
    Row(
      name: "is retried", event: .retry(at: now),
      leads: [
        .scheduled: .ready, .retrying: .ready, .completed: .ready, .dead: .ready,
        .cancelled: .ready,
      ]),
    Row(
      name: "is retried later", event: .retry(at: later),
      leads: [
        .scheduled: .scheduled, .retrying: .scheduled, .completed: .scheduled, .dead: .scheduled,
        .cancelled: .scheduled,
      ]),
  ]

  private static func job(_ state: JobState, _ row: Row) throws -> Job {
    let id = try #require(JobID(rawValue: 1 << 40))
    var job = Job(
      id: id, queue: .default, type: .default, state: state, priority: .default,
      enqueuedAt: now - .hours(2), runAt: row.isDue ? now : later, maxAttempts: 3)
    job.attempt = 5
    job.failures = row.failures
    job.crashes = row.crashes
    job.holdsUniqueKey = !state.isTerminal
    job.uniqueKey = "k"
    if state.isTerminal { job.finishedAt = now - .hours(1) }
    if state == .active {
      job.token = LeaseToken(rawValue: 7)
      job.leaseUntil = now + .seconds(9)
      job.startedAt = now - .seconds(1)
      job.worker = "v"
      job.cancelRequested = row.isAsked
    }
    return job
  }

  @Test("An event leads where the table says, or is refused", arguments: table, JobState.allCases)
  func follows(_ row: Row, _ state: JobState) throws {
    let before = try Self.job(state, row)
    var job = before
    guard let target = row.leads[state] else {
      #expect(throws: TransitionRefusal.state(state)) { try job.apply(row.event, at: Self.now) }
      #expect(job == before)
      return
    }
    try job.apply(row.event, at: Self.now)
    #expect(job.state == target)
    expectInvariants(job)
    #expect(job.attempt == before.attempt + (state == .ready && target == .active ? 1 : 0))
    #expect(job.id == before.id && job.enqueuedAt == before.enqueuedAt)
  }

  @Test("The table knows every kind of event")
  func complete() {
    let kinds = Set(Self.table.map { "\($0.event)".prefix { $0 != "(" } })
    #expect(kinds.count == 14)
  }

  @Test("An end by failure is counted, giving back is not")
  func counts() throws {
    for row in Self.table {
      var job = try Self.job(.active, row)
      guard row.leads[.active] != nil else { continue }
      try job.apply(row.event, at: Self.now)
      let counted = row.name.hasPrefix("fails") || row.name == "is rejected"
      #expect(job.failures == row.failures + (counted ? 1 : 0), "\(row.name)")
    }
  }

  @Test(
    "A replay gives a clean slate and keeps the history",
    arguments: [
      JobState.completed, .dead, .cancelled,
    ])
  func replay(_ state: JobState) throws {
    let row = Row(name: "", event: .retry(at: Self.now), failures: 3, leads: [:])
    var job = try Self.job(state, row)
    job.crashes = 2
    try job.apply(row.event, at: Self.now)
    #expect(job.failures == 0 && job.crashes == 0 && job.replays == 1 && job.attempt == 5)
    #expect(job.runAt == Self.now && job.finishedAt == nil && !job.holdsUniqueKey)
  }

  @Test("A job that was running when its worker was lost is marked until it ends without a crash")
  func marked() throws {
    let crash = JobEvent.rescue(.alone(policy: .fixed(.seconds(9)), random: 0))
    var job = try Self.job(.active, Row(name: "", event: .release, leads: [:]))
    try job.apply(.rescue(.started), at: Self.now)
    #expect(job.marked && job.crashes == 0 && job.failures == 0)
    try Self.begin(&job)
    try job.apply(.rescue(.unstarted), at: Self.now)
    #expect(job.marked && job.crashes == 0)
    try Self.begin(&job)
    try job.apply(crash, at: Self.now)
    #expect(job.marked && job.crashes == 1 && job.failures == 1 && job.error != nil)
    try job.apply(.becomeDue, at: job.runAt)
    try Self.begin(&job)
    try job.apply(Self.failing, at: Self.now)
    #expect(!job.marked && job.crashes == 1 && job.failures == 2)
  }

  private static func begin(_ job: inout Job) throws {
    let hold = Hold.presence(PresenceID(random: 7))
    try job.apply(.claim(token: token, worker: "w", hold: hold), at: now)
    expectInvariants(job)
  }

  @Test("Counters at their limit stay there")
  func saturated() throws {
    let row = Row(name: "", event: Self.failing, failures: .max, leads: [:])
    var job = try Self.job(.active, row)
    try job.apply(row.event, at: Self.now)
    #expect(job.failures == .max && job.state == .dead)
    job.replays = .max
    job.attempt = .max
    try job.apply(.retry(at: Self.now), at: Self.now)
    try job.apply(.claim(token: Self.token, worker: "w", hold: .until(Self.later)), at: Self.now)
    #expect(job.replays == .max && job.attempt == .max)
  }

  @Test("A handler's wish for a time wins over the policy")
  func retryAfter() throws {
    let row = Row(name: "", event: .release, leads: [:])
    var job = try Self.job(.active, row)
    try job.apply(
      .fail(error: nil, retryAfter: .hours(3), policy: .fixed(.seconds(1)), random: 0),
      at: Self.now)
    #expect(job.runAt == Self.now + .hours(3))
  }
}

/// What holds of a job in every state.
func expectInvariants(_ job: Job, _ note: String = "") {
  let comment = Comment(rawValue: "\(job) \(note)")
  #expect(job.state.isTerminal == (job.finishedAt != nil), comment)
  #expect((job.state == .active) == (job.token != nil), comment)
  let holds = (job.leaseUntil != nil ? 1 : 0) + (job.presence != nil ? 1 : 0)
  #expect(holds == (job.state == .active ? 1 : 0), comment)
  #expect(job.state == .active || !job.cancelRequested, comment)
  #expect(!job.state.isTerminal || !job.holdsUniqueKey, comment)
  #expect(!job.state.isTerminal || !job.marked, comment)
}
