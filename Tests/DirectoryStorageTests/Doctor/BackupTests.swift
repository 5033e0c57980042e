import DirectoryStorage
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite struct BackupTests {
  private func everything(_ store: DirectoryStore, _ now: Instant) throws -> [JobDetail] {
    let page = try store.page(
      JobPageRequest(JobFilter(), order: .oldestFirst, size: 1000, now: now))
    return try page.jobs.compactMap { try store.job($0.id) }
  }

  private func filled() throws -> SpoolRig {
    let rig = try SpoolRig()
    for index in 0..<20 {
      try rig.add(index.isMultiple(of: 2) ? "emails" : "reports") {
        $0.uniqueKey = "k\(index)"
        $0.idempotencyKey = "r\(index)"
      }
    }
    let claimed = try rig.claim(limit: 4)
    try rig.complete(claimed[0], result: Array("[1]".utf8))
    _ = try rig.store.settle(
      [Settlement(claimed[1].lease, .fail(retryAfter: nil))], thenClaim: nil, at: rig.now)
    _ = try rig.store.setPaused(
      PauseRequest(
        [try QueueName("reports")], paused: true, actor: "ann", reason: "x", now: rig.now))
    return rig
  }

  @Test func `a copy shows the same, opens as a store, and knows the keys`() throws {
    let rig = try filled()
    let target = rig.scratch.path("copy")
    let report = try rig.store.backup(to: target, at: rig.now) { _, _ in }
    #expect(report.jobs == 20 && report.bytes > 0)
    let copy = try DirectoryStore(target, for: .write) { (try? Random.word()) ?? 1 }
    defer { copy.close() }
    #expect(try everything(copy, rig.now) == everything(rig.store, rig.now))
    #expect(try copy.queues(at: rig.now) == rig.store.queues(at: rig.now))
    var known = NewJob(queue: try QueueName("reports"), payload: Array("{}".utf8))
    known.idempotencyKey = "r1"
    #expect(try !copy.enqueue(known, at: rig.now).created)
    #expect(
      try copy.findings().filter { $0.grade == .error }.isEmpty)
    #expect(try FileSystem.entries(of: rig.scratch.path).map(\.name) == ["copy", "spool"])
  }

  @Test func `a backup replaces nothing`() throws {
    let rig = try filled()
    #expect(throws: StorageError.self) {
      try rig.store.backup(to: rig.root, at: rig.now) { _, _ in }
    }
    #expect(try everything(rig.store, rig.now).count == 20)
  }

  @Test func `jobs taken in show the same history`() throws {
    let rig = try filled()
    let target = try SpoolRig()
    let parts = try everything(rig.store, rig.now).filter { $0.job.state != .active }
    let outcomes = try target.store.restore(parts.map { .job($0) }, at: rig.now)
    #expect(outcomes.allSatisfy { $0 == .restored }, "\(outcomes)")
    #expect(try everything(target.store, rig.now) == parts)
    let again = try target.store.restore(parts.map { .job($0) }, at: rig.now)
    #expect(again.allSatisfy { $0 == .alreadyThere }, "\(again)")
    #expect(try FileSystem.entries(of: target.root + "/tmp").isEmpty)
    #expect(try target.complaints().isEmpty)
  }
}
