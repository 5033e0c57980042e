import DirectoryStorage
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite struct StagedFolderTests {
  private func jobs(_ count: Int, _ edit: (Int, inout NewJob) -> Void = { _, _ in }) -> [NewJob] {
    (0..<count).map { index in
      var job = NewJob(payload: Array("\(index)".utf8))
      edit(index, &job)
      return job
    }
  }

  @Test func `a bulk lies in parts of a thousand, and leaves nothing behind`() throws {
    let rig = try SpoolRig()
    #expect(try rig.addAll(jobs(2500)) == BulkResult(created: 2500))
    let folders = Set(try rig.files("queues").map { FileSystem.parent(of: $0) })
    #expect(folders.count == 3)
    #expect(try rig.files("tmp").isEmpty && rig.files("bulks").isEmpty)
    #expect(try FileSystem.entries(of: rig.root + "/tmp").isEmpty)
    #expect(try FileSystem.entries(of: rig.root + "/bulks").isEmpty)
    let claimed = try rig.claim("default", limit: 2500)
    #expect(
      claimed.map { String(decoding: $0.payload, as: UTF8.self) } == (0..<2500).map(String.init))
    #expect(try rig.complaints().isEmpty)
  }

  @Test func `an accepted bulk whose process died is seen by all and spread by a claim`() throws {
    let rig = try SpoolRig()
    #expect(try rig.addAll(jobs(3)) == BulkResult(created: 3))
    // As it would be had the process died right after the bulk was accepted.
    try FileSystem.makeDirectories(rig.root + "/bulks/x/queues", mode: 0o700)
    try FileSystem.rename(
      rig.root + "/queues/default", to: rig.root + "/bulks/x/queues/default")
    let other = try rig.other()
    #expect(try other.queues(at: rig.now).first?.count(.ready) == 3)
    let claimed = try other.claim(
      ClaimRequest(
        queues: [.default], types: [], limit: 10, worker: "w", lease: .minutes(1), now: rig.now))
    #expect(claimed.count == 3)
    #expect(try FileSystem.entries(of: rig.root + "/bulks").isEmpty)
  }

  @Test
  func `a staged bulk of a dead process is removed by the next, one of a live process is not`()
    throws
  {
    let rig = try SpoolRig()
    try rig.write("tmp/bulk-dead/queues/default/ready/5/part-1/x", "")
    try rig.write("tmp/bulk-live/owner", "")
    let lock = try FileLock.open(rig.root + "/tmp/bulk-live/owner")
    #expect(try lock.tryLock())
    #expect(try rig.addAll(jobs(1)).created == 1)
    #expect(try FileSystem.entries(of: rig.root + "/tmp").map(\.name) == ["bulk-live"])
    try lock.unlock()
  }

  @Test func `a key that is taken while the source is read makes an existing job`() throws {
    let rig = try SpoolRig()
    let other = try rig.other()
    var wanted = jobs(250) { index, job in
      job.uniqueKey = "k\(index)"
      job.idempotencyKey = "r\(index)"
    }[...]
    let now = rig.now
    let result = try rig.store.enqueueAll(at: now) { () throws(BulkSourceError) in
      if wanted.count == 1 {
        // The first two hundred are staged by now.
        var taken = NewJob()
        taken.uniqueKey = "k1"
        _ = try? other.enqueue(taken, at: now)
      }
      return wanted.popFirst()
    } progress: { _ in
    }
    #expect(result == BulkResult(created: 249, existing: 1))
    let page = try rig.store.page(
      JobPageRequest(JobFilter(), order: .oldestFirst, size: 1000, now: now))
    #expect(page.jobs.filter { $0.uniqueKey == "k1" }.count == 1)
    #expect(page.jobs.count == 250)
    #expect(try rig.complaints().isEmpty)
  }

  @Test func `a bulk that fails gives its ids back and leaves no files`() throws {
    let rig = try SpoolRig()
    let bad = jobs(1500) { index, job in if index == 1400 { job.maxAttempts = 0 } }
    #expect(throws: BulkError.self) { try rig.addAll(bad) }
    #expect(try rig.files("queues").isEmpty)
    #expect(try FileSystem.entries(of: rig.root + "/tmp").isEmpty)
  }
}
