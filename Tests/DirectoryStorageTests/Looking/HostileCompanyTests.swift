import DirectoryStorage
import Glibc
import Jobs
import PosixIO
import Storage
import Testing

@Suite struct HostileCompanyTests {
  private static let strangeID = "0zzzzzzzzzzzz"

  /// Puts what nobody would expect beside a job, in each place.
  private func spoil(_ rig: LookingRig) throws -> Set<String> {
    let folders = try rig.names().filter { $0.hasSuffix(" directory") }
      .map { String($0.dropLast(" directory".count)) }
      .filter { $0.hasPrefix("queues") || $0 == "bulks" }
    func name(_ number: Int) -> String {
      "20260921T141320.000Z-0zzzzzzzzzzz\(number)-p5-a0-r0"
    }
    for folder in folders {
      let base = rig.root + "/" + folder + "/"
      try FileSystem.symbolicLink(base + name(1), to: "/etc/passwd")
      try FileSystem.symbolicLink(base + name(2), to: rig.root)
      #expect(mkfifo(base + name(3), 0o600) == 0)
      // Any folder among the queues is one, if its name is a queue's.
      if folder != "queues" { try FileSystem.makeDirectory(base + name(4), mode: 0o700) }
      try write(base + name(5), [])
      try write(base + name(6), Array("qctl-job: 1\nid: ".utf8))
      try write(base + name(7), [UInt8](repeating: 0xFF, count: 70_000))
      try write(base + String(repeating: "n", count: 255), [])
      let zeros = try FileDescriptor.open(base + name(8), .writeOnly, .create, mode: 0o600)
      #expect(ftruncate(zeros.rawValue, 2 << 30) == 0)
      try write(base + name(9), Array("secret".utf8))
      try FileSystem.setPermissions(base + name(9), 0)
      base.withCString { start in
        var bytes = Array(UnsafeBufferPointer(start: start, count: strlen(start)))
        bytes += [CChar(bitPattern: 0xFF), CChar(bitPattern: 0xFE), 0]
        #expect(mkdir(bytes, 0o700) == 0)
      }
    }
    try FileSystem.symbolicLink(rig.root + "/queues/linked", to: rig.root + "/queues/emails")
    try FileSystem.symbolicLink(rig.root + "/bulks/linked", to: rig.root)
    return try rig.names()
  }

  private func write(_ path: String, _ bytes: [UInt8]) throws {
    let file = try FileDescriptor.open(path, .writeOnly, .create, mode: 0o600)
    try file.writeAll(bytes)
  }

  @Test func `looking passes over what is no job, and touches nothing`() throws {
    let rig = try LookingRig()
    let dead = try rig.add()
    try rig.settle(try #require(try rig.claim().first), .reject)
    let active = try rig.add()
    _ = try rig.claim()
    let ready = try rig.add()
    let scheduled = try rig.add { $0.runAt = rig.now + .hours(1) }
    let known = [dead, active, ready, scheduled]
    let spoiled = try spoil(rig)
    for order in [JobOrder.newestFirst, .oldestFirst] {
      #expect(Set(try rig.listing(order: order).map(\.id)) == Set(known))
    }
    #expect(try rig.listing(order: .latestFinishedFirst).map(\.id) == [dead])
    for id in known { #expect(try rig.store.job(id)?.job.id == id) }
    for number in 1...9 {
      let id = try JobID("0zzzzzzzzzzz\(number)")
      #expect(try rig.store.job(id) == nil)
    }
    #expect(try rig.store.queues(at: rig.now).map(\.queue.description) == ["emails"])
    #expect(try rig.store.plan(PlanRequest(.cancel, JobFilter(), now: rig.now)).sample.count == 3)
    _ = try rig.log()
    #expect(try rig.names() == spoiled)
  }

  @Test func `work goes on among what is no job`() throws {
    let rig = try LookingRig()
    let ids = [try rig.add(), try rig.add()]
    let kept = try rig.add { $0.runAt = rig.now + .minutes(1) }
    _ = try spoil(rig)
    rig.wait(.minutes(2))
    let claimed = try rig.claim()
    #expect(Set(claimed.map(\.job.id)) == Set(ids + [kept]))
    for job in claimed { try rig.settle(job, .complete(result: nil)) }
    rig.wait(.hours(8 * 24))
    #expect(try rig.store.tidy(TidyRequest(now: rig.now)).removed[.completed] == 3)
  }
}

extension LookingRig {
  func listing(order: JobOrder) throws -> [Job] { try listing(JobFilter(), order, size: 3) }
}
