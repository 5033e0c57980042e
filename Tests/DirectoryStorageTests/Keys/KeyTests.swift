import DirectoryStorage
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite struct KeyTests {
  @Test func `a unique key is a file while its job lives, and no longer`() throws {
    let rig = try SpoolRig()
    let id = try rig.add { $0.uniqueKey = "k" }
    #expect(try rig.add { $0.uniqueKey = "k" } == id)
    #expect(try rig.keys("u-").count == 1)
    try rig.complete(#require(try rig.claim().first))
    #expect(try rig.keys("u-").isEmpty)
    #expect(try rig.add { $0.uniqueKey = "k" } != id)
  }

  @Test func `the key of a job that never came to be counts as none`() throws {
    let rig = try SpoolRig()
    let id = try rig.add {
      $0.uniqueKey = "k"
      $0.idempotencyKey = "r"
    }
    // As a crash between the keys and the job would have left it.
    try FileSystem.unlink(rig.root + "/" + #require(try rig.file(of: id)))
    let other = try rig.other()
    var job = NewJob(queue: try QueueName("emails"), payload: Array("{}".utf8))
    job.uniqueKey = "k"
    job.idempotencyKey = "r"
    let result = try other.enqueue(job, at: rig.now)
    #expect(result.created && result.id != id)
    #expect(try other.enqueue(job, at: rig.now) == EnqueueResult(id: result.id, created: false))
  }

  @Test func `a removed job's request is still known`() throws {
    let rig = try SpoolRig()
    let id = try rig.add { $0.idempotencyKey = "r" }
    var filter = JobFilter()
    filter.ids = [id]
    let plan = try rig.store.plan(PlanRequest(.purge, filter, now: rig.now))
    let outcomes = try rig.store.apply(
      ApplyRequest(.purge, plan.items, actor: "ann", reason: nil, now: rig.now))
    #expect(outcomes == [.done])
    #expect(try rig.add { $0.idempotencyKey = "r" } == id)
    #expect(try rig.store.job(id) == nil)
  }

  @Test func `a key whose file makes no sense is refused, not taken for free`() throws {
    let rig = try SpoolRig()
    try rig.add { $0.uniqueKey = "k" }
    let path = try #require(try rig.keys("u-").first)
    try rig.write(path, "rubbish")
    #expect(throws: StorageError.self) { try rig.add { $0.uniqueKey = "k" } }
    try rig.add { $0.uniqueKey = "other" }
    #expect(try rig.complaints() == ["keys"])
    _ = try rig.repair()
    try rig.add { $0.uniqueKey = "k" }
  }

  @Test func `expired keys go, first those that were over first`() throws {
    let rig = try SpoolRig()
    for name in ["c", "a", "b"] {
      try rig.add { $0.idempotencyKey = name }
      rig.now = rig.now + .seconds(1)
    }
    rig.now = rig.now + .hours(24)
    let result = try rig.store.tidy(TidyRequest(now: rig.now, limit: 2))
    #expect(result.removed[.keys] == 2 && result.hasMore)
    #expect(try rig.keys("i-").count == 1)
    try rig.add { $0.idempotencyKey = "b" }
    #expect(try rig.store.page(JobPageRequest(JobFilter(), size: 10, now: rig.now)).jobs.count == 4)
  }

  @Test(arguments: 0..<8)
  func `two processes never make two live jobs with one key`(round: Int) throws {
    let rig = try SpoolRig()
    let other = try rig.other()
    var job = NewJob(queue: try QueueName("emails"))
    job.uniqueKey = "k\(round)"
    let first = try rig.store.enqueue(job, at: rig.now)
    let second = try other.enqueue(job, at: rig.now)
    #expect(first.created && !second.created && first.id == second.id)
  }
}

extension SpoolRig {
  /// The files of keys of a kind.
  func keys(_ prefix: String) throws -> [String] {
    try files("keys").filter { $0.contains("/" + prefix) }
  }
}
