import DirectoryStorage
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

/// What ties jobs to others, looked at by `doctor`, mended, copied and tidied.
@Suite struct TieDoctorTests {
  private let rig: SpoolRig
  private let batch: BatchResult

  init() throws {
    rig = try SpoolRig()
    batch = try Self.accept(3, in: rig)
  }

  private static func accept(_ count: Int, in rig: SpoolRig) throws -> BatchResult {
    var left = count
    let follower = NewJob(queue: try QueueName("then"))
    let result = try rig.store.enqueueAll(
      at: rig.now, as: NewBatch(name: "night", follower: follower)
    ) { () throws(BulkSourceError) in
      left -= 1
      return left < 0 ? nil : NewJob()
    } progress: { _ in
    }
    return try #require(result.batch)
  }

  private func remove(_ path: String) throws { try FileSystem.unlink(rig.root + "/" + path) }

  private func job(_ id: JobID) throws -> Job { try #require(try rig.store.job(id)).job }

  @Test func `jobs that wait are in their place`() throws {
    let parent = try rig.add()
    for rule in ParentFailure.allCases {
      try rig.add {
        ($0.after, $0.onParentFailure) = ([parent], rule)
        $0.runAt = rule == .run ? rig.now + .hours(1) : nil
      }
    }
    let moved = try rig.add { $0.after = [parent] }
    #expect(try rig.move(moved, to: "other") == .done)
    #expect(try rig.complaints().isEmpty)
    #expect(try rig.repair().isEmpty)
    try rig.complete(#require(try rig.claim().first))
    #expect(try rig.complaints().isEmpty)
    #expect(try rig.repair().isEmpty)
    #expect(try job(moved).state == .ready)
  }

  @Test(
    "Those that wait for one that is not there hear that it was removed",
    arguments: ParentFailure.allCases)
  func orphans(_ rule: ParentFailure) throws {
    let parent = try rig.add()
    let child = try rig.add { ($0.after, $0.onParentFailure) = ([parent], rule) }
    try remove(#require(try rig.file(of: parent)))
    #expect(try rig.complaints() == ["dependencies"])
    #expect(try rig.repair().map(\.deed) == [.mended])
    #expect(try job(child).state == (rule == .run ? .ready : .cancelled))
    #expect(try rig.complaints().isEmpty)
  }

  @Test func `a job that waits for nothing is let go`() throws {
    let parent = try rig.add()
    let child = try rig.add { $0.after = [parent] }
    try remove("dependants/\(parent)/\(child)-hold")
    #expect(try rig.complaints() == ["dependencies"])
    #expect(try rig.repair().map(\.deed) == [.mended])
    #expect(try job(child).state == .ready)
    #expect(try rig.complaints().isEmpty)
  }

  @Test func `entries of jobs that are not there are removed once they are old`() throws {
    let parent = try rig.add()
    let old = try #require(JobID(rawValue: 77))
    let young = try #require(JobID(rawValue: parent.rawValue + 1))
    try rig.write("dependants/\(parent)/\(old)-run", "")
    try rig.write("dependants/\(parent)/\(young)-run", "")
    try rig.write("dependants/\(parent)/what", "")
    #expect(try Set(rig.repair().map(\.check)) == ["dependencies", "names"])
    #expect(
      try rig.files("dependants/\(parent)") == ["dependants/\(parent)/\(young)-run"])
  }

  @Test func `a batch whose jobs are lost ends, and one that can't be read is put away`() throws {
    for path in try rig.files("queues/default") { try remove(path) }
    // What may be about to be made is left alone for an hour.
    #expect(try rig.repair().isEmpty)
    let other = try #require(JobID(rawValue: 5))
    try rig.write("batches/\(other)/pending/\(try #require(JobID(rawValue: 6)))", "")
    try rig.write(
      "batches/\(other)/info",
      #"{"id":"\#(other)","name":"x","created_at":"2026-01-01T00:00:00Z","total":2}"#)
    try rig.write("batches/\(other)/cancelled/x-0", "")
    try rig.write("batches/\(try #require(JobID(rawValue: 7)))/info", "nonsense")
    try rig.write("batches/what/info", "nonsense")
    #expect(try rig.complaints() == ["batches", "names"])
    #expect(try rig.repair().filter { $0.deed == .mended }.map(\.check) == ["batches"])
    #expect(try rig.store.batch(other)?.cancelled == 2)
    #expect(try rig.store.batch(other)?.finishedAt == rig.now)
    #expect(try rig.complaints().isEmpty)
  }

  @Test func `a copy has batches, those who wait, and schedules`() throws {
    let parent = try rig.add()
    let child = try rig.add { $0.after = [parent, batch.id] }
    let rule = ScheduleRule(.every(.minutes(10)), catchup: .all, overlap: .allow, job: NewJob())
    let schedule = Schedule(
      try ScheduleName("poll"), rule, createdAt: rig.now, next: rig.now + .minutes(10))
    _ = try rig.store.put(PutScheduleRequest(schedule, actor: "ann", now: rig.now))
    try rig.complete(#require(try rig.claim("default").first))
    _ = try rig.store.settle(
      [Settlement(#require(try rig.claim("default").first).lease, .reject)], thenClaim: nil,
      at: rig.now)
    let done = try Self.accept(1, in: rig)
    try rig.complete(#require(try rig.claim("default", limit: 2).last))
    let target = rig.scratch.path("copy")
    _ = try rig.store.backup(to: target, at: rig.now) { _, _ in }
    let copy = try DirectoryStore(target, for: .write) { (try? Random.word()) ?? 1 }
    defer { copy.close() }
    let request = BatchPageRequest(size: 10)
    #expect(try copy.batches(request) == rig.store.batches(request))
    #expect(try copy.batches(request).count == 2)
    #expect(try copy.schedules() == rig.store.schedules())
    for id in [parent, child, try #require(batch.follower), try #require(done.follower)] {
      #expect(try copy.job(id) == rig.store.job(id))
    }
    #expect(try copy.findings().filter { $0.grade == .error || $0.check == "batches" }.isEmpty)
    // The copy goes on by itself.
    let places = [try QueueName("emails"), try QueueName("default")]
    let claimed = try copy.claim(
      ClaimRequest(queues: places, limit: 9, worker: "w", lease: .minutes(1), now: rig.now))
    _ = try copy.settle(
      claimed.map { Settlement($0.lease, .complete(result: nil)) }, thenClaim: nil, at: rig.now)
    #expect(try copy.job(child)?.waitsFor == [batch.id])
  }

  @Test func `nothing of a batch is left 90 days after its end`() throws {
    for claimed in try rig.claim("default", limit: 3) { try rig.complete(claimed) }
    try rig.complete(#require(try rig.claim("then").first))
    rig.now = rig.now + .hours(24 * 8)
    while try rig.store.tidy(TidyRequest(now: rig.now)).hasMore {}
    #expect(try rig.files("queues").isEmpty)
    #expect(try rig.store.batch(batch.id)?.completed == 3)
    rig.now = rig.now + .hours(24 * 90)
    while try rig.store.tidy(TidyRequest(now: rig.now)).hasMore {}
    #expect(try rig.files("batches").isEmpty)
    #expect(try rig.files("dependants") + rig.files("ended") == [])
  }
}
