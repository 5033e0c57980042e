import DirectoryStorage
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite struct MoveTests {
  @Test func `a moved job has one file, in its new queue, and doctor finds nothing wrong`() throws {
    let rig = try SpoolRig()
    let id = try rig.add()
    #expect(try rig.move(id, to: "reports") == .done)
    #expect(try rig.files("queues").filter { $0.contains(id.description) }.count == 1)
    #expect(try #require(try rig.file(of: id)).hasPrefix("queues/reports/ready/5/"))
    #expect(try rig.complaints().isEmpty)
    #expect(try rig.repair().isEmpty)
    let other = try rig.other()
    defer { other.close() }
    #expect(try other.job(id) == rig.store.job(id))
    #expect(try rig.claim().isEmpty)
    let claimed = try #require(try rig.claim("reports").first)
    #expect(claimed.job.id == id && claimed.job.queue.description == "reports")
    try rig.complete(claimed)
    #expect(try rig.complaints().isEmpty)
    let detail = try #require(try rig.store.job(id))
    #expect(detail.actions.map(\.event) == [.moved])
    #expect(detail.actions.first?.fromQueue?.description == "emails")
  }

  @Test func `a job moved by hand goes back to where it was moved last`() throws {
    let rig = try SpoolRig()
    let id = try rig.add()
    #expect(try rig.move(id, to: "reports") == .done)
    let path = try #require(try rig.file(of: id))
    let wrong = "queues/emails/ready/5/20260101T0000Z"
    try FileSystem.makeDirectories(rig.root + "/" + wrong, mode: 0o700)
    try FileSystem.rename(
      rig.root + "/" + path, to: rig.root + "/" + wrong + "/" + FileSystem.name(of: path))
    #expect(try rig.complaints() == ["places"])
    _ = try rig.repair()
    #expect(try rig.file(of: id) == path)
  }

  @Test func `a job brings its unique key into the other queue and frees it in its own`() throws {
    let rig = try SpoolRig()
    let id = try rig.add { $0.uniqueKey = "k" }
    #expect(try rig.move(id, to: "reports") == .done)
    #expect(try rig.keys("u-").count == 1)
    #expect(try rig.add("reports") { $0.uniqueKey = "k" } == id)
    let second = try rig.add { $0.uniqueKey = "k" }
    #expect(second != id)
    let conflict = KeyConflict(
      kind: .unique, key: "k", queue: try QueueName("reports"), holder: id)
    #expect(try rig.move(second, to: "reports") == .conflict(conflict))
    #expect(try rig.complaints().isEmpty)
    try rig.complete(#require(try rig.claim("reports").first))
    #expect(try rig.move(second, to: "reports") == .done)
    #expect(try rig.repair().isEmpty)
  }

  @Test func `a dead job replayed into another queue takes its key there`() throws {
    let rig = try SpoolRig()
    let id = try rig.add { $0.uniqueKey = "k" }
    try rig.kill()
    let holder = try rig.add("reports") { $0.uniqueKey = "k" }
    let replay = OperatorVerb.replay(at: nil, to: try QueueName("reports"))
    let conflict = KeyConflict(
      kind: .unique, key: "k", queue: try QueueName("reports"), holder: holder)
    #expect(try rig.operate(replay, id) == .conflict(conflict))
    try rig.kill("reports")
    #expect(try rig.operate(replay, id) == .done)
    #expect(try rig.add("reports") { $0.uniqueKey = "k" } == id)
    #expect(try rig.store.job(id)?.actions.map(\.event) == [.replayed])
    #expect(try rig.complaints().isEmpty)
  }

  @Test
  func `a request is answered in the queue to which it was sent, though its job moved and went`()
    throws
  {
    let rig = try SpoolRig()
    let id = try rig.add { $0.idempotencyKey = "r" }
    #expect(try rig.move(id, to: "reports") == .done)
    #expect(try rig.add { $0.idempotencyKey = "r" } == id)
    #expect(try rig.operate(.purge, id) == .done)
    #expect(try rig.add { $0.idempotencyKey = "r" } == id)
    #expect(try rig.store.job(id) == nil)
  }

  @Test func `that a request is known survives the handover of its moved job to another store`()
    throws
  {
    let rig = try SpoolRig()
    let id = try rig.add { $0.idempotencyKey = "r" }
    #expect(try rig.move(id, to: "reports") == .done)
    let target = try SpoolRig()
    let detail = try #require(try rig.store.job(id))
    let requests = try rig.store.requests(KnownRequestPageRequest(size: 10)).requests
    let parts = [ArchivePart.job(detail)] + requests.map { .request($0) }
    #expect(try target.store.restore(parts, at: rig.now) == [.restored, .restored])
    #expect(try target.store.job(id) == detail)
    #expect(try target.store.restore(parts, at: rig.now) == [.alreadyThere, .alreadyThere])
    #expect(try target.complaints().isEmpty)
    #expect(try target.operate(.purge, id) == .done)
    #expect(try target.add { $0.idempotencyKey = "r" } == id)
  }

  @Test func `a job of a bulk that is not yet spread can be moved`() throws {
    let rig = try SpoolRig()
    let queue = try QueueName("emails")
    _ = try rig.addAll((0..<3).map { _ in NewJob(queue: queue, payload: [48]) })
    // As whoever accepted it would have left it, dying before it spread it.
    let path = try #require(try rig.files("queues").first { $0.contains("+") })
    let part = try #require(FileSystem.parent(of: path))
    let bulk = "bulks/20261121T000000.000Z-1-1-0/"
    let parent = try #require(FileSystem.parent(of: bulk + part))
    try FileSystem.makeDirectories(rig.root + "/" + parent, mode: 0o700)
    try FileSystem.rename(rig.root + "/" + part, to: rig.root + "/" + bulk + part)
    let other = try rig.other()
    defer { other.close() }
    let name = try #require(JobID(FileSystem.name(of: path).dropFirst(21).prefix(13)))
    #expect(try rig.move(name, to: "reports") == .done)
    #expect(try rig.claim("reports").map(\.job.id) == [name])
    #expect(try rig.claim(limit: 9).count == 2)
    #expect(try rig.complaints().isEmpty)
  }
}

extension JobID {
  fileprivate init?(_ text: Substring) {
    guard let id = try? JobID(String(text)) else { return nil }
    self = id
  }
}
