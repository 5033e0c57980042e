import Jobs
import MemoryStorage
import Storage
import Testing

@Suite struct RestoreTests {
  @Test("A job comes back with all its parts", arguments: Adapters.all)
  func wholeJob(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    let id = try source.add {
      $0.payload = [0, 255, 10]
      $0.tags = [try Tag(name: "user", value: "7")]
      $0.priority = try Priority(2)
      $0.maxAttempts = 3
      $0.backoff = .fixed(.seconds(5))
      $0.timeout = .seconds(9)
    }
    try source.settle(try source.claimOne(), .fail(retryAfter: .zero)) {
      $0.error = "boom"
      $0.exitCode = 1
      $0.output = Array("half".utf8)
    }
    source.wait(.seconds(1))
    try source.settle(try source.claimOne(), .complete(result: Array("{}".utf8)))
    let detail = try source.detail(id)
    #expect(try target.restore(.job(detail)) == .restored)
    #expect(try target.detail(id) == detail)
    #expect(try target.queue()?.counts == [.completed: 1])
    #expect(try target.log().isEmpty)
  }

  @Test("The same again changes nothing", arguments: Adapters.all)
  func again(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    let detail = try source.detail(try source.add())
    let parts: [ArchivePart] = [.job(detail), .job(detail)]
    #expect(try target.store.restore(parts, at: target.now) == [.restored, .alreadyThere])
    let before = try Everything(of: target.store, at: target.now)
    #expect(try target.restore(.job(detail)) == .alreadyThere)
    #expect(try Everything(of: target.store, at: target.now) == before)
  }

  @Test("Other content under the same id is left alone", arguments: Adapters.all)
  func differs(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    var detail = try source.detail(try source.add())
    _ = try target.restore(.job(detail))
    let before = try target.detail(detail.job.id)
    detail.payload = Array("other".utf8)
    #expect(try target.restore(.job(detail)) == .differs)
    #expect(try target.detail(detail.job.id) == before)
    #expect(try target.queue()?.counts == [.ready: 1])
  }

  @Test("An active job comes ready and marked, and runs alone", arguments: Adapters.all)
  func active(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    let detail = try source.detail(try source.job(.active))
    #expect(try target.restore(.job(detail)) == .restored)
    #expect(try target.restore(.job(detail)) == .alreadyThere)
    let job = try target.job(detail.job.id)
    #expect(job.state == .ready && job.marked && job.token == nil && job.leaseUntil == nil)
    try target.add()
    #expect(try target.claim().map(\.job.id) == [detail.job.id])
    #expect(try target.job(detail.job.id).attempt == 2)
  }

  @Test("An active job that was asked to stop comes cancelled", arguments: Adapters.all)
  func asked(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    let id = try source.job(.active)
    _ = try source.operate(.cancel, on: [id])
    let detail = try source.detail(id)
    #expect(try target.restore(.job(detail)) == .restored)
    target.wait(.minutes(1))
    #expect(try target.restore(.job(detail)) == .alreadyThere)
    #expect(try target.job(id).state == .cancelled)
  }

  @Test("A waiting job that was taken in runs when it is due", arguments: Adapters.all)
  func waiting(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    let id = try source.job(.scheduled)
    _ = try target.restore(.job(try source.detail(id)))
    #expect(try target.claim().isEmpty)
    target.wait(.hours(2))
    #expect(try target.claim().map(\.job.id) == [id])
  }

  @Test("Later ids are above those taken in, even once these are gone", arguments: Adapters.all)
  func ids(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    source.wait(.hours(1))
    let id = try source.add()
    _ = try target.restore(.job(try source.detail(id)))
    #expect(try target.add() > id)
    _ = try target.operate(.purge, on: [id])
    #expect(try target.add() > id)
  }

  @Test("A job whose unique key is taken comes without it", arguments: Adapters.all)
  func uniqueKey(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    source.wait(.seconds(1))
    let id = try source.add { $0.uniqueKey = "k" }
    let holder = try target.add { $0.uniqueKey = "k" }
    let conflict = KeyConflict(
      kind: .unique, key: "k", queue: try QueueName("emails"), holder: holder)
    let detail = try source.detail(id)
    #expect(try target.restore(.job(detail)) == .withoutKey(conflict))
    #expect(try target.restore(.job(detail)) == .alreadyThere)
    let job = try target.job(id)
    #expect(job.uniqueKey == "k" && !job.holdsUniqueKey)
    #expect(try target.add { $0.uniqueKey = "k" } == holder)
  }

  @Test("A unique key that is free is held again, until its job ends", arguments: Adapters.all)
  func freeKey(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    let id = try source.add { $0.uniqueKey = "k" }
    _ = try target.restore(.job(try source.detail(id)))
    #expect(try target.add { $0.uniqueKey = "k" } == id)
    _ = try target.operate(.cancel, on: [id])
    #expect(try target.add { $0.uniqueKey = "k" } != id)
  }

  @Test("Old jobs that were taken in are tidied as any others", arguments: Adapters.all)
  func tidied(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    let old = try source.job(.completed)
    source.wait(.hours(1))
    target.wait(.hours(1))
    _ = try target.job(.completed)
    target.wait(.hours(7 * 24))
    while try target.tidy().hasMore {}
    _ = try target.restore(.job(try source.detail(old)))
    while try target.tidy().hasMore {}
    #expect(try target.store.job(old) == nil)
  }

  @Test("A queue takes the settings that come", arguments: Adapters.all)
  func queue(_ adapter: Adapter) throws {
    let target = try Workshop(adapter)
    var queue = QueueArchive(
      queue: try QueueName("emails"), paused: true, pausedUntil: target.now + .hours(1),
      pauseReason: "deploy",
      settings: QueueSettings(
        retention: Retention(completed: .forever, dead: .span(.hours(5)))))
    queue.settings.limits.concurrency = 3
    queue.settings.defaults.backoff = .fixed(.seconds(7))
    #expect(try target.restore(.queue(queue)) == .restored)
    #expect(try target.restore(.queue(queue)) == .alreadyThere)
    #expect(try target.queue()?.pauseReason == "deploy")
    #expect(try target.queue()?.pausedUntil == target.now + .hours(1))
    #expect(try target.store.settings(of: queue.queue) == queue.settings)
    queue.paused = false
    #expect(try target.restore(.queue(queue)) == .restored)
    #expect(try target.queue()?.paused == false)
    #expect(try target.restore(.queue(queue)) == .alreadyThere)
    #expect(try target.log().isEmpty)
  }

  @Test("A pause that is over comes as none", arguments: Adapters.all)
  func pauseOver(_ adapter: Adapter) throws {
    let target = try Workshop(adapter)
    let queue = QueueArchive(
      queue: try QueueName("emails"), paused: true, pausedUntil: target.now, pauseReason: "old")
    #expect(try target.restore(.queue(queue)) == .restored)
    #expect(try target.restore(.queue(queue)) == .alreadyThere)
    #expect(try target.queue()?.paused == false)
  }

  @Test("Log records are added at the end", arguments: Adapters.all)
  func records(_ adapter: Adapter) throws {
    let (source, target) = (try Workshop(adapter), try Workshop(adapter))
    _ = try source.job(.dead) { $0.tags = [try Tag(name: "user", value: "7")] }
    _ = try target.job(.cancelled)
    let expected = try target.log() + source.log() + source.log()
    for record in try source.log() + source.log() {
      #expect(try target.restore(.record(record)) == .restored)
    }
    #expect(try target.log() == expected)
  }

  @Test("Rules for all queues come where there are none", arguments: Adapters.all)
  func rules(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var rules = Retention()
    (rules.completed, rules.dead, rules.log) = (.span(.hours(5)), .forever, .span(.hours(9)))
    #expect(try shop.restore(.rules(rules)) == .restored)
    #expect(try shop.store.rules() == rules)
    #expect(try shop.restore(.rules(rules)) == .alreadyThere)
    var others = rules
    others.dead = .span(.hours(7))
    #expect(try shop.restore(.rules(others)) == .differs)
    #expect(try shop.store.rules() == rules)
    #expect(try shop.log().isEmpty)
  }

  @Test("Rules of health come where none has their names", arguments: Adapters.all)
  func healthRules(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let backlog = StoredHealthRule(
      try QueueName("backlog"), check: "depth", queues: [.default], warning: "5", span: .minutes(5))
    let early = StoredHealthRule(try QueueName("age"), check: "oldest-age", critical: "~:1h")
    for rule in [backlog, early] { #expect(try shop.restore(.health(rule)) == .restored) }
    #expect(try shop.store.healthRules() == [early, backlog])
    #expect(try shop.restore(.health(backlog)) == .alreadyThere)
    var other = backlog
    other.warning = "6"
    #expect(try shop.restore(.health(other)) == .differs)
    for number in 2..<StoredHealthRule.most {
      let rule = StoredHealthRule(try QueueName("r\(number)"), check: "dlq")
      #expect(try shop.restore(.health(rule)) == .restored)
    }
    let late = StoredHealthRule(try QueueName("late"), check: "dlq")
    #expect(try shop.restore(.health(late)) == .differs)
    #expect(try shop.store.healthRules().count == StoredHealthRule.most)
    #expect(try shop.log().isEmpty)
  }

  @Test("Rules for what a store does not keep are left out, and said", arguments: Adapters.all)
  func rulesInPart(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var rules = Retention()
    (rules.completed, rules.minutes) = (.span(.hours(5)), .span(.hours(4)))
    let isWhole = shop.store.capabilities[.minutes] == .full
    let outcomes: [RestoreOutcome] =
      isWhole ? [.restored, .alreadyThere] : [.unsupported(.minutes), .unsupported(.minutes)]
    for outcome in outcomes { #expect(try shop.restore(.rules(rules)) == outcome) }
    if !isWhole { rules.minutes = nil }
    #expect(try shop.store.rules() == rules)
  }

}

extension Workshop {
  func restore(_ part: ArchivePart) throws -> RestoreOutcome? {
    try store.restore([part], at: now).first
  }
}
