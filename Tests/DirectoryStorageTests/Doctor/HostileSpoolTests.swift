import DirectoryStorage
import Glibc
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

@Suite struct HostileSpoolTests {
  /// A bucket into which strangers put things.
  private func bucket(_ rig: SpoolRig) throws -> String {
    let id = try rig.add()
    let path = try #require(try rig.file(of: id))
    return try #require(FileSystem.parent(of: path))
  }

  @Test func `a store in order has nothing to complain about`() throws {
    let rig = try SpoolRig()
    try rig.add { $0.uniqueKey = "k" }
    try rig.add { $0.runAt = rig.now + .hours(1) }
    try rig.complete(#require(try rig.claim().first), result: Array("1".utf8))
    #expect(try rig.complaints().isEmpty)
    #expect(try rig.repair().isEmpty)
  }

  @Test func `links, pipes, strangers and giants are named, put away, and stop nobody`() throws {
    let rig = try SpoolRig()
    let bucket = try bucket(rig)
    let inside = rig.root + "/" + bucket
    try FileSystem.symbolicLink(inside + "/link", to: "/etc/passwd")
    #expect(mkfifo(inside + "/pipe", 0o600) == 0)
    try rig.write(bucket + "/notes.txt", "hello")
    let giant = bucket + "/20200101T000000.000Z-0000000000001-p5-a0-r0"
    try rig.write(giant, "")
    #expect(truncate(rig.root + "/" + giant, 2 << 30) == 0)
    try FileSystem.symbolicLink(
      inside + "/20200101T000000.000Z-0000000000002-p5-a0-r0", to: "/dev/zero")
    #expect(try rig.complaints() == ["files", "names", "jobs"])
    #expect(try rig.other().queues(at: rig.now).first?.queue.description == "emails")
    #expect(try rig.claim(limit: 10).count == 1)
    let repairs = try rig.repair()
    #expect(repairs.filter { $0.deed == .quarantined }.count == 5, "\(repairs)")
    #expect(try rig.complaints().isEmpty)
    #expect(try rig.files("quarantine").count == 5)
  }

  @Test func `a job in the wrong place goes back to its own`() throws {
    let rig = try SpoolRig()
    let id = try rig.add { $0.priority = try Priority(3) }
    let path = try #require(try rig.file(of: id))
    let name = FileSystem.name(of: path)
    for wrong in [
      "queues/emails/ready/7/20260101T0000Z", "queues/reports/ready/3/20260101T0000Z",
      "queues/emails/dead/20260101T0000Z", "queues/emails/active/lease,w1",
    ] {
      try FileSystem.makeDirectories(rig.root + "/" + wrong, mode: 0o700)
      let present = try #require(try rig.file(of: id))
      try FileSystem.rename(rig.root + "/" + present, to: rig.root + "/" + wrong + "/" + name)
      #expect(try rig.complaints().contains("places"), "\(wrong)")
      #expect(try rig.repair().contains { $0.deed == .mended && $0.check == "places" })
      #expect(try rig.file(of: id) == path, "\(wrong)")
    }
  }

  @Test func `of two files of a job the one that is further stays`() throws {
    let rig = try SpoolRig()
    let id = try rig.add()
    let path = try #require(try rig.file(of: id))
    let bytes = try FileSystem.readFile(rig.root + "/" + path, limit: 1 << 20)
    try rig.complete(#require(try rig.claim().first))
    try rig.write(path, String(decoding: bytes, as: UTF8.self))
    #expect(try rig.complaints() == ["duplicates"])
    _ = try rig.repair()
    #expect(try rig.store.job(id)?.job.state == .completed)
    #expect(try rig.complaints().isEmpty)
    #expect(try rig.files("quarantine").count == 1)
  }

  @Test func `a payload cut short and a history that leads nowhere are put away`() throws {
    let rig = try SpoolRig()
    let short = try #require(try rig.file(of: rig.add()))
    #expect(truncate(rig.root + "/" + short, 100) == 0)
    let lost = try #require(try rig.file(of: rig.add()))
    try FileSystem.rename(
      rig.root + "/" + lost,
      to: rig.root + "/" + lost.replacing("-r0", with: "-r999"))
    #expect(try rig.complaints() == ["jobs"])
    #expect(try rig.repair().map(\.deed) == [.quarantined, .quarantined])
    #expect(try rig.files("quarantine").count == 2)
  }

  @Test func `a live job that lost its key gets it back`() throws {
    let rig = try SpoolRig()
    let id = try rig.add { $0.uniqueKey = "k" }
    for path in try rig.keys("u-") { try FileSystem.unlink(rig.root + "/" + path) }
    #expect(try rig.complaints() == ["keys"])
    _ = try rig.repair()
    #expect(try rig.add { $0.uniqueKey = "k" } == id)
  }

  @Test func `a dry run says what would be done, and does nothing`() throws {
    let rig = try SpoolRig()
    let bucket = try bucket(rig)
    try rig.write(bucket + "/notes.txt", "hello")
    let before = try rig.files()
    let repairs = try rig.store.repair(
      RepairRequest(actor: "ann", isDryRun: true, now: rig.now))
    #expect(repairs.map(\.deed) == [.quarantined])
    #expect(try rig.files() == before)
  }

  @Test func `what is told of many is bounded`() throws {
    let rig = try SpoolRig()
    let bucket = try bucket(rig)
    for index in 0..<50 { try rig.write(bucket + "/stranger\(index)", "") }
    let told = try rig.store.findings().filter { $0.check == "names" }
    #expect(told.count == 6)
    #expect(told.last?.message.contains("45") == true)
  }

  @Test func `rights that others have are taken back`() throws {
    let rig = try SpoolRig()
    let path = rig.root + "/" + (try #require(try rig.file(of: rig.add())))
    try FileSystem.setPermissions(path, 0o666)
    #expect(try rig.complaints() == ["permissions"])
    _ = try rig.repair()
    #expect(try FileSystem.status(of: path).mode == 0o600)
  }
}
