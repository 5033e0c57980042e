import Jobs
import Storage
import Testing

/// Jobs that wait for others: each rule against each way in which a job ends or goes (traps.md 13).
@Suite struct DependencyTests {
  /// How a parent ends, or goes.
  enum Cause: String, CaseIterable {
    case complete, exhausted, rejected, crashed, cancelled, stopped, stoppedByFailure
    case rescuedWhenStopped, abandoned, purgedDead, purgedReady, expired
  }

  private static let matrix: [(Adapter, Cause)] =
    Adapters.having(.dependencies).flatMap { adapter in Cause.allCases.map { (adapter, $0) } }

  @Test("Whatever ends a job, those that wait for it hear of it", arguments: matrix)
  func everyCause(_ adapter: Adapter, _ cause: Cause) throws {
    let shop = try Workshop(adapter)
    let grandparent = cause == .abandoned ? [try shop.add("grandparents")] : []
    let parent = try shop.add("parents") {
      ($0.after, $0.onParentFailure) = (grandparent, .cancel)
    }
    var children: [ParentFailure: JobID] = [:]
    for rule in ParentFailure.allCases {
      children[rule] = try shop.add("children") { job in
        (job.after, job.onParentFailure) = ([parent], rule)
      }
    }
    for id in children.values {
      #expect(try shop.job(id).state == .blocked)
      #expect(try shop.detail(id).waitsFor == [parent])
    }
    try end(parent, cause, shop)
    for rule in ParentFailure.allCases {
      let id = try #require(children[rule])
      let detail = try shop.detail(id)
      #expect(detail.job.state == expected(rule, cause), "\(rule) after \(cause)")
      #expect(detail.after == [parent])
      #expect(detail.waitsFor == (detail.job.state == .blocked ? [parent] : []))
      // The log of that day is removed with the parent.
      guard cause != .expired else { continue }
      let told = try shop.log().filter { $0.jobID == id }.map(\.event)
      switch detail.job.state {
      case .ready: #expect(told == [.unblocked])
      case .cancelled:
        #expect(told == [.abandoned])
        #expect(detail.job.error?.hasPrefix("its parent \(parent) ") == true)
      default: #expect(told.isEmpty)
      }
    }
    let ready = try shop.claim("children").map(\.job.id)
    let active = try children.values.filter { try shop.job($0).state == .active }
    #expect(Set(ready) == Set(active))
    #expect(ready.count == ParentFailure.allCases.count { expected($0, cause) == .ready })
  }

  private func expected(_ rule: ParentFailure, _ cause: Cause) -> JobState {
    switch (cause, rule) {
    case (.complete, _), (_, .run): .ready
    case (.purgedDead, _), (.purgedReady, _), (.expired, _): .cancelled
    case (_, .hold): .blocked
    case (_, .cancel): .cancelled
    }
  }

  private func end(_ id: JobID, _ cause: Cause, _ shop: Workshop) throws {
    switch cause {
    case .complete: try shop.settle(shop.claimOne("parents"), .complete(result: nil))
    case .exhausted:
      for _ in 0..<Int(Job.defaultMaxAttempts) {
        try shop.settle(shop.claimOne("parents"), .fail(retryAfter: .zero))
      }
    case .rejected: try shop.settle(shop.claimOne("parents"), .reject)
    case .crashed:
      for _ in 0...Int(Job.mostCrashes) where try shop.job(id).state != .dead {
        shop.wait(.hours(7))
        guard !(try shop.claim("parents", lease: .seconds(1)).isEmpty) else { break }
        shop.wait(.hours(7))
        _ = try shop.claim("nothing", "parents", limit: 0)
        _ = try shop.store.claim(shop.request(["parents"], types: ["none"]))
      }
    case .cancelled: #expect(try shop.operate(.cancel, on: [id]) == [.done])
    case .stopped:
      let claimed = try shop.claimOne("parents")
      _ = try shop.operate(.cancel, on: [id])
      try shop.settle(claimed, .cancel)
    case .stoppedByFailure:
      let claimed = try shop.claimOne("parents")
      _ = try shop.operate(.cancel, on: [id])
      try shop.settle(claimed, .fail(retryAfter: nil))
    case .rescuedWhenStopped:
      _ = try shop.claim("parents", lease: .seconds(1))
      _ = try shop.operate(.cancel, on: [id])
      shop.wait(.minutes(1))
      _ = try shop.store.claim(shop.request(["parents"], types: ["none"]))
    case .abandoned: #expect(try shop.operate(.cancel, on: shop.detail(id).after) == [.done])
    case .purgedDead:
      try shop.settle(shop.claimOne("parents"), .reject)
      #expect(try shop.operate(.purge, on: [id]) == [.done])
    case .purgedReady: #expect(try shop.operate(.purge, on: [id]) == [.done])
    case .expired:
      try shop.settle(shop.claimOne("parents"), .reject)
      #expect(try shop.keep("children", Retention(cancelled: .forever)))
      shop.wait(.hours(24 * 91))
      #expect(try shop.tidy().removed[.dead] == 1)
    }
  }

  @Test("A chain ends at once where its rule is cancel", arguments: Adapters.having(.dependencies))
  func chain(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = try Self.chain(of: 5, .cancel, shop)
    try shop.settle(shop.claimOne(), .complete(result: nil))
    try shop.settle(shop.claimOne(), .complete(result: nil))
    try shop.settle(shop.claimOne(), .reject)
    #expect(
      try ids.map { try shop.job($0).state } == [
        .completed, .completed, .dead, .cancelled, .cancelled,
      ])
    #expect(try shop.job(ids[4]).error == "its parent \(ids[3]) is cancelled")
  }

  @Test("A chain holds until its dead job was replayed", arguments: Adapters.having(.dependencies))
  func replayed(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = try Self.chain(of: 5, .hold, shop)
    try shop.settle(shop.claimOne(), .complete(result: nil))
    try shop.settle(shop.claimOne(), .complete(result: nil))
    try shop.settle(shop.claimOne(), .reject)
    #expect(
      try ids.map { try shop.job($0).state } == [.completed, .completed, .dead, .blocked, .blocked])
    #expect(try shop.claim().isEmpty)
    #expect(try shop.operate(.replay(at: nil), on: [ids[2]]) == [.done])
    for id in ids[2...] {
      let claimed = try shop.claimOne()
      #expect(claimed.job.id == id)
      try shop.settle(claimed, .complete(result: nil))
    }
    #expect(try ids.allSatisfy { try shop.job($0).state == .completed })
  }

  private static func chain(of count: Int, _ rule: ParentFailure, _ shop: Workshop) throws
    -> [JobID]
  {
    var ids: [JobID] = []
    for _ in 0..<count {
      ids.append(
        try shop.add { job in
          job.after = ids.suffix(1)
          job.onParentFailure = rule
        })
    }
    return ids
  }

  @Test(
    "A settlement frees what the claim with it takes", arguments: Adapters.having(.dependencies))
  func settleThenClaim(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let ids = try Self.chain(of: 2, .hold, shop)
    let first = try shop.claimOne()
    let result = try shop.store.settle(
      [Settlement(first.lease, .complete(result: nil))], thenClaim: shop.request(["emails"]),
      at: shop.now)
    #expect(result.claimed.map(\.job.id) == [ids[1]])
  }

  @Test("A job waits for all of its parents", arguments: Adapters.having(.dependencies))
  func several(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let parents = try (0..<3).map { _ in try shop.add("parents") }
    let done = try shop.job(.completed, in: "done")
    let child = try shop.add { $0.after = parents.reversed() + [done] + parents }
    #expect(try shop.detail(child).after == (parents + [done]).sorted())
    for (index, parent) in parents.enumerated() {
      #expect(try shop.detail(child).waitsFor == parents[index...].sorted())
      try shop.settle(shop.claimOne("parents"), .complete(result: nil))
      #expect(try shop.job(parent).state == .completed)
    }
    #expect(try shop.job(child).state == .ready)
    #expect(try shop.queue()?.count(.blocked) == 0)
  }

  @Test(
    "One that shall run later is scheduled when it is free",
    arguments: Adapters.having(.dependencies))
  func later(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let parent = try shop.add("parents")
    let child = try shop.add { job in
      job.after = [parent]
      job.runAt = shop.now + .hours(1)
    }
    try shop.settle(shop.claimOne("parents"), .complete(result: nil))
    #expect(try shop.job(child).state == .scheduled)
  }

  @Test("Parents that have ended count as they ended", arguments: Adapters.having(.dependencies))
  func endedBefore(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let done = try shop.job(.completed, in: "a")
    let dead = try shop.job(.dead, in: "b")
    let states: [(JobID, ParentFailure, JobState)] = [
      (done, .hold, .ready), (done, .cancel, .ready), (dead, .hold, .blocked),
      (dead, .cancel, .cancelled), (dead, .run, .ready),
    ]
    for (parent, rule, state) in states {
      let id = try shop.add { ($0.after, $0.onParentFailure) = ([parent], rule) }
      #expect(try shop.job(id).state == state, "\(rule)")
    }
  }

  @Test("A parent that is not there refuses the request", arguments: Adapters.having(.dependencies))
  func unknown(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let nobody = try #require(JobID(rawValue: 42))
    #expect(throws: StorageError.unknownParent(nobody)) { try shop.add { $0.after = [nobody] } }
    #expect(throws: BulkError.job(index: 1, .unknownParent(nobody))) {
      var second = NewJob()
      second.after = [nobody]
      _ = try shop.addAll([NewJob(), second])
    }
    #expect(try shop.listing().isEmpty)
  }

  @Test(
    "A job that waits can be cancelled, moved, edited, not retried",
    arguments: Adapters.having(.dependencies))
  func operated(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let parent = try shop.add("parents")
    let child = try shop.add { $0.after = [parent] }
    #expect(try shop.plan(.retry(at: nil)) { $0.ids = [child] }.unfit.map(\.state) == [.blocked])
    #expect(try shop.operate(.move(to: QueueName("b")), on: [child]) == [.done])
    #expect(try shop.detail(child).waitsFor == [parent])
    #expect(try shop.operate(.cancel, on: [child]) == [.done])
    #expect(try shop.detail(child).waitsFor == [])
    try shop.settle(shop.claimOne("parents"), .complete(result: nil))
    #expect(try shop.job(child).state == .cancelled)
    #expect(try shop.operate(.retry(at: nil), on: [child]) == [.done])
    #expect(try shop.job(child).state == .ready)
  }

  @Test("In a bulk jobs wait for earlier ones by label", arguments: Adapters.having(.dependencies))
  func bulk(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let known = try shop.add { $0.uniqueKey = "k" }
    var jobs = (0..<6).map { _ in NewJob() }
    for index in jobs.indices {
      jobs[index].label = index
      if index > 0 { jobs[index].afterLabels = [index - 1] }
    }
    var last = NewJob(queue: try QueueName("emails"))
    (last.uniqueKey, last.label) = ("k", 9)
    var after = NewJob()
    after.afterLabels = [9]
    let result = try shop.addAll(jobs + [last, after])
    #expect(result.created == 7 && result.existing == 1)
    #expect(result.labelled[9] == known)
    #expect(try shop.queue("default")?.count(.blocked) == 6)
    for index in jobs.indices {
      let claimed = try shop.claimOne("default")
      #expect(claimed.job.id == result.labelled[index])
      try shop.settle(claimed, .complete(result: nil))
    }
    #expect(try shop.claim("default").isEmpty)
    try shop.settle(shop.claimOne(), .complete(result: nil))
    #expect(try shop.claim("default").count == 1)
  }

  @Test(
    "A label may lead to a job of the same bulk by its key",
    arguments: Adapters.having(.dependencies))
  func bulkKey(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    var (parent, same, asked, again) = (NewJob(), NewJob(), NewJob(), NewJob())
    parent.uniqueKey = "k"
    (same.uniqueKey, same.label) = ("k", 1)
    asked.idempotencyKey = "request"
    (again.idempotencyKey, again.label) = ("request", 2)
    var child = NewJob(queue: try QueueName("children"))
    child.afterLabels = [1, 2]
    let result = try shop.addAll([parent, same, asked, again, child])
    #expect(result.created == 3 && result.existing == 2)
    #expect(try shop.queue("children")?.count(.blocked) == 1)
    for _ in 1...2 { try shop.settle(shop.claimOne("default"), .complete(result: nil)) }
    #expect(try shop.claim("children").count == 1)
  }

  @Test("Many that wait are told in short steps", arguments: Adapters.having(.dependencies))
  func many(_ adapter: Adapter) throws {
    let shop = try Workshop(adapter)
    let parent = try shop.add("parents")
    let wanted = (0..<1201).map { _ in
      var job = NewJob()
      job.after = [parent]
      return job
    }
    #expect(try shop.addAll(wanted).created == 1201)
    try shop.settle(shop.claimOne("parents"), .complete(result: nil))
    var found = 0
    for _ in 0..<10 { found += try shop.claim("default", limit: 2000).count }
    #expect(found == 1201)
    #expect(try shop.queue("default")?.count(.blocked) == 0)
  }
}
