import Calendar
import Engine
import Jobs
import Storage
import Testing

/// Every rule of `health`, driven to alarm and back on every store.
@Suite struct HealthTests {
  private func judge(
    _ shop: Workshop, _ rules: [HealthRule], census: WorkerCensus? = nil
  ) throws -> [HealthVerdict] {
    var exam = try HealthExam(
      shop.store, at: shop.now, census: { census }, explain: { "\($0)" })
    return exam.judge(rules)
  }

  /// What the built-in rule of a check says of the queue of the test.
  private func state(
    _ shop: Workshop, _ check: HealthCheck, census: WorkerCensus? = nil
  ) throws -> HealthState? {
    let rule = try #require(HealthRule.builtIn(check))
    return try judge(shop, [rule], census: census).first { $0.subject != "other" }?.state
  }

  private func keepsMinutes(_ shop: Workshop) -> Bool {
    shop.store.capabilities[.minutes] == .full
  }

  private func finish(_ shop: Workshop, _ count: Int, taking span: TimeSpan) throws {
    for _ in 0..<count {
      _ = try shop.add()
      let claimed = try shop.claimOne()
      shop.wait(span)
      _ = try shop.settle(claimed, .complete(result: nil))
    }
  }

  private func bury(_ shop: Workshop, _ count: Int) throws {
    for _ in 0..<count { _ = try shop.job(.dead) }
  }

  @Test(arguments: Adapters.all)
  func `age alarms after five minutes and an hour, until the job is taken`(adapter: Adapter) throws
  {
    let shop = try Workshop(adapter)
    try shop.add()
    #expect(try state(shop, .oldestAge) == .ok)
    shop.wait(.minutes(5))
    #expect(try state(shop, .oldestAge) == .ok)
    shop.wait(.seconds(1))
    #expect(try state(shop, .oldestAge) == .warning)
    shop.wait(.minutes(55))
    #expect(try state(shop, .oldestAge) == .critical)
    _ = try shop.claimOne()
    #expect(try state(shop, .oldestAge) == .ok)
  }

  @Test(
    "a due job that nobody has promoted ages, and no worker is told of (traps 11 and 23)",
    arguments: Adapters.all)
  func overdue(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<3 { try shop.add { $0.runAt = shop.now + .minutes(10) } }
    shop.wait(.minutes(10))
    #expect(try state(shop, .oldestAge) == .ok)
    shop.wait(.minutes(70))
    let verdict = try #require(
      try judge(shop, HealthRule.builtIn, census: WorkerCensus([])).first)
    #expect(verdict.check == .oldestAge && verdict.state == .critical)
    #expect(verdict.text == "oldest waits 1h10m (>1h), no worker")
    let depth = try judge(shop, [HealthRule(.depth, warning: .above(.count(2)))])
    #expect(depth.map(\.text) == ["3 ready (>2)"])
  }

  @Test(arguments: Adapters.all)
  func `a paused queue ages`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    _ = try shop.pause()
    shop.wait(.minutes(6))
    let rule = try #require(HealthRule.builtIn(.oldestAge))
    #expect(try judge(shop, [rule]).map(\.text) == ["oldest waits 6m (>5m), paused"])
  }

  @Test(arguments: Adapters.all)
  func `depth alarms only once it has been too much for long`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var rule = HealthRule(
      .depth, warning: .above(.count(3)), critical: .above(.count(5)), span: .minutes(5))
    func states() throws -> [HealthState] { try judge(shop, [rule]).map(\.state) }
    for _ in 0..<4 { try shop.add() }
    guard keepsMinutes(shop) else {
      #expect(try states() == [.unknown], "asked for by name, it is told")
      rule.origin = .builtIn
      #expect(try states() == [])
      return
    }
    #expect(try states() == [.ok])
    shop.wait(.minutes(3))
    #expect(try states() == [.ok])
    shop.wait(.minutes(3))
    #expect(try states() == [.warning], "a minute without a sample has the last depth")
    for _ in 0..<2 { try shop.add() }
    #expect(try states() == [.warning], "it is critical only for a moment")
    shop.wait(.minutes(6))
    #expect(try states() == [.critical])
    _ = try shop.claim(limit: 3)
    #expect(try states() == [.ok])
    shop.wait(.minutes(1))
    for _ in 0..<3 { try shop.add() }
    #expect(try states() == [.ok], "it was well a minute ago")
  }

  @Test(arguments: Adapters.all)
  func `a dead job warns until it is seen to`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    #expect(try state(shop, .deadLetters) == .ok)
    let id = try shop.job(.dead, in: "emails")
    #expect(try state(shop, .deadLetters) == .warning)
    _ = try shop.operate(.purge, on: [id])
    #expect(try state(shop, .deadLetters) == .ok)
  }

  @Test(arguments: Adapters.all)
  func `many deaths within an hour are critical, until the hour is over`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try bury(shop, 50)
    shop.wait(.seconds(5))
    #expect(try state(shop, .dlqGrowth) == .ok)
    try bury(shop, 1)
    #expect(try state(shop, .dlqGrowth) == .critical)
    shop.wait(.minutes(62))
    #expect(try state(shop, .dlqGrowth) == .ok)
    #expect(try state(shop, .deadLetters) == .warning)
  }

  @Test(arguments: Adapters.all)
  func `a rate of failures counts what has ended`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let rule = HealthRule(
      .failureRate, warning: .above(.count(10)), critical: .above(.count(50)))
    func found() throws -> HealthVerdict? { try judge(shop, [rule]).first }
    try shop.add()
    guard keepsMinutes(shop) else {
      #expect(try found()?.state == .unknown)
      return
    }
    #expect(try found()?.text == "nothing ended in 5m")
    try finish(shop, 8, taking: .seconds(1))
    #expect(try found()?.state == .ok)
    try bury(shop, 2)
    #expect(try found()?.state == .warning)
    #expect(try found()?.text == "20% of 10 failed in 5m (>10%)")
    try bury(shop, 9)
    #expect(try found()?.state == .critical)
    shop.wait(.minutes(7))
    #expect(try found()?.state == .ok)
  }

  @Test(arguments: Adapters.all)
  func `slow executions warn beside the days before`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let rule = try #require(HealthRule.builtIn(.durationP99))
    guard keepsMinutes(shop) else {
      try shop.add()
      #expect(try judge(shop, [rule]).isEmpty)
      return
    }
    func found() throws -> HealthVerdict? { try judge(shop, [rule]).first }
    try finish(shop, 99, taking: .seconds(1))
    shop.wait(.hours(3))
    try finish(shop, 1, taking: .seconds(30))
    #expect(try found()?.text.hasSuffix("no baseline yet") == true)
    #expect(try found()?.metrics.first?.warning == nil)
    shop.wait(.hours(3))
    try finish(shop, 3, taking: .seconds(1))
    #expect(try found()?.state == .ok)
    let slow = try found()?.metrics.first?.warning?.end
    #expect(slow != nil, "there is a baseline now")
    shop.wait(.hours(3))
    try finish(shop, 3, taking: .minutes(5))
    #expect(try found()?.state == .warning)
    shop.wait(.hours(2))
    #expect(try found()?.state == .ok)
  }

  @Test(arguments: Adapters.all)
  func `fewer workers than expected are critical`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    let emails = try QueueName("emails")
    func crew(_ count: Int) -> WorkerCensus {
      WorkerCensus(
        (0..<count).map {
          .init(name: "w\($0)", queues: [emails], busy: 0, standing: .alive)
        } + [.init(name: "elsewhere", queues: [.default], busy: 0, standing: .alive)])
    }
    #expect(try state(shop, .workers, census: crew(0)) == nil, "nobody said how many")
    try shop.set(.workers(2))
    #expect(try shop.store.settings(of: emails).workers == 2)
    #expect(try state(shop, .workers, census: crew(2)) == .ok)
    #expect(try state(shop, .workers, census: crew(1)) == .critical)
    #expect(try state(shop, .workers, census: crew(2)) == .ok)
    #expect(try state(shop, .workers) == nil, "where workers can't be seen, it is left out")
    let asked = HealthRule(.workers, warning: try AlertRange("3:", .number))
    #expect(try judge(shop, [asked], census: crew(2)).map(\.state) == [.warning])
    #expect(try judge(shop, [asked]).map(\.state) == [.unknown])
  }

  @Test(arguments: [WorkerCensus.Standing.silent, .dead])
  func `a worker that is lost is critical`(standing: WorkerCensus.Standing) throws {
    let shop = try Workshop(Adapters.all[0])
    try shop.add()
    var member = WorkerCensus.Member(
      name: "host-1", queues: [try QueueName("emails")], busy: 1, standing: .alive)
    #expect(try state(shop, .workers, census: WorkerCensus([member])) == nil)
    member.standing = standing
    #expect(try state(shop, .workers, census: WorkerCensus([member])) == .critical)
  }

  @Test(arguments: Adapters.all)
  func `a schedule that nobody fires alarms`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let rule = ScheduleRule(.every(.hours(4)), job: NewJob(queue: try QueueName("emails")))
    let schedule = Schedule(
      try QueueName("nightly"), rule, createdAt: shop.now, next: shop.now + .hours(4))
    _ = try shop.store.put(PutScheduleRequest(schedule, actor: "olga", now: shop.now))
    #expect(try state(shop, .schedules) == .ok)
    shop.wait(.hours(4) + .minutes(5))
    #expect(try state(shop, .schedules) == .ok)
    shop.wait(.seconds(1))
    #expect(try state(shop, .schedules) == .warning)
    shop.wait(.minutes(56))
    #expect(try state(shop, .schedules) == .critical)
    let seen = try #require(try shop.store.schedule(schedule.name))
    let due = try #require(seen.due(at: shop.now, in: .utc))
    _ = try shop.store.fire(FireRequest(seen, due, now: shop.now))
    #expect(try state(shop, .schedules) == .ok)
  }

  @Test(arguments: Adapters.all)
  func `the store tells how it is without its jobs`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    let verdicts = try judge(shop, [HealthRule(.store)])
    #expect(verdicts.count == 1 && verdicts[0].subject == nil)
    let worst = try shop.store.vitals().findings.map(\.grade)
    let expected: HealthState =
      worst.contains(.error) ? .critical : worst.contains(.warning) ? .warning : .ok
    #expect(verdicts[0].state == expected)
    guard try shop.store.vitals().logBytes != nil else { return }
    let rule = HealthRule(.store, critical: try AlertRange("0", .number))
    #expect(try judge(shop, [rule]).map(\.state) == [.critical], "the log has a page")
  }

  @Test(arguments: Adapters.all)
  func `a queue that is not there is told`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    try shop.add()
    var rule = try #require(HealthRule.builtIn(.deadLetters))
    rule.queues = [try QueueName("email")]
    #expect(try judge(shop, [rule]).map(\.state) == [.unknown])
  }

  @Test(arguments: Adapters.all)
  func `looking changes nothing`(adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    for _ in 0..<3 { try shop.add { $0.runAt = shop.now + .minutes(1) } }
    shop.wait(.minutes(2))
    let before = try shop.store.queues(at: shop.now)
    let log = try shop.store.log(LogPageRequest(LogFilter(), .last, size: 100)).records.count
    _ = try judge(shop, HealthRule.builtIn + HealthCheck.allCases.map { HealthRule($0) })
    #expect(try shop.store.queues(at: shop.now) == before)
    #expect(try shop.store.log(LogPageRequest(LogFilter(), .last, size: 100)).records.count == log)
  }
}
