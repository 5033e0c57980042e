import DirectoryStorage
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite struct EditTests {
  /// Payloads of all kinds: not JSON, not text, nothing, long, nested as deep as is read.
  private static let payloads: [[UInt8]] = [
    Array("{\"n\": 1}\n".utf8), [0, 255, 10], [], Array("line\nline\u{0}\u{1b}[31m".utf8),
    Array(repeating: 255, count: NewJob.largestPayload),
    Array(String(repeating: "ä€", count: 40_000).utf8),
    Array((String(repeating: "[", count: 512) + String(repeating: "]", count: 512)).utf8),
  ]

  @Test("An edited payload is what is run, whatever it is", arguments: payloads)
  func kinds(_ payload: [UInt8]) throws {
    let rig = try SpoolRig()
    let id = try rig.add { $0.payload = Array("old".utf8) }
    #expect(try rig.edit(id, payload) == .done)
    let other = try rig.other()
    defer { other.close() }
    #expect(try other.job(id)?.payload == payload)
    #expect(try other.job(id)?.actions.first?.payload == Array("old".utf8))
    #expect(try rig.edit(id, "between") == .done)
    #expect(try rig.edit(id, payload) == .done)
    // Its failure adds a line that only says where the payload is.
    let first = try #require(try rig.claim().first)
    #expect(first.payload == payload)
    _ = try rig.store.settle(
      [Settlement(first.lease, .fail(retryAfter: .zero))], thenClaim: nil, at: rig.now)
    rig.now = rig.now + .seconds(1)
    let second = try #require(try rig.claim().first)
    #expect(second.payload == payload && second.job.attempt == 2)
    try rig.complete(second)
    let detail = try #require(try rig.store.job(id))
    #expect(detail.payload == payload)
    #expect(detail.actions.map(\.payload) == [Array("old".utf8), payload, Array("between".utf8)])
    #expect(try rig.complaints().isEmpty)
    #expect(try rig.repair().isEmpty)
  }

  @Test func `an edited job is taken in by another store as it is`() throws {
    let rig = try SpoolRig()
    let id = try rig.add()
    #expect(try rig.edit(id, "new") == .done)
    #expect(try rig.move(id, to: "reports") == .done)
    let detail = try #require(try rig.store.job(id))
    let target = try SpoolRig()
    #expect(try target.store.restore([.job(detail)], at: rig.now) == [.restored])
    #expect(try target.store.job(id) == detail)
    #expect(try target.edit(id, "newer") == .done)
    #expect(try target.claim("reports").first?.payload == Array("newer".utf8))
    var changed = detail
    changed.actions.removeLast()
    #expect(try rig.store.restore([.job(changed)], at: rig.now) == [.differs])
  }

  @Test func `a backup has the edited payload`() throws {
    let rig = try SpoolRig()
    let id = try rig.add()
    #expect(try rig.edit(id, "new") == .done)
    let target = rig.scratch.path("copy")
    _ = try rig.store.backup(to: target, at: rig.now) { _, _ in }
    let copy = try DirectoryStore(target, for: .write) { (try? Random.word()) ?? 1 }
    defer { copy.close() }
    #expect(try copy.job(id) == rig.store.job(id))
    #expect(copy.identity.formatVersion == 3)
  }

  @Test func `an edited job in the wrong place goes back with its payload`() throws {
    let rig = try SpoolRig()
    let id = try rig.add()
    #expect(try rig.edit(id, "new") == .done)
    let path = try #require(try rig.file(of: id))
    let wrong = "queues/emails/dead/20260101T0000Z"
    try FileSystem.makeDirectories(rig.root + "/" + wrong, mode: 0o700)
    try FileSystem.rename(
      rig.root + "/" + path, to: rig.root + "/" + wrong + "/" + FileSystem.name(of: path))
    #expect(try rig.complaints() == ["places"])
    _ = try rig.repair()
    #expect(try rig.claim().first?.payload == Array("new".utf8))
  }

  @Test func `an edited job whose payload is lost is put away, not run with the old one`() throws {
    let rig = try SpoolRig()
    let id = try rig.add()
    #expect(try rig.edit(id, "new") == .done)
    #expect(try rig.operate(.move(to: QueueName("reports")), id) == .done)
    let path = rig.root + "/" + (try #require(try rig.file(of: id)))
    var bytes = try FileSystem.readFile(path, limit: 1 << 20)
    let line = try #require(bytes.firstRange(of: Array("\"payload_text\":\"new".utf8)))
    bytes.replaceSubrange(line, with: Array("\"payload_lost\":\"new".utf8))
    try FileSystem.replaceFile(path, with: bytes, mode: 0o600)
    #expect(try rig.claim("reports").isEmpty)
    #expect(try rig.complaints() == ["jobs"])
    #expect(try rig.repair().map(\.deed) == [.quarantined])
  }

  @Test func `what an operator did is left out where it makes no sense, and the job is not`() throws
  {
    let rig = try SpoolRig()
    let id = try rig.add()
    #expect(try rig.move(id, to: "reports") == .done)
    let path = rig.root + "/" + (try #require(try rig.file(of: id)))
    var bytes = try FileSystem.readFile(path, limit: 1 << 20)
    let word = try #require(bytes.firstRange(of: Array("\"moved\"".utf8)))
    bytes.replaceSubrange(word, with: Array("\"flown\"".utf8))
    try FileSystem.replaceFile(path, with: bytes, mode: 0o600)
    let other = try rig.other()
    defer { other.close() }
    let detail = try #require(try other.job(id))
    #expect(detail.actions.isEmpty && detail.job.queue.description == "reports")
    #expect(try rig.complaints().isEmpty)
  }

  @Test func `a job whose payload somebody else changed is not changed over it`() throws {
    let rig = try SpoolRig()
    let id = try rig.add()
    let edit = PayloadEdit.replace(with: Array("mine".utf8), of: Array("{}".utf8))
    #expect(try rig.edit(id, "theirs") == .done)
    guard case .refused(let reason) = try rig.operate(.edit(edit), id) else {
      Issue.record("it was changed")
      return
    }
    #expect(reason.field == .payload)
    #expect(try rig.store.job(id)?.payload == Array("theirs".utf8))
  }
}
